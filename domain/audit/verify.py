"""Whether the audit trail is what it was when it was written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import asyncpg

from domain.audit.chain import CONTENT, START, Head, link_hash
from domain.database import transaction
from domain.ids import format_id

PORTION = 5_000
SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"

Report = Callable[[int, int], None]
"""Called with how many positions are done, and of how many."""

LINKS = f"""
SELECT l.position, l.entry_id, l.previous, l.hash, e.id, {CONTENT} AS content
FROM audit_link l LEFT JOIN audit_entry e ON e.id = l.entry_id ORDER BY l.position
"""
OUTSIDE = """
SELECT min(e.id) FROM audit_entry e
WHERE NOT EXISTS (SELECT FROM audit_link l WHERE l.entry_id = e.id)
"""


class FaultKind(StrEnum):
    LINK_GONE = "LINK_GONE"
    ENTRY_GONE = "ENTRY_GONE"
    ALTERED = "ALTERED"
    UNCHAINED = "UNCHAINED"
    OUTSIDE = "OUTSIDE"
    TRUNCATED = "TRUNCATED"
    REWRITTEN = "REWRITTEN"


MEANINGS = {
    FaultKind.LINK_GONE: "this position of the chain is gone",
    FaultKind.ENTRY_GONE: "this entry was deleted",
    FaultKind.ALTERED: "this entry is not what was written",
    FaultKind.UNCHAINED: "this position does not continue the one before",
    FaultKind.OUTSIDE: "this entry stands in no chain: it was written past the trigger",
    FaultKind.TRUNCATED: "the chain once reached this position: its end was cut off",
    FaultKind.REWRITTEN: "this position once had another hash: it, or what is before it, changed",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing that does not fit. position: in the chain, 0 for an entry that has none."""

    kind: FaultKind
    position: int
    entry: str = ""

    def __str__(self) -> str:
        position = f"position {self.position}" if self.position else ""
        return f"{self.entry} {position}".strip() + f": {MEANINGS[self.kind]}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """head: of what fits, up to the first fault."""

    head: Head
    fault: Fault | None


async def verify(known: Iterable[Head], *, report: Report) -> Verdict:
    """Goes through the chain from its beginning, on one snapshot; writers may go on meanwhile.

    known: heads from earlier, kept where nobody who can write to the database can.
    """
    async with transaction() as client:
        await client.execute_script(SNAPSHOT)
        async with client.acquire_connection() as connection:
            return await _verdict(connection, sorted(known), report)


async def _verdict(connection: Any, known: list[Head], report: Report) -> Verdict:
    total = await connection.fetchval("SELECT coalesce(max(position), 0) FROM audit_link")
    report(0, total)
    head = START
    remembered = {each.position: each for each in known}
    async for rows in _portions(connection):
        for row in rows:
            fault = _fault(head, row, remembered)
            if fault is not None:
                return Verdict(head, fault)
            head = Head(row["position"], bytes(row["hash"]))
        report(head.position, total)
    beyond = next((each for each in known if each.position > head.position), None)
    if beyond is not None:
        return Verdict(head, Fault(FaultKind.TRUNCATED, beyond.position))
    outside = await connection.fetchval(OUTSIDE)
    if outside is not None:
        return Verdict(head, Fault(FaultKind.OUTSIDE, 0, format_id("AuditEntry", outside)))
    return Verdict(head, None)


async def _portions(connection: Any) -> AsyncIterator[list[asyncpg.Record]]:
    cursor = await connection.cursor(LINKS)
    while rows := await cursor.fetch(PORTION):
        yield rows


def _fault(before: Head, row: asyncpg.Record, known: dict[int, Head]) -> Fault | None:
    """What is wrong with the link behind `before`."""
    position, entry = row["position"], format_id("AuditEntry", row["entry_id"])
    if position != before.position + 1:
        return Fault(FaultKind.LINK_GONE, before.position + 1)
    if bytes(row["previous"]) != before.hash:
        return Fault(FaultKind.UNCHAINED, position, entry)
    if row["id"] is None:
        return Fault(FaultKind.ENTRY_GONE, position, entry)
    if link_hash(before.hash, row["content"]) != bytes(row["hash"]):
        return Fault(FaultKind.ALTERED, position, entry)
    if position in known and known[position].hash != bytes(row["hash"]):
        return Fault(FaultKind.REWRITTEN, position, entry)
    return None
