"""Who is looking, and what they hold. What a viewer may see is said by each noun's own access.py,
what a viewer may do by domain/permissions.py."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from domain.problems import Forbidden

NETWORK = ""
"""The path of a grant that holds for the whole network: every path lies below it."""


class Kind(StrEnum):
    """What kind of caller this is."""

    ANONYMOUS = "ANONYMOUS"
    USER = "USER"
    APPLICATION = "APPLICATION"
    PARTNER = "PARTNER"
    SYSTEM = "SYSTEM"


class Role(StrEnum):
    """What somebody is at an organization and everything below it."""

    AUTHOR = "AUTHOR"
    REVIEWER = "REVIEWER"
    PUBLISHER = "PUBLISHER"
    DISPATCHER = "DISPATCHER"
    ANALYST = "ANALYST"
    ADMINISTRATOR = "ADMINISTRATOR"


class Scope(StrEnum):
    """What a caller may use its roles for: a token may be given to do less than its roles allow.
    Each includes those before it."""

    READ_PUBLIC = "READ_PUBLIC"
    READ_INTERNAL = "READ_INTERNAL"
    WRITE = "WRITE"


EVERY_SCOPE = frozenset(Scope)


class Grant(NamedTuple):
    """A role that holds now. path: of the organization, ids from the root joined by dots."""

    role: Role
    path: str


def is_within(path: str, top: str) -> bool:
    """Whether the organization of a path is that of the other, or lies below it."""
    return top in (NETWORK, path) or path.startswith(f"{top}.")


@dataclass(frozen=True, slots=True)
class Viewer:
    """The caller of one request.

    number: the user's, the token's or, of a PARTNER, the partner's; 0 of others.
    name: what the audit trail shows. grants: the roles that hold now, sorted.
    """

    kind: Kind = Kind.ANONYMOUS
    number: int = 0
    name: str = "anonymous"
    grants: tuple[Grant, ...] = ()
    scopes: frozenset[Scope] = frozenset()

    def __hash__(self) -> int:
        """Of little: each request looks a viewer up several times, and few share a name."""
        return hash((self.number, self.name))

    @property
    def is_administrator(self) -> bool:
        """Of the whole network, free to read and write what every organization has."""
        return self.kind is Kind.SYSTEM or (
            Grant(Role.ADMINISTRATOR, NETWORK) in self.grants and self.scopes == EVERY_SCOPE
        )

    @property
    def sees_everything(self) -> bool:
        """Reads as an administrator of the whole network does."""
        return self.kind is Kind.SYSTEM or (
            Grant(Role.ADMINISTRATOR, NETWORK) in self.grants and Scope.READ_INTERNAL in self.scopes
        )

    def is_same(self, other: Viewer) -> bool:
        """Whether the two are one and the same caller, whatever they may do by now."""
        return (self.kind, self.number, self.name) == (other.kind, other.number, other.name)


ANONYMOUS = Viewer()
SYSTEM = Viewer(Kind.SYSTEM, 0, "system", scopes=EVERY_SCOPE)


def require_administrator(viewer: Viewer) -> None:
    """The gate of what is the whole network's. Raises Forbidden."""
    if not viewer.is_administrator:
        raise Forbidden("only an administrator of the whole network may do this")


@dataclass(frozen=True, slots=True)
class Act:
    """The circumstances of one action: who does it, when, in answer to which request."""

    viewer: Viewer
    now: datetime
    request_id: str = ""


class Predicate(NamedTuple):
    """A condition on one row, as SQL.

    sql: the text; `{row}` stands for the row's alias and `{0}`, `{1}` … for the values, which
    are always bound, never written into the text.
    """

    sql: str
    values: tuple[Any, ...] = ()


EVERY_ROW = Predicate("TRUE")
NO_ROW = Predicate("FALSE")
PLACE = re.compile(r"\{(\d+)\}")


def either(*conditions: Predicate) -> Predicate:
    """That one of the conditions holds."""
    if EVERY_ROW in conditions:
        return EVERY_ROW
    texts: list[str] = []
    values: tuple[Any, ...] = ()
    for condition in conditions:
        if condition != NO_ROW:
            texts.append(_moved(condition.sql, len(values)))
            values += condition.values
    if len(texts) < 2:
        return Predicate(texts[0], values) if texts else NO_ROW
    return Predicate(f"({' OR '.join(texts)})", values)


def _moved(sql: str, by: int) -> str:
    return PLACE.sub(lambda place: f"{{{int(place[1]) + by}}}", sql)


def through(seen: Predicate, foreign_key: str, table: str) -> Predicate:
    """The rows whose foreign key leads to a row of the table that `seen` allows."""
    if seen in (EVERY_ROW, NO_ROW):
        return seen
    alias = f"of_{table}"
    inner = seen.sql.replace("{row}", alias)
    return Predicate(
        f"{foreign_key} IN (SELECT {alias}.id FROM {table} {alias} WHERE {inner})", seen.values
    )
