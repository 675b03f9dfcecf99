"""/metrics of real processes: what they counted, exactly; who may read it; what waits in the
database; and that it is told while the database is silent."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from api.metrics.families import FAMILIES, GRAPHQL, RESPONSES
from api.metrics.operations import LONGEST, OTHER, UNNAMED, OperationNames
from api.metrics.snapshots import FRESH_SECONDS, read, write
from api.metrics.tally import Tally
from commands.metrics.database import DatabaseMetrics
from domain.database import connection_parameters, open_database
from tests.graph import KEY
from tests.outage import Line
from tests.rows import World, make_post, make_world
from tests.serving import ROOT, Served, free_port, served
from workers.metrics import REGISTRY

TOKEN = "only-prometheus-knows"
NAMED = "query Stations { organizations { totalCount } }"

Samples = dict[tuple[str, tuple[str, ...]], float]


def parsed(text: str) -> Samples:
    """Each sample by its name and its labels' values, in the order of the labels' names."""
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def fetch(
    port: int, path: str = "/metrics", token: str = TOKEN
) -> tuple[int, dict[str, str], str]:
    wanted = f"GET {path} HTTP/1.0\r\nAuthorization: Bearer {token}\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(wanted.encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, body.decode()


async def samples(port: int) -> Samples:
    status, _, text = await fetch(port)
    assert status == 200
    return parsed(text)


async def until(port: int, holds: Callable[[Samples], bool]) -> Samples:
    deadline = time.monotonic() + 20
    while True:
        found = await samples(port)
        if holds(found):
            return found
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.2)


def post(body: dict[str, Any]) -> bytes:
    content = json.dumps(body).encode()
    head = "POST /graphql HTTP/1.1\r\nHost: tests\r\nCache-Control: no-cache\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(database_url: str) -> AsyncIterator[World]:
    async with open_database(database_url):
        yield await make_world()


@pytest.fixture(scope="module")
def api(database_url: str, world: World) -> Iterator[tuple[Served, int]]:
    """A server of two processes, and the port of its metrics."""
    port = free_port()
    given = {
        "XINFENG_PROCESSES": "2",
        "XINFENG_METRICS_ADDRESS": f"127.0.0.1:{port}",
        "XINFENG_METRICS_TOKEN": TOKEN,
        "XINFENG_LOG_LEVEL": "error",
    }
    with served(database_url, number=1, **given) as (server,):
        yield server, port


async def test_what_two_processes_counted_is_added_up(api: tuple[Served, int]) -> None:
    server, port = api
    await until(port, lambda found: found[("xinfeng_ready_processes", ())] == 2)
    asked = [{"query": NAMED}] * 25 + [{"query": "{ network { id } }"}] * 3
    asked += [{"query": "query Wrong { articles(first: 0) { nodes { id } } }"}] * 2
    asked += [{"query": "{ nothing }"}]
    for body in asked:
        await server.ask(post(body))
    await server.ask(b"GET /docs/push HTTP/1.1\r\nHost: tests\r\n\r\n")
    await server.ask(b"GET /nothing.txt HTTP/1.1\r\nHost: tests\r\n\r\n")

    def all_there(found: Samples) -> bool:
        counts = [n for (name, _), n in found.items() if name == f"{GRAPHQL.name}_count"]
        return sum(counts) == len(asked) and ("xinfeng_http_responses_total", MISSING) in found

    found = await until(port, all_there)
    count = {labels: n for (name, labels), n in found.items() if name == f"{GRAPHQL.name}_count"}
    # Under its name an operation is counted once it has come often, in either process.
    known = count.get(("Stations",), 0)
    assert known + count[(OTHER,)] == 25
    assert (count[(UNNAMED,)], count[("(refused)",)]) == (3, 3)
    errors = {
        labels: n for (name, labels), n in found.items() if name == "xinfeng_graphql_errors_total"
    }
    assert errors == {
        ("BAD_USER_INPUT", "(refused)"): 2,
        ("GRAPHQL_VALIDATION_FAILED", "(refused)"): 1,
    }
    responses = {
        labels: n for (name, labels), n in found.items() if name == "xinfeng_http_responses_total"
    }
    assert responses == {
        ("/graphql", "200"): 31,
        ("/docs/{name}", "200"): 1,
        MISSING: 1,
    }
    everything = found[(f"{GRAPHQL.name}_bucket", ("+Inf", UNNAMED))]
    assert everything == 3
    assert found[("xinfeng_processes", ())] == 2
    assert found[("xinfeng_pool_size", ())] == 10
    plans = [found[("xinfeng_plan_lookups_total", (result,))] for result in ("hit", "miss")]
    assert sum(plans) == 30  # the failed ones were looked for too
    assert found[("xinfeng_resident_memory_bytes", ())] > 50e6


MISSING = ("(none)", "404")


async def test_only_who_has_the_token_reads_it(api: tuple[Served, int]) -> None:
    server, port = api
    for wrong in ("", "Only-prometheus-knows", TOKEN + "x", "ü"):
        status, headers, text = await fetch(port, token=wrong)
        assert (status, headers["www-authenticate"]) == (401, "bearer")
        assert "xinfeng_" not in text
    assert (await fetch(port, "/"))[0] == 404
    assert (await server.ask(b"GET /metrics HTTP/1.1\r\nHost: tests\r\n\r\n"))[0] == 404
    _, headers, text = await fetch(port)
    assert headers["content-type"].startswith("text/plain")
    assert TOKEN not in text
    assert KEY not in text
    shown = {family.name for family in text_string_to_metric_families(text)}
    assert {family.name for family in FAMILIES} <= shown


async def test_every_metric_is_explained(api: tuple[Served, int]) -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    _, _, text = await fetch(api[1])
    shown = [*text_string_to_metric_families(text), *REGISTRY.collect()]
    names = {f.name + ("_total" if f.type == "counter" else "") for f in shown}
    ours = sorted(name for name in names if name.startswith("xinfeng_"))
    assert len(ours) > 35
    assert [name for name in ours if f"`{name}`" not in page] == []
    named = {re.sub("_(bucket|count)$", "", name) for name in re.findall("xinfeng_[a-z_]+", page)}
    assert sorted(named - names - {"xinfeng_again"}) == []  # a database's name among the examples


async def test_what_waits_in_the_database(api: tuple[Served, int], database_url: str) -> None:
    _, port = api
    connection = await asyncpg.connect(**connection_parameters(database_url))
    ago = datetime.now(UTC) - timedelta(minutes=10)
    try:
        await connection.execute("DELETE FROM engagement_dirty; DELETE FROM post_pull")
        await connection.execute(
            "INSERT INTO engagement_dirty (post_id, metric, marked_at)"
            " VALUES (1, 'READS', $1), (1, 'LIKES', now())",
            ago,
        )
        endpoint = await connection.fetchval(
            "INSERT INTO webhook_endpoint (url, description, events, secret, disabled_why,"
            " created_at) VALUES ('https://a.example/', '', '{ARTICLE_PUBLISHED}', 'x', '', now())"
            " RETURNING id"
        )
        for state in ("DEAD", "DEAD", "PENDING"):
            await connection.execute(
                "INSERT INTO webhook_message (endpoint_id, event_type, data, state, attempts,"
                " next_at, created_at, ended_at, last_error)"
                " VALUES ($1, 'ARTICLE_PUBLISHED', '{}', $2::text, 1, $3, $3,"
                " CASE WHEN $2 <> 'PENDING' THEN $3::timestamptz END, '')",
                endpoint,
                state,
                ago,
            )
        await connection.execute("SET search_path = public, jobs")
        await connection.execute(
            "INSERT INTO jobs.procrastinate_jobs (queue_name, task_name, args, scheduled_at)"
            " VALUES ('default', 'roll_up', '{}', $1), ('default', 'roll_up', '{}', $2)",
            ago,
            datetime.now(UTC),
        )
        name = ("xinfeng_ledger_marks", ())
        found = await until(port, lambda found: found.get(name) == 2)
        assert found[("xinfeng_database_up", ())] == 1
        assert 600 <= found[("xinfeng_ledger_lag_seconds", ())] < 660
        assert found[("xinfeng_webhooks_dead", ())] == 2
        assert found[("xinfeng_webhooks_pending", ())] == 1
        assert 600 <= found[("xinfeng_webhooks_lag_seconds", ())] < 660
        assert found[("xinfeng_jobs", ("todo", "roll_up"))] == 2
        assert 600 <= found[("xinfeng_job_oldest_seconds", ("todo", "roll_up"))] < 660
        assert found[("xinfeng_pull_due_posts", ())] == 0
    finally:
        await connection.execute("DELETE FROM jobs.procrastinate_jobs")
        await connection.close()


async def test_pulls_that_are_late(world: World, database_url: str) -> None:
    """Those of accounts that may be asked; a pause is told by its reason."""
    connection = await asyncpg.connect(**connection_parameters(database_url))
    ago = datetime.now(UTC) - timedelta(minutes=20)
    try:
        await connection.execute("DELETE FROM post_pull")
        posts = [
            await make_post(world.account_id, external_id=f"late-{number}") for number in range(3)
        ]
        await connection.execute("DELETE FROM post_pull")
        await connection.executemany(
            "INSERT INTO post_pull (post_id, account_id, next_at, missed) VALUES ($1, $2, $3, 0)",
            [(post_id, world.account_id, ago) for post_id in posts],
        )
        found = await looked(database_url)
        assert found[("xinfeng_pull_due_posts", ())] == 3
        assert 1200 <= found[("xinfeng_pull_lag_seconds", ())] < 1260
        await connection.execute(
            "INSERT INTO account_pull (account_id, failures, last_failure, last_failure_kind,"
            " paused_until) VALUES ($1, 1, 'expired', 'EXPIRED', now() + interval '1 hour')",
            world.account_id,
        )
        found = await looked(database_url)
        assert found[("xinfeng_pull_due_posts", ())] == 0
        assert found[("xinfeng_accounts_paused", ("EXPIRED",))] == 1
    finally:
        await connection.close()


async def looked(database_url: str) -> Samples:
    metrics = DatabaseMetrics(database_url)
    found = await asyncio.to_thread(lambda: list(metrics.collect()))
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in found
        for sample in family.samples
    }


async def test_a_silent_database_holds_nothing_up(database_url: str) -> None:
    with tempfile.TemporaryDirectory(prefix="xf-") as directory:
        line = Line(database_url, Path(directory))
        await line.restore()
        line.silence()
        started = time.monotonic()
        assert await looked(line.url) == {("xinfeng_database_up", ()): 0}
        assert time.monotonic() - started < 5
        await line.cut()
        assert await looked(line.url) == {("xinfeng_database_up", ()): 0}


@pytest.fixture
def worker(database_url: str) -> Iterator[tuple[int, Command]]:
    """The port of a worker's metrics, and the command that started it."""
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "XINFENG_SECRET_KEY": KEY,
        "XINFENG_METRICS_ADDRESS": f"127.0.0.1:{port}",
        "XINFENG_METRICS_TOKEN": TOKEN,
        "XINFENG_LOG_LEVEL": "error",
    }
    command = partial(subprocess.Popen, [sys.executable, "cli.py", "worker"], cwd=ROOT)
    start = partial(command, env=environment, stderr=subprocess.PIPE, text=True)
    process = start()
    yield port, start
    process.terminate()
    _, said = process.communicate(timeout=15)
    assert process.returncode == 0, said


