"""What can be found of a subject, written together with it."""

from __future__ import annotations

from collections.abc import Sequence

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.search.rules import SearchKind
from domain.search.subjects import subjects
from domain.search.vectors import COLUMNS, Entry, as_values, entry_of

AT_ONCE = 500
"""Subjects whose texts are read together."""

TYPES = {
    "category_id": "bigint",
    "kind": "text",
    "subject_id": "bigint",
    "organization_id": "bigint",
    "is_public": "boolean",
    "listed_at": "timestamptz",
    "published_at": "timestamptz",
    "tags": "text[]",
    "heading": "tsvector",
    "document": "tsvector",
    "kin": "tsquery",
}
"""Of the columns that are not text."""

PLACES = ", ".join(f"${at}::{TYPES.get(name, 'text')}" for at, name in enumerate(COLUMNS, 1))
SETTING = ", ".join(
    f"{name} = excluded.{name}" for name in COLUMNS if name not in ("kind", "subject_id")
)
WRITE = (
    f"INSERT INTO search_entry ({', '.join(COLUMNS)}) VALUES ({PLACES})"
    f" ON CONFLICT ON CONSTRAINT search_entry_once DO UPDATE SET {SETTING}"
)


async def index(client: BaseDBAsyncClient, kind: SearchKind, *subject_ids: int) -> None:
    """In the transaction that wrote the subjects: from its commit on they are found as they now
    are. What is gone takes its entry along, by the database's own hand.
    """
    for start in range(0, len(subject_ids), AT_ONCE):
        found = await subjects(client, kind, subject_ids[start : start + AT_ONCE])
        await write(client, [entry_of(subject) for subject in found])


async def write(client: BaseDBAsyncClient, entries: Sequence[Entry]) -> None:
    if entries:
        await client.execute_many(WRITE, as_values(entries))
