"""The chain of audit entries: unbroken however many write, and whatever is altered is named."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
import pytest_asyncio
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError

from domain.audit.actions import record
from domain.audit.chain import GENESIS, START, Head, read_head
from domain.audit.models import AuditEntry, AuditLink
from domain.audit.verify import Fault, FaultKind, Verdict, verify
from domain.database import connection_parameters, transaction
from domain.organizations import actions as organizations
from tests.rows import EDITOR, NOW, make_organization


async def verdict(*known: Head) -> Verdict:
    return await verify(known, report=lambda done, of: None)


async def head() -> Head:
    found = await verdict()
    assert found.fault is None
    return found.head


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chained(database: str) -> AsyncIterator[str]:
    """At least ten entries."""
    root = await make_organization()
    for version in range(1, 10):
        await organizations.rename(EDITOR, root, version, f"第{version}个名字")
    yield database


@asynccontextmanager
async def owner(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Somebody with every right, past every trigger."""
    connection = await asyncpg.connect(**connection_parameters(url))
    try:
        await connection.execute("SET session_replication_role = replica")
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def tampered(url: str, sql: str) -> AsyncIterator[None]:
    """With this done to the trail; afterwards it is as it was."""
    async with owner(url) as connection:
        for table in ("entry", "link"):
            await connection.execute(f"CREATE TABLE kept_{table} AS TABLE audit_{table}")
        try:
            await connection.execute(sql)
            yield
        finally:
            for table in ("entry", "link"):
                await connection.execute(
                    f"DELETE FROM audit_{table};"
                    f"INSERT INTO audit_{table} SELECT * FROM kept_{table};"
                    f"DROP TABLE kept_{table}"
                )


async def test_each_entry_holds_the_hash_of_the_one_before(chained: str) -> None:
    entry = await AuditEntry.get(after={"name": "第2个名字"})
    link = await AuditLink.get(entry_id=entry.id)
    before = await AuditLink.get(position=link.position - 1)
    content = (
        f"[{link.position}, {entry.id}, {int(NOW.timestamp()) * 1_000_000}, "
        f'"User:1", "editor", "organization.rename", "{entry.subject}", '
        '{"name": "第1个名字"}, {"name": "第2个名字"}, "request-1"]'
    )
    assert bytes(link.previous) == bytes(before.hash)
    assert bytes(link.hash) == hashlib.sha256(bytes(before.hash) + content.encode()).digest()
    assert bytes((await AuditLink.get(position=1)).previous) == GENESIS


async def test_what_is_rolled_back_leaves_no_gap(chained: str) -> None:
    before = await head()
    with pytest.raises(RuntimeError):
        await _record_and_fail()
    assert await head() == before
    await make_organization()
    assert (await head()).position == before.position + 1


async def _record_and_fail() -> None:
    async with transaction() as client:
        await record(client, EDITOR, "test.fail", "Test:1")
        raise RuntimeError


async def test_many_writers_make_one_chain(chained: str) -> None:
    """Some write an entry and then lock a row, some the other way round: were the chain's lock
    taken with the entry, they would wait in a circle."""
    before = (await head()).position
    connections = [await asyncpg.connect(**connection_parameters(chained)) for _ in range(8)]
    await connections[0].execute(
        "CREATE TABLE contended AS SELECT generate_series(1, 4) AS id, 0 AS n"
    )
    await asyncio.gather(*(_write(each, seed) for seed, each in enumerate(connections)))
    assert await connections[0].fetchval("SELECT sum(n) FROM contended") == 8 * 25 * 2
    await connections[0].execute("DROP TABLE contended")
    for each in connections:
        await each.close()
    found = await verdict()
    assert found.fault is None
    assert found.head.position == before + 8 * 25 * 2


async def _write(connection: asyncpg.Connection, seed: int) -> None:
    chance = random.Random(seed)
    entry = (
        "INSERT INTO audit_entry (at, actor, action, subject, request_id)"
        " VALUES (now(), 'x', 'test', 'Test:1', '')"
    )
    touch = "UPDATE contended SET n = n + 1 WHERE id = $1"
    for _ in range(25):
        first, second = sorted(chance.sample(range(1, 5), 2))
        async with connection.transaction():
            steps: list[tuple[str | int, ...]] = [(entry,), (touch, first)]
            for step in chance.sample(steps, 2):
                await connection.execute(*step)
            await connection.execute(touch, second)
            await connection.execute(entry)


