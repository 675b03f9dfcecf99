"""The API and a worker in processes of their own, and a receiver of webhooks: what each says of one
request."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, web

from domain.database import open_database
from domain.webhooks import actions as webhooks
from domain.webhooks.rules import WebhookEventType
from tests.platforms import BOX, KEY
from tests.rows import EDITOR
from tests.serving import ROOT, free_port

Line = dict[str, Any]
PUBLISH = """mutation($input: PublishArticleInput!) {
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


@asynccontextmanager
async def open_newsroom(database_url: str, logs: Path, **more: str) -> AsyncIterator[Newsroom]:
    """An API and a worker, and somebody who is told of what happens. more: their variables."""
    port = free_port()
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
            process(database_url, api_log, "serve", "--port", str(port), **more) as api,
            process(database_url, worker_log, "worker", **more) as worker,
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
