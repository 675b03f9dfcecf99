"""Related articles and what is read now cost what they show, and no more because there are more
articles and older hours: by plans that know the values or not, for both kinds of viewer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from domain.access import ANONYMOUS, SYSTEM, Viewer
from domain.database import connection_parameters
from domain.reader import SETTINGS
from domain.search.kinship import MOST_CANDIDATES
from schema.execution.engine import Engine
from schema.root import build
from tests.explained import Work, work

ARTICLES = 20_000
OF_AN_EVENT, OF_THE_GREATEST = 5, 1_000
READ_NOW, FRESH_HOURS, OLD_HOURS = 300, 5, 5

HOME = """
INSERT INTO organization (id, kind, name, path, version, created_at)
VALUES (1, 'CENTRE', '示例', '1', 1, now()), (2, 'CENTRE', '别处', '2', 1, now());
INSERT INTO person (id, organization_id, name, version, created_at) VALUES (1, 1, '甲', 1, now())
"""
WRITTEN = f"""
INSERT INTO article (id, slug, title, summary, body, tags, status, public_number,
    author_id, organization_id, published_at, listed_at, version, created_at, updated_at)
SELECT i, 'a' || i, 'a' || i, '', '', '{{}}', 'PUBLISHED', 1, 1, 1 + i % 2, moment, moment, 1,
    moment, moment
FROM generate_series(1, {ARTICLES}) i, LATERAL (SELECT now() - i * interval '1 hour') m (moment)
"""
FOUND = f"""
INSERT INTO search_entry (kind, subject_id, organization_id, is_public, listed_at, tags,
    title, squeezed, sound, heading, summary, document, body, kin)
SELECT 'ARTICLE', i, 1 + i % 2, TRUE, now() - i * interval '1 hour', '{{}}', 'x', 'x', 'x',
    format('''p%s'':1A ''q%s'':2A ''r%s'':3A ''everywhere'':4A', e, e, e)::tsvector, '',
    '''everywhere'':4'::tsvector, 'x', format('''p%s'' & ''q%s'' & ''r%s''', e, e, e)::tsquery
FROM generate_series(1, {ARTICLES}) i, LATERAL (
    SELECT CASE WHEN i <= {OF_THE_GREATEST} THEN 0 ELSE i / {OF_AN_EVENT} END
) event (e)
"""
HOURS = """
INSERT INTO engagement_hourly (subject_kind, subject_id, metric, hour, value)
SELECT 'ARTICLE', i, 'READS', date_trunc('hour', now()) - (n + {since}) * interval '1 hour', 1 + i
FROM generate_series(1, {articles}) i, generate_series(1, {hours}) n
"""
SETTLE = "VACUUM (ANALYZE) article, search_entry, engagement_hourly, organization"

RELATED = "query($id: ID!) { node(id: $id) { ... on Article { related(first: 5) { id } } } }"
NOW_READ = """query($hours: Int, $organization: ID) {
    mostReadNow(hours: $hours, organizationId: $organization) { rank article { id } } }"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    made = await asyncpg.connect(**connection_parameters(database_url))
    old = HOURS.format(since=100, articles=ARTICLES, hours=OLD_HOURS)
    fresh = HOURS.format(since=0, articles=READ_NOW, hours=FRESH_HOURS)
    try:
        await made.execute("SET session_replication_role = replica")
        for statement in (HOME, WRITTEN, FOUND, old, fresh, SETTLE):
            await made.execute(statement)
        for name, value in SETTINGS.items():
            await made.execute(f"SET {name} = '{value}'")
        yield made
    finally:
        await made.close()


async def works(connection: asyncpg.Connection, query: str, **given: Any) -> list[Work]:
    engine = Engine(build(), zone="Asia/Shanghai")
    viewers: tuple[Viewer, ...] = (ANONYMOUS, SYSTEM)
    return [
        await work(connection, engine, query, given, viewer, generic=generic)
        for viewer in viewers
        for generic in (False, True)
    ]


async def test_related_articles_are_found_by_their_words(connection: asyncpg.Connection) -> None:
    for found in await works(connection, RELATED, id=f"Article:{ARTICLES // 2}"):
        assert found.looked_at <= 4 * OF_AN_EVENT, str(found)
        assert "Seq Scan" not in found.shape


async def test_of_the_greatest_event_the_nearest_are_ranked(connection: asyncpg.Connection) -> None:
    """All of it is told apart by time; its texts and articles are looked up for the nearest."""
    for found in await works(connection, RELATED, id="Article:10"):
        assert found.looked_at <= OF_THE_GREATEST + 3 * MOST_CANDIDATES, str(found)
        assert "Seq Scan" not in found.shape


@pytest.mark.parametrize("organization", [None, "Organization:1"])
async def test_what_is_read_now_reads_the_last_hours(
    connection: asyncpg.Connection, organization: str | None
) -> None:
    """Each of them once, and what gained most in their order; older ones never."""
    given = {"hours": 24, "organization": organization}
    for found in await works(connection, NOW_READ, **given):
        assert found.looked_at <= READ_NOW * FRESH_HOURS + 40, str(found)
        assert "Seq Scan" not in found.shape
