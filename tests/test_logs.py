"""The log lines of real processes: JSON, each with its request or its job, and a request's id in
whatever it causes: a worker's lines, and the messages it sends."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest_asyncio
from aiohttp import ClientSession, web

from domain.access import SYSTEM, Act, Role
from domain.database import open_database
from domain.partners.secrets import issue_secret
from domain.tokens import actions as tokens
from domain.webhooks import actions as webhooks
from domain.webhooks.rules import WebhookEventType
from tests.platforms import BOX, KEY
from tests.pushes import Sender, batch, headers, item
from tests.rows import EDITOR, make_article, make_post, make_world
from tests.serving import ROOT, free_port

Line = dict[str, Any]
PUBLISH = """mutation($input: ArticleVersionInput!) {
    publishArticle(input: $input) { __typename } }"""


@dataclass(frozen=True)
class Process:
    log: Path

    def lines(self) -> list[Line]:
        """Every one is an object; the last may not be whole yet."""
        whole = self.log.read_text().rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines() if line.startswith("{")]

    async def said(self, event: str, **fields: Any) -> Line:
        deadline = time.monotonic() + 30
        while True:
            for line in self.lines():
                if line["event"] == event and fields.items() <= line.items():
                    return line
            assert time.monotonic() < deadline, self.log.read_text()
            await asyncio.sleep(0.05)


@contextmanager
def process(database_url: str, log: Path, *command: str, **more: str) -> Iterator[Process]:
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "XINFENG_SECRET_KEY": KEY,
        "XINFENG_PRIVATE_NETWORKS": "127.0.0.0/8",
        "XINFENG_SLOW_OPERATION_SECONDS": "0.000001",
        **more,
    }
    with log.open("wb") as output:
        started = subprocess.Popen(
            [sys.executable, "cli.py", *command], cwd=ROOT, env=environment, stderr=output
        )
    try:
        yield Process(log)
    finally:
        started.send_signal(signal.SIGTERM)
        started.wait(20)


@dataclass
class Newsroom:
    url: str
    api: Process
    worker: Process
    session: ClientSession
    received: list[Mapping[str, str]]

    async def post(self, path: str, body: bytes, given: Mapping[str, str]) -> tuple[str, Any]:
        """The id that the answer tells, and the answer."""
        async with self.session.post(f"{self.url}{path}", data=body, headers=given) as answer:
            assert answer.status == 200
            return answer.headers["x-request-id"], await answer.json()

    async def receives(self, request_id: str) -> Mapping[str, str]:
        deadline = time.monotonic() + 30
        while True:
            for found in self.received:
                if found.get("x-request-id") == request_id:
                    return found
            assert time.monotonic() < deadline, self.received
            await asyncio.sleep(0.05)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def newsroom(database_url: str, tmp_path_factory: Any) -> AsyncIterator[Newsroom]:
    logs, port = tmp_path_factory.mktemp("logs"), free_port()
    received: list[Mapping[str, str]] = []

    async def take(request: web.Request) -> web.Response:
        received.append({name.lower(): value for name, value in request.headers.items()})
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    async with open_database(database_url), ClientSession() as session:
        await webhooks.register(EDITOR, _endpoint(hook), BOX)
        api_log, worker_log = logs / "api.log", logs / "worker.log"
        with (
            process(database_url, api_log, "serve", "--port", str(port)) as api,
            process(database_url, worker_log, "worker") as worker,
        ):
            url = f"http://127.0.0.1:{port}"
            await _until_ready(session, url)
            yield Newsroom(url, api, worker, session, received)
    await runner.cleanup()


def _endpoint(url: str) -> webhooks.NewEndpoint:
    events = (WebhookEventType.ARTICLE_PUBLISHED, WebhookEventType.DELIVERY_REJECTED)
    secret = webhooks.new_secret(lambda size: b"s" * size)
    return webhooks.NewEndpoint(url=url, events=events, secret=secret)


async def _until_ready(session: ClientSession, url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            async with session.get(f"{url}/readyz") as answer:
                if answer.status == 200:
                    return
        except OSError:
            pass
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def test_a_mutation_s_id_follows_it_out_of_the_house(newsroom: Newsroom) -> None:
    article_id = await make_article(await make_world())
    _, token = await tokens.create(EDITOR, "tests", Role.ADMINISTRATOR, None)
    variables = {"input": {"id": f"Article:{article_id}", "version": 1}}
    body = json.dumps({"query": PUBLISH, "variables": variables}).encode()
    given = {
        "content-type": "application/json",
        "authorization": f"Bearer {token}",
        "x-request-id": "publish-1",
    }
    request_id, answer = await newsroom.post("/graphql", body, given)
    assert (request_id, answer["data"]["publishArticle"]["__typename"]) == (
        "publish-1",
        "ArticlePayload",
    )
    slow = await newsroom.api.said("slow operation", request_id="publish-1")
    assert (slow["level"], slow["operation"]) == ("warning", None)
    sent = await newsroom.worker.said("webhook_sent", request_id="publish-1")
    assert (sent["task"], sent["status"]) == ("webhooks", 204)
    assert sent["job_id"] > 0
    assert (await newsroom.receives("publish-1"))["webhook-id"] == f"msg_{sent['message']}"


async def test_a_push_s_id_follows_into_the_roll_up(newsroom: Newsroom) -> None:
    world = await make_world()
    act = Act(SYSTEM, datetime.now(UTC))
    secret = await issue_secret(act, BOX, world.partner_id)
    post_id = await make_post(world.account_id)
    sender = Sender(world.partner_id, world.account_id, secret, (post_id, post_id))
    now = datetime.now(UTC).isoformat()
    body = batch(item(post_id, 5, observedAt=now), item(post_id, -1, observedAt=now))
    given = {**headers(sender, body), "x-request-id": "push-1"}
    request_id, answer = await newsroom.post(
        f"/v1/engagement?partner=Partner:{world.partner_id}", body, given
    )
    assert (request_id, answer["accepted"], len(answer["rejected"])) == ("push-1", 1, 1)
    deadline = time.monotonic() + 30
    while not (found := _with(newsroom.worker.lines(), "rolled_up", "push-1")):
        assert time.monotonic() < deadline, newsroom.worker.lines()
        await asyncio.sleep(0.05)
    (rolled_up,) = found
    assert (rolled_up["task"], rolled_up["deliveries"]) == ("roll_up", 1)
    assert rolled_up["request_ids"] == ["push-1"]
    assert rolled_up["job_id"] > 0
    await newsroom.worker.said("webhook_sent", request_id="push-1")
    await newsroom.receives("push-1")


def _with(lines: list[Line], event: str, request_id: str) -> list[Line]:
    return [line for line in lines if line["event"] == event and request_id in line["request_ids"]]


async def test_ids_of_requests_at_once_do_not_mix(newsroom: Newsroom) -> None:
    """Each is logged under its own; one that is no plain id is replaced."""
    given = {"content-type": "application/json", "cache-control": "no-cache"}

    async def ask(number: int) -> None:
        body = json.dumps({"query": f"query N{number} {{ network {{ id }} }}"}).encode()
        told, _ = await newsroom.post("/graphql", body, {**given, "x-request-id": f"n-{number}"})
        assert told == f"n-{number}"

    await asyncio.gather(*(ask(number) for number in range(20)))
    for number in range(20):
        line = await newsroom.api.said("slow operation", operation=f"N{number}")
        assert line["request_id"] == f"n-{number}"
    body = json.dumps({"query": "query Odd { network { id } }"}).encode()
    told, _ = await newsroom.post("/graphql", body, {**given, "x-request-id": 'a" b'})
    assert told != 'a" b'
    assert (await newsroom.api.said("slow operation", operation="Odd"))["request_id"] == told


async def test_every_line_says_what_and_when(newsroom: Newsroom) -> None:
    for log in (newsroom.api, newsroom.worker):
        texts = log.log.read_text().splitlines()
        lines = [line for line in texts if not line.startswith("xinfeng: ")]
        assert len(lines) > 0
        for line in map(json.loads, lines):
            assert line["level"] in ("info", "warning")
            assert datetime.fromisoformat(line["timestamp"]).tzinfo is not None
    started = await newsroom.worker.said("worker_started")
    assert "job_id" not in started


def test_text_for_people() -> None:
    """The same, without braces."""
    code = (
        "import structlog; from commands.logs import configure; from settings import Settings;"
        "configure(Settings(log_format='text'));"
        "structlog.contextvars.bind_contextvars(request_id='r-1');"
        "structlog.get_logger().info('pulled', account_id=7)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    (line,) = done.stderr.splitlines()
    for part in ("info", "pulled", "account_id=7", "request_id=r-1"):
        assert part in line
    assert "{" not in line
