"""XML as strangers write it: entities are not resolved, nothing is fetched, nothing grows huge."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree

from domain.articles.imports.found import Unreadable

PARSER: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
HEAD_BYTES = 4096


def parsed(content: bytes) -> Any:
    """The root. A document that declares entities is refused: no feed needs them. Raises
    Unreadable."""
    if b"<!ENTITY" in content[:HEAD_BYTES].upper():
        raise Unreadable("the XML declares entities")
    try:
        return etree.fromstring(content, etree.XMLParser(**PARSER))
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"the XML cannot be read: {error.msg}") from None


def name_of(element: Any) -> str:
    """Without its namespace."""
    return str(etree.QName(element).localname) if isinstance(element.tag, str) else ""


def child_text(element: Any, *names: str) -> str:
    """Of the first child of one of the names that has text; namespaces are not looked at."""
    for name in names:
        for child in element:
            if name_of(child) == name and (text := text_of(child)):
                return text
    return ""


def text_of(element: Any) -> str:
    return "".join(element.itertext()).strip()


def moment(text: str) -> datetime | None:
    """RFC 822 or ISO 8601; without a zone it is UTC. None for what is neither."""
    if not text:
        return None
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
