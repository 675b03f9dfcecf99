"""The database that is searched: made once for a recipe, found again by its stamp."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import asyncpg

import domain.search
from benchmarks.database import kept_database, migrations
from benchmarks.search import corpus
from benchmarks.search.corpus import Document
from domain.database import connection_parameters, open_database
from domain.search.actions.rebuild import rebuild

Report = Callable[[int, int], None]

HOME = """
INSERT INTO organization (id, kind, name, path, version, created_at)
VALUES (1, 'MEDIA_CENTRE', '示例区融媒体中心', '1', 1, now());
INSERT INTO person (id, organization_id, name, version, created_at)
VALUES (1, 1, '贾明远（演示）', 1, now())
"""
_COLUMNS = (
    "id slug title summary body plain_text tags status author_id organization_id head_number"
    " public_number published_at listed_at created_at updated_at version category_id"
)
COLUMNS = _COLUMNS.split()
READS = """
INSERT INTO engagement_total (subject_kind, subject_id, metric, value, counted, known, as_of)
SELECT 'ARTICLE', g.id, 'READS', g.reads, 1, 1, now()
FROM unnest($1::bigint[], $2::bigint[]) AS g (id, reads)
"""
AT_ONCE = 10_000


async def searched(server_url: str, topics: Sequence[str], number: int, report: Report) -> str:
    """Address of a database with so many articles, everything in it found."""
    stamp = _fingerprint(number)

    async def fill(url: str) -> None:
        await _articles(url, topics, number, report)
        async with open_database(url):
            await rebuild(report)
        await _settle(url)

    return await kept_database(server_url, f"xinfeng_bench_search_{number}", stamp, fill)


def _fingerprint(number: int) -> str:
    """Of all that decides what is kept."""
    (place,) = domain.search.__path__
    files = [*sorted(Path(place).glob("*.py")), Path(corpus.__file__), Path(__file__)]
    files = [path for path in files if path.stem not in ("ranking", "finding", "asking", "marking")]
    tables = [text for text in migrations() if "search_entry" in text]
    text = "".join([*tables, *(path.read_text("utf-8") for path in files)])
    return hashlib.sha256(f"{number} {text}".encode()).hexdigest()[:16]


async def _articles(url: str, topics: Sequence[str], number: int, report: Report) -> None:
    connection = await asyncpg.connect(**connection_parameters(url))
    now = datetime.now(UTC)
    try:
        # Lists in other orders, lengths of lists: a search needs none of what triggers keep.
        await connection.execute("SET session_replication_role = replica")
        await connection.execute("SET synchronous_commit = off")
        await connection.execute(HOME)
        written = 0
        for batch in _batches(corpus.documents(topics, number)):
            rows = [_row(at, each, now) for at, each in enumerate(batch, written + 1)]
            await connection.copy_records_to_table("article", records=rows, columns=COLUMNS)
            ids = list(range(written + 1, written + len(batch) + 1))
            await connection.execute(READS, ids, [each.reads for each in batch])
            written += len(batch)
            report(written, number)
    finally:
        await connection.close()


def _batches(documents: Iterator[Document]) -> Iterator[list[Document]]:
    while batch := list(islice(documents, AT_ONCE)):
        yield batch


def _row(number: int, document: Document, now: datetime) -> tuple[object, ...]:
    at = now - timedelta(days=document.age_days)
    body = "".join(f"<p>{part}</p>" for part in document.body.split("\n\n"))
    texts = (document.title, document.summary, body, document.body, document.tags)
    return (number, f"a{number}", *texts, "PUBLISHED", 1, 1, 1, 1, at, at, at, at, 1, None)


async def _settle(url: str) -> None:
    """As a database is that has run for a while: statistics made, indexes tidied."""
    connection = await asyncpg.connect(**connection_parameters(url))
    try:
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()