Command = Callable[[], "subprocess.Popen[str]"]


async def test_a_worker_tells_of_itself(worker: tuple[int, Command]) -> None:
    port, start = worker
    deadline = time.monotonic() + 20
    while (await answer_to(port, "/readyz")) != (200, "ok\n"):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
    assert await answer_to(port, "/livez") == (200, "ok\n")
    done = ("xinfeng_job_duration_seconds_count", ("succeeded", "roll_up"))
    found = await until(port, lambda found: found.get(done, 0) >= 1)
    assert ("process_resident_memory_bytes", ()) in found
    other = start()
    _, said = other.communicate(timeout=20)
    assert other.returncode == 1
    assert f"cannot listen on 127.0.0.1 port {port}" in said
    assert "XINFENG_METRICS_ADDRESS" in said


async def answer_to(port: int, path: str) -> tuple[int, str]:
    try:
        status, _, body = await fetch(port, path, token="")
    except OSError:
        return 0, ""
    return status, body


names = st.text("abc", min_size=1, max_size=3)


@given(st.lists(names), st.sets(names, max_size=3))
def test_names_of_operations_are_bounded(came: list[str], trusted: set[str]) -> None:
    """Trusted ones have their own from the start; of others `most`, those first that came often."""
    operations = OperationNames(trusted, most=2, often=3)
    shown = [operations.of(name) for name in came]
    expected, promoted = [], set[str]()
    for number, name in enumerate(came):
        if name in trusted or name in promoted:
            expected.append(name)
        elif len(promoted) < 2 and came[: number + 1].count(name) >= 3:
            promoted.add(name)
            expected.append(name)
        else:
            expected.append(OTHER)
    assert shown == expected


