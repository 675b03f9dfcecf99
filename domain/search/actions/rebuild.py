"""All of what can be found, derived anew from the subjects: written, or compared."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.database import transaction
from domain.ids import format_id
from domain.search.actions.indexing import AT_ONCE, PLACES, write
from domain.search.rules import SearchKind
from domain.search.subjects import TABLES, count, numbers_after, subjects
from domain.search.vectors import COLUMNS, Entry, entry_of

Report = Callable[[int, int], None]

SAME = (
    f"SELECT FROM search_entry e WHERE (e.{', e.'.join(COLUMNS)}) IS NOT DISTINCT FROM ({PLACES})"
)
LEFT_OVER = "DELETE FROM search_entry e WHERE {gone}"
GONE = " OR ".join(
    f"(e.kind = '{kind}' AND NOT EXISTS (SELECT FROM {table} s WHERE s.id = e.subject_id))"
    for kind, table in TABLES.items()
)


@dataclass(frozen=True, slots=True)
class Stale:
    """A subject that is not found as it is. id: its global id."""

    id: str
    reason: str

    def __str__(self) -> str:
        return f"{self.id} {self.reason}"


async def rebuild(report: Report) -> int:
    """Writes every entry anew; returns how many. People may write meanwhile: what they wrote last
    is what stands, because a subject is held while its entry is derived, and each transaction has
    so few that nobody waits for long."""
    written = 0
    async with transaction() as client:
        total = await count(client)
        await client.execute_query(LEFT_OVER.format(gone=GONE))
    for kind in SearchKind:
        last = 0
        while True:
            async with transaction() as client:
                numbers = await numbers_after(client, kind, last, AT_ONCE)
                if not numbers:
                    break
                await _hold(client, kind, list(numbers))
                await write(
                    client, [entry_of(each) for each in await subjects(client, kind, numbers)]
                )
            last = numbers[-1]
            written += len(numbers)
            report(written, max(total, written))
    return written


async def _hold(client: BaseDBAsyncClient, kind: SearchKind, numbers: list[int]) -> None:
    await client.execute_query(
        f"SELECT FROM {TABLES[kind]} WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE",
        [numbers],
    )


async def verify(report: Report) -> list[Stale]:
    """What is not found as it is, or found though it is gone."""
    stale: list[Stale] = []
    async with transaction() as client:
        await client.execute_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        total, done = await count(client), 0
        async for entry in _derived(client):
            if not await _is_kept(client, entry):
                stale.append(Stale(_id(entry.kind, entry.subject_id), "is not found as it is"))
            done += 1
            report(done, total)
        rows = await client.execute_query_dict(
            f"SELECT kind, subject_id FROM search_entry e WHERE {GONE} ORDER BY id"
        )
    return stale + [Stale(_id(row["kind"], row["subject_id"]), "is gone") for row in rows]


async def _derived(client: BaseDBAsyncClient) -> AsyncIterator[Entry]:
    for kind in SearchKind:
        last = 0
        while numbers := await numbers_after(client, kind, last, AT_ONCE):
            for subject in await subjects(client, kind, numbers):
                yield entry_of(subject)
            last = numbers[-1]


async def _is_kept(client: BaseDBAsyncClient, entry: Entry) -> bool:
    values = [getattr(entry, name) for name in COLUMNS]
    return bool(await client.execute_query_dict(SAME, values))


def _id(kind: str, number: int) -> str:
    return format_id(kind.capitalize(), number)