TAMPERED = [
    ("UPDATE audit_entry SET actor = 'x' WHERE id = {entry}", FaultKind.ALTERED),
    ("UPDATE audit_entry SET at = at + interval '1us' WHERE id = {entry}", FaultKind.ALTERED),
    ("UPDATE audit_entry SET after = NULL WHERE id = {entry}", FaultKind.ALTERED),
    ("UPDATE audit_entry SET before = '{{}}' WHERE id = {entry}", FaultKind.ALTERED),
    ("UPDATE audit_entry SET actor_id = 'Token:1' WHERE id = {entry}", FaultKind.ALTERED),
    ("UPDATE audit_entry SET request_id = '' WHERE id = {entry}", FaultKind.ALTERED),
    ("UPDATE audit_link SET hash = sha256('') WHERE position = 5", FaultKind.ALTERED),
    ("UPDATE audit_link SET previous = sha256('') WHERE position = 5", FaultKind.UNCHAINED),
    ("DELETE FROM audit_entry WHERE id = {entry}", FaultKind.ENTRY_GONE),
    ("DELETE FROM audit_link WHERE position = 5", FaultKind.LINK_GONE),
    (
        "DELETE FROM audit_entry WHERE id = {entry}; DELETE FROM audit_link WHERE position = 5",
        FaultKind.LINK_GONE,
    ),
    (
        "DELETE FROM audit_entry WHERE id = {entry}; DELETE FROM audit_link WHERE position = 5;"
        "UPDATE audit_link SET position = -position WHERE position > 5;"
        "UPDATE audit_link SET position = -position - 1 WHERE position < 0",
        FaultKind.UNCHAINED,
    ),
]


@pytest.mark.parametrize(("sql", "kind"), TAMPERED)
async def test_the_first_that_does_not_fit_is_named(
    chained: str, sql: str, kind: FaultKind
) -> None:
    link = await AuditLink.get(position=5)
    fourth = Head(4, bytes((await AuditLink.get(position=4)).hash))
    entry = f"AuditEntry:{link.entry_id}"
    async with tampered(chained, sql.format(entry=link.entry_id)):
        found = await verdict()
    if kind is FaultKind.LINK_GONE:
        entry = ""
    elif "-position - 1" in sql:
        entry = f"AuditEntry:{(await AuditLink.get(position=6)).entry_id}"
    assert found == Verdict(fourth, Fault(kind, 5, entry))


async def test_an_entry_written_past_the_trigger_is_named(chained: str) -> None:
    insert = (
        "INSERT INTO audit_entry (id, at, actor, action, subject, request_id)"
        " VALUES (900000, now(), 'x', 'x', 'X:1', '')"
    )
    async with tampered(chained, insert):
        found = await verdict()
    assert found.fault == Fault(FaultKind.OUTSIDE, 0, "AuditEntry:900000")


async def test_an_end_cut_off_is_told_by_a_head_that_was_kept(chained: str) -> None:
    known = await head()
    cut = (
        "DELETE FROM audit_entry WHERE id IN"
        " (SELECT entry_id FROM audit_link WHERE position > 7);"
        "DELETE FROM audit_link WHERE position > 7"
    )
    async with tampered(chained, cut):
        assert (await verdict()).fault is None  # by itself it looks whole
        found = await verdict(known)
    assert (found.head.position, found.fault) == (
        7,
        Fault(FaultKind.TRUNCATED, known.position),
    )


REWRITE = """
UPDATE audit_entry SET actor = 'somebody else'
WHERE id = (SELECT entry_id FROM audit_link WHERE position = 5);
CREATE TEMPORARY TABLE entry_order AS SELECT entry_id FROM audit_link ORDER BY position;
DELETE FROM audit_link;
SELECT audit_chain_add(e) FROM (SELECT e.* FROM entry_order JOIN audit_entry e ON e.id = entry_id
    ORDER BY entry_order.ctid) e;
DROP TABLE entry_order
"""


async def test_a_history_written_anew_is_told_by_a_head_that_was_kept(chained: str) -> None:
    known = await head()
    early = Head(3, bytes((await AuditLink.get(position=3)).hash))
    async with tampered(chained, REWRITE):
        assert (await verdict(early)).fault is None
        found = (await verdict(early, known)).fault
    assert found is not None
    assert (found.kind, found.position) == (FaultKind.REWRITTEN, known.position)
    assert (await verdict(early, known)) == Verdict(known, None)


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO audit_link (position, entry_id, previous, hash)"
        " SELECT 999, id, '', '' FROM audit_entry LIMIT 1",
        "UPDATE audit_link SET hash = ''",
        "DELETE FROM audit_link",
        "SELECT audit_chain_add(e) FROM audit_entry e",
    ],
)
async def test_no_process_may_write_the_chain(chained: str, sql: str) -> None:
    with pytest.raises(OperationalError, match="permission denied"):
        await get_connection("default").execute_query(sql)


async def test_the_owner_is_stopped_by_the_trigger(chained: str) -> None:
    connection = await asyncpg.connect(**connection_parameters(chained))
    try:
        for way in ("UPDATE audit_link SET hash = ''", "DELETE FROM audit_link"):
            with pytest.raises(asyncpg.RestrictViolationError):
                await connection.execute(way)
    finally:
        await connection.close()


def test_a_head_is_read_as_it_is_written() -> None:
    assert read_head(f" {START}\n") == START
    for wrong in ("", "7", "7:ab", f"-1:{'0' * 64}", f"7:{'g' * 64}"):
        with pytest.raises(ValueError, match="a head is"):
            read_head(wrong)