def test_names_nobody_could_read_are_other() -> None:
    operations = OperationNames(often=1)
    assert operations.of("a" * LONGEST) == "a" * LONGEST
    assert operations.of("a" * (LONGEST + 1)) == OTHER
    assert operations.of(None) == UNNAMED


def test_the_dead_still_count_and_hold_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for pid, late in ((1, 0.5), (2, 0.25)):
        tally = Tally()
        tally.count(RESPONSES, "/graphql", "200", by=pid)
        tally.observe(GRAPHQL, 0.5, "A")
        monkeypatch.setattr(os, "getpid", lambda pid=pid: pid)
        write(tmp_path, tally, {"xinfeng_pool_used": pid, "xinfeng_event_loop_lag_seconds": late})
    now = time.time()
    merged = read(tmp_path, now=now)
    assert merged.processes == 2
    assert merged.counts == {(RESPONSES.name, "/graphql", "200"): 3}
    assert merged.gauges == {"xinfeng_pool_used": 3, "xinfeng_event_loop_lag_seconds": 0.5}
    assert merged.durations[(GRAPHQL.name, "A")].seconds == 1.0
    assert sum(merged.durations[(GRAPHQL.name, "A")].buckets) == 2
    later = read(tmp_path, now=now + FRESH_SECONDS + 1)
    assert (later.processes, later.gauges) == (0, {})
    assert later.counts == merged.counts
