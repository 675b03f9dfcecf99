"""What a collector is told of a request, and of what it causes in another process: names, hashes,
outcomes, never a value; and that nothing at all is loaded where nobody collects."""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from domain.access import SYSTEM, Act, Role
from domain.partners.secrets import issue_secret
from domain.spans import traces_to
from domain.tokens import actions as tokens
from outgoing.guards import Guard, places_of
from tests.collector import Collector, Told, collector
from tests.newsrooms import PUBLISH, Newsroom, open_newsroom
from tests.platforms import BOX
from tests.pushes import Sender, batch, headers, item
from tests.rows import EDITOR, make_article, make_post, make_world
from tests.serving import ROOT
from workers.http import ask, open_session
from workers.platforms.failures import Retryable
from workers.platforms.protocol import Request
from workers.tools import utc_now

SERVER, CLIENT, CONSUMER = 2, 3, 5
JSON = {"content-type": "application/json"}
QUICK = {"OTEL_BSP_SCHEDULE_DELAY": "50"}
"""Milliseconds until spans are sent."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def collected() -> AsyncIterator[Collector]:
    async with collector() as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def newsroom(
    database_url: str, tmp_path_factory: Any, collected: Collector
) -> AsyncIterator[Newsroom]:
    variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": collected.url, **QUICK}
    logs = tmp_path_factory.mktemp("logs")
    async with open_newsroom(database_url, logs, **variables) as opened:
        yield opened


def _of(name: str) -> Any:
    return lambda span: span.attributes.get("graphql.operation.name") == name


async def _below(collected: Collector, parent: Told, name: str) -> Told:
    return await collected.find(
        lambda span: (span.trace, span.parent, span.name) == (parent.trace, parent.id, name)
    )


async def test_a_query_is_told_with_its_statement_and_without_its_values(
    newsroom: Newsroom, collected: Collector
) -> None:
    query = 'query Told($id: ID!) { node(id: $id) { id } other: node(id: "Article:987654") { id } }'
    body = json.dumps({"query": query, "variables": {"id": "Article:123456789"}}).encode()
    request_id, answer = await newsroom.post("/graphql?secret=in-the-address", body, JSON)
    assert answer["data"] == {"node": None, "other": None}
    span = await collected.find(_of("Told"))
    assert (span.service, span.name, span.kind, span.parent) == ("xinfeng-api", "POST", SERVER, "")
    assert span.attributes == {
        "http.request.method": "POST",
        "http.route": "/graphql",
        "http.response.status_code": 200,
        "graphql.operation.name": "Told",
        "graphql.operation.type": "query",
        "graphql.document.hash": hashlib.sha256(query.encode()).hexdigest(),
        "xinfeng.kept": False,
        "xinfeng.cost": 2,
        "xinfeng.request_id": request_id,
    }
    assert request_id == f"{span.trace}-{span.id}-01"
    statement = await _below(collected, span, "SELECT")
    assert statement.kind == CLIENT
    assert statement.attributes == {"db.system.name": "postgresql", "db.operation.name": "SELECT"}
    told = b"".join(collected.raw)
    assert b"Told" in told
    for value in (b"123456789", b"987654", b"in-the-address", b"node("):
        assert value not in told


async def test_a_trace_goes_on_where_the_caller_began_it(
    newsroom: Newsroom, collected: Collector
) -> None:
    trace, parent = "5b" * 16, "7c" * 8
    given = {**JSON, "traceparent": f"00-{trace}-{parent}-01"}
    body = json.dumps({"query": "query Continued { network { id } }"}).encode()
    request_id, _ = await newsroom.post("/graphql", body, given)
    span = await collected.find(_of("Continued"))
    assert (span.trace, span.parent, span.links) == (trace, parent, ())
    assert request_id == f"{trace}-{span.id}-01"
    request_id, _ = await newsroom.post(
        "/graphql",
        json.dumps({"query": "query Named { network { id } }"}).encode(),
        {**given, "x-request-id": "mine"},
    )
    assert request_id == "mine"
    named = await collected.find(_of("Named"))
    assert (named.trace, named.parent) == (trace, parent)
    assert named.links == (hashlib.sha256(b"mine").hexdigest()[:32],)


async def test_a_mutation_s_trace_leads_out_of_the_house(
    newsroom: Newsroom, collected: Collector
) -> None:
    article_id = await make_article(await make_world())
    _, token = await tokens.create(EDITOR, "tests", Role.ADMINISTRATOR, None)
    variables = {"input": {"id": f"Article:{article_id}", "version": 1}}
    query = PUBLISH.replace("mutation(", "mutation Out(")
    body = json.dumps({"query": query, "variables": variables}).encode()
    request_id, _ = await newsroom.post(
        "/graphql", body, {**JSON, "authorization": f"Bearer {token}"}
    )
    span = await collected.find(_of("Out"))
    assert span.attributes["graphql.operation.type"] == "mutation"
    sent = await _below(collected, span, "webhook")
    assert (sent.service, sent.kind) == ("xinfeng-worker", CLIENT)
    assert sent.attributes["xinfeng.request_id"] == request_id
    assert sent.attributes["http.response.status_code"] == 204
    assert token.encode() not in b"".join(collected.raw)


async def test_a_push_s_trace_says_when_its_totals_stood(
    newsroom: Newsroom, collected: Collector
) -> None:
    world = await make_world()
    secret = await issue_secret(Act(SYSTEM, datetime.now(UTC)), BOX, world.partner_id)
    post_id = await make_post(world.account_id)
    sender = Sender(world.partner_id, world.account_id, secret, (post_id, post_id))
    body = batch(item(post_id, 5, observedAt=datetime.now(UTC).isoformat()))
    path = f"/v1/engagement?partner=Partner:{world.partner_id}"
    request_id, _ = await newsroom.post(path, body, headers(sender, body))
    span = await collected.find(
        lambda told: told.kind == SERVER and told.attributes.get("xinfeng.request_id") == request_id
    )
    assert span.attributes["http.route"] == "/v1/engagement"
    rolled_up = await _below(collected, span, "rolled up")
    assert rolled_up.service == "xinfeng-worker"
    job = await collected.find(lambda told: told.name == "job roll_up")
    assert (job.kind, job.parent) == (CONSUMER, "")


async def test_what_fails_is_told_by_its_code(newsroom: Newsroom, collected: Collector) -> None:
    body = json.dumps({"query": "query Wrong { nothingOfTheKind }"}).encode()
    async with newsroom.session.post(f"{newsroom.url}/graphql", data=body, headers=JSON) as answer:
        assert answer.status == 200
    span = await collected.find(lambda told: "graphql.error.codes" in told.attributes)
    assert span.attributes["graphql.error.codes"] == "GRAPHQL_VALIDATION_FAILED"
    assert b"nothingOfTheKind" not in b"".join(collected.raw)


async def test_pulls_are_told_by_host(
    collected: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def counters(request: web.Request) -> web.Response:
        return web.json_response({}, status=int(request.query["status"]))

    app = web.Application()
    app.router.add_get("/{secret}", counters)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    base = f"http://127.0.0.1:{port}"
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    with traces_to(collected.url, "pulling"):
        async with open_session(5.0, Guard(places=places_of([base]))) as session:
            request = Request("GET", f"{base}/of-a-token", (("status", "429"),))
            assert (await ask(session, request, utc_now)).status == 429
            await runner.cleanup()
            with pytest.raises(Retryable):
                await ask(session, request, utc_now)
        answered = await collected.find(
            lambda span: (
                span.service == "pulling" and "http.response.status_code" in span.attributes
            )
        )
        failed = await collected.find(lambda span: span.service == "pulling" and span.is_failed)
    assert answered.attributes == {
        "http.request.method": "GET",
        "server.address": "127.0.0.1",
        "server.port": port,
        "http.response.status_code": 429,
    }
    assert failed.attributes["error.type"] == "Retryable"
    assert b"of-a-token" not in b"".join(collected.raw)


async def test_a_silent_collector_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    loop = asyncio.get_running_loop()
    with traces_to(f"http://127.0.0.1:{port}", "tests"):
        begun_at = loop.time()
        async with open_session(1.0, Guard()) as session:
            with pytest.raises(Exception, match="no public address"):
                await ask(session, Request("GET", "http://127.0.0.1:9/"), utc_now)
        assert loop.time() - begun_at < 1
    assert loop.time() - begun_at < 5
    silent.close()


def test_nothing_is_loaded_where_nobody_collects(database_url: str) -> None:
    code = """
import asyncio, os, sys
from tests.asgi import call, lifespan
import api.main, workers.main
async def run():
    async with lifespan(api.main.app):
        answer = await call(api.main.app, "POST", "/graphql",
            headers={"content-type": "application/json"}, body=b'{"query": "{ network { id } }"}')
        assert answer.status == 200, answer
asyncio.run(run())
print(sorted(name for name in sys.modules if name.partition(".")[0] in
    ("opentelemetry", "requests", "urllib3") or name.startswith("google.protobuf")))
"""
    environment = {"DATABASE_URL": database_url, "XINFENG_SECRET_KEY": "k" * 32}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr
