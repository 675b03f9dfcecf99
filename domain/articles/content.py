"""What an article says: the columns a revision keeps a copy of. Where it stands (its slug, author,
organization and status) is of the article alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CONTENT = (
    "title",
    "subtitle",
    "summary",
    "blocks",
    "cover",
    "category_id",
    "tags",
    "keywords",
    "language",
    "source",
    "source_url",
    "credits",
    "share_title",
    "share_summary",
    "corrections",
)
RENDERED = ("body", "plain_text")
"""Made of the blocks; kept beside the content."""

EVERYTHING = (*CONTENT, *RENDERED)


def content_of(row: Any) -> dict[str, Any]:
    """The content of an article's row, by column."""
    return {name: getattr(row, name) for name in CONTENT}


def told(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the audit trail says of them: the body stands in the revision."""
    return {name: values[name] for name in values if name not in ("blocks", *RENDERED)}


def parted(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Values by column, as those of the content and all others."""
    content = {name: value for name, value in values.items() if name in EVERYTHING}
    return content, {name: value for name, value in values.items() if name not in content}
