"""Documents named by their hash: automatic persisted queries, and trusted ones known beforehand.

A trusted document comes from a directory of .graphql files, or from a manifest: JSON of
{id: text}, or of the form {"operations": [{"id", "body"}]} that client builds write.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

from graphql import GraphQLError

from schema.execution.documents import Refused, bad_request

MAX_REMEMBERED = 1_000
MAX_REMEMBERED_LETTERS = 2_000_000


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def load_trusted(path: Path) -> dict[str, str]:
    """id → text; every document is also known by the SHA-256 of its text.

    Raises ValueError that says what is wrong with the file.
    """
    if path.is_dir():
        found = {file.stem: file.read_text("utf-8") for file in sorted(path.rglob("*.graphql"))}
    else:
        found = _manifest(path)
    if not found:
        raise ValueError(f"{path} holds no documents")
    return {**found, **{sha256(text): text for text in found.values()}}


def _manifest(path: Path) -> dict[str, str]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path} is no manifest: {error}") from error
    if isinstance(content, dict) and isinstance(content.get("operations"), list):
        content = {entry.get("id"): entry.get("body") for entry in content["operations"]}
    if not isinstance(content, dict) or not all(
        isinstance(id_, str) and isinstance(text, str) for id_, text in content.items()
    ):
        raise ValueError(f"{path} is no manifest: expected {{id: text}}")
    return content


class KnownDocuments:
    """Finds a document's text by its id.

    trusted: the ones known beforehand. only_trusted: every other document is refused.
    """

    def __init__(self, trusted: Mapping[str, str] | None = None, *, only_trusted: bool = False):
        self._trusted = dict(trusted or {})
        self._texts = frozenset(self._trusted.values())
        self._only_trusted = only_trusted
        self._remembered: OrderedDict[str, str] = OrderedDict()
        self._letters = 0

    @property
    def trusted(self) -> Mapping[str, str]:
        return self._trusted

    def text(self, query: str | None, id_: str | None) -> str:
        """The text to run, given itself, its id, or both. Raises Refused."""
        if id_ is None:
            return self._allowed(query or "")
        known = self._trusted.get(id_) or self._remembered.get(id_)
        if query is None:
            if known is None:
                raise _refused("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
            self.remember(known, id_)
            return known
        if sha256(query) != id_ and known != query:
            raise bad_request("the document does not have this hash")
        return self._allowed(query)

    def remember(self, query: str, id_: str) -> None:
        """From now on the id is enough. Only for a document that is valid: what is remembered of
        others would be memory that anybody may fill. The longest unused goes first."""
        if id_ in self._trusted:
            return
        if id_ not in self._remembered:
            self._letters += len(query)
        self._remembered[id_] = query
        self._remembered.move_to_end(id_)
        while len(self._remembered) > MAX_REMEMBERED or self._letters > MAX_REMEMBERED_LETTERS:
            _, forgotten = self._remembered.popitem(last=False)
            self._letters -= len(forgotten)

    def _allowed(self, query: str) -> str:
        if self._only_trusted and query not in self._texts:
            message = "only documents known beforehand are answered here"
            raise _refused(message, "DOCUMENT_NOT_TRUSTED")
        return query


def _refused(message: str, code: str) -> Refused:
    return Refused([GraphQLError(message, extensions={"code": code})])
