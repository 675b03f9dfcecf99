"""The media centre of the story: its processes, its people, and how they ask."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientTimeout, CookieJar

from tests.platforms import HOUR, KEY, SandboxProcess, sandbox_process
from tests.rows import contents
from tests.serving import free_port
from tests.waiting import until

ROOT = Path(__file__).parent.parent.parent
SDL = (ROOT / "schema" / "schema.graphql").read_text("utf-8")
INPUTS = dict(re.findall(r"^  (\w+)\(input: (\w+)!\): \w+!$", SDL, re.M))
PAYLOADS = {
    field: payload
    for field, result in re.findall(r"^  (\w+)\(input: \w+!\): (\w+)!$", SDL, re.M)
    for payload in re.findall(rf"^union {result} = (\w+)", SDL, re.M)
}
"""Of each mutation, the type of its input and of what it gives when nothing is refused."""

KEPT = (
    *("article", "article_revision", "article_media", "audit_entry", "distribution"),
    *("article_embargo", "post", "publication_plan", "review", "review_entry", "review_finding"),
    *("review_invitation", "role_grant", "account", "partner"),
)
"""What a refusal leaves as it was; workers write into other tables all the time."""


@dataclass
class Centre:
    """people: who has signed in, and how they ask. known: ids the chapters hand on by name."""

    url: str
    sandbox: SandboxProcess
    database_url: str
    people: dict[str, ClientSession] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)

    async def ask(self, who: str, query: str, **variables: Any) -> Any:
        """The data of an answer without errors."""
        asked = {"query": query, "variables": variables}
        async with self.people[who].post("/graphql", json=asked) as answer:
            told = await answer.json()
        assert "errors" not in told, told
        return told["data"]

    async def do(self, who: str, mutation: str, asked: str, /, **given: Any) -> Any:
        """What was asked of a mutation's payload."""
        told = await self._answer(who, mutation, f"... on {PAYLOADS[mutation]} {asked}", given)
        assert told.pop("__typename") == PAYLOADS[mutation], told
        return told

    async def refused(self, who: str, mutation: str, code: str, /, **given: Any) -> None:
        """It is refused with this code, and nothing has changed."""
        before = await contents(KEPT)
        told = await self._answer(who, mutation, "", given)
        assert told.get("code") == code, told
        assert await contents(KEPT) == before

    async def _answer(self, who: str, mutation: str, asked: str, given: Any) -> Any:
        document = (
            f"mutation($input: {INPUTS[mutation]}!) {{ it: {mutation}(input: $input) {{"
            f" __typename {asked} ... on Problem {{ code path message }} }} }}"
        )
        return (await self.ask(who, document, input=given))["it"]

    async def get(self, who: str, path: str) -> tuple[int, str]:
        async with self.people[who].get(path) as answer:
            return answer.status, await answer.text()

    async def form(self, who: str, path: str, **fields: str) -> int:
        """The status of what a form's answer is, redirects not followed."""
        async with self.people[who].post(path, data=fields, allow_redirects=False) as answer:
            await answer.read()
            return answer.status

    async def waits(self, condition: Callable[[], Awaitable[bool]]) -> None:
        await until(condition, 30)


@asynccontextmanager
async def media_centre(database_url: str) -> AsyncIterator[Centre]:
    """The sandbox's platforms, an API and a worker, started together; a visitor looks already."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with sandbox_process(hour=HOUR) as sandbox:
        platforms = {name: f"{sandbox.url}/{name.lower()}" for name in ("WEIBO", "MASTODON")}
        settings = {
            "DATABASE_URL": database_url,
            "XINFENG_SECRET_KEY": KEY,
            "XINFENG_PORT": str(port),
            "XINFENG_PUBLIC_URL": url,
            "XINFENG_PULL_INTERVAL_SECONDS": "1",
            "XINFENG_PRIVATE_NETWORKS": "127.0.0.0/8",
            "XINFENG_PLATFORM_URLS": json.dumps(platforms),
        }
        async with AsyncExitStack() as sessions:
            with _process("serve", settings), _process("worker", settings):
                centre = Centre(url, sandbox, database_url)
                for who in ("visitor", "operator", "stranger", "partner", *EDITORS):
                    centre.people[who] = await sessions.enter_async_context(_session(url))
                await until(lambda: _is_ready(centre), 60)
                yield centre


EDITORS = ("wang", "li", "zhao", "zhou")
"""王 writes, 李 reviews first, 赵 second, 周, the director, last; 周 publishes."""


def _session(url: str) -> ClientSession:
    """A browser of its own, on a page of ours."""
    headers = {"origin": url, "sec-fetch-site": "same-origin", "accept-language": "zh"}
    timeout = ClientTimeout(total=30)
    return ClientSession(url, cookie_jar=CookieJar(unsafe=True), headers=headers, timeout=timeout)


@contextmanager
def _process(command: str, settings: dict[str, str]) -> Iterator[None]:
    environment = {**os.environ, **settings}
    started = subprocess.Popen([sys.executable, "cli.py", command], cwd=ROOT, env=environment)
    try:
        yield
    finally:
        started.terminate()
        started.wait(30)


async def _is_ready(centre: Centre) -> bool:
    try:
        return (await centre.get("visitor", "/readyz"))[0] == 200
    except OSError:
        return False


async def command(database_url: str, *arguments: str) -> tuple[int, str]:
    """Exit code and output of `./xinfeng …`."""
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "cli.py", *arguments),
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await started.communicate()
    assert started.returncode is not None
    return started.returncode, output.decode()
