"""Who asks, and how a row of the access table says what each of them gets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.access_table.district import District

CALLERS = (
    *("anonymous", "application", "public", "author", "author elsewhere", "reviewer", "publisher"),
    *("dispatcher", "analyst", "administrator", "administrator elsewhere", "partner"),
    *("partner elsewhere", "reader", "network"),
)
"""application: a token without a role. public and reader: administrators of the whole network whose
tokens may read what is public, and what is internal. network: one who may do everything."""

EVERYBODY = frozenset(CALLERS)
NETWORK = frozenset({"reader", "network"})
DRAFTS = NETWORK | {"author", "reviewer", "publisher", "analyst", "administrator"}
FIGURES = NETWORK | {"analyst", "administrator"}
SELECT_FIGURES = FIGURES | {"administrator elsewhere"}
SELECT_DELIVERIES = SELECT_FIGURES | {"partner", "partner elsewhere"}
WRITERS = frozenset({"author", "reviewer", "publisher", "administrator", "network"})
PUBLISHERS = frozenset({"publisher", "administrator", "network"})
ADMINISTRATORS = frozenset({"administrator", "network"})
ONLY_NETWORK = frozenset({"network"})
ELSEWHERE = frozenset({"administrator elsewhere"})

NOT_YOURS, NOT_THERE, NOBODY = "FORBIDDEN input.id", "NOT_FOUND input.id", "FORBIDDEN input"
HERE = "FORBIDDEN input.organizationId"
"""What those are told who may not: code and path."""


@dataclass(frozen=True)
class Read:
    """What is asked, with ids by name; who finds `found` of it, where everybody else finds
    `nothing`, and who may not select it at all."""

    document: str
    seen_by: frozenset[str]
    found: Any
    nothing: Any = None
    selected_by: frozenset[str] = EVERYBODY


def public(document: str, found: Any) -> Read:
    return Read(document, EVERYBODY, found)


EMPTY = {"totalCount": 0, "nodes": []}


def listed(name: str) -> dict[str, Any]:
    return {"totalCount": 1, "nodes": [{"id": f"%({name})s"}]}


ONE = "{ totalCount nodes { id } }"


Setup = Callable[[District], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Write:
    """setup: makes what the mutation is about and gives its input, anew for each caller. allowed:
    who may. problem: what all others are told, as code and path; some: who is told otherwise.
    entries: how many it leaves in the audit trail."""

    setup: Setup
    allowed: frozenset[str]
    problem: str
    some: tuple[tuple[frozenset[str], str], ...] = ()
    entries: int = 1

    def outcome(self, caller: str) -> str:
        if caller in self.allowed:
            return "done"
        return next((told for callers, told in self.some if caller in callers), self.problem)


_counted: Iterator[int] = count()


def unique() -> int:
    """Another number each time: for names that must not stand twice."""
    return next(_counted)
