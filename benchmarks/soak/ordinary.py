"""What people and programs of good will ask for."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from benchmarks import documents
from benchmarks.soak.wire import Client, Outcome, answer, request

Visit = Callable[[Client, random.Random], Awaitable[Outcome]]

FOLLOW = 'subscription { engagementChanged(ids: ["Network:1"]) { id reads { value } } }'
FOLLOWING_SECONDS = 2.0
ARTICLES = 2_000
PERIOD = {"since": "2026-10-02", "until": "2026-10-31"}


def post(query: str, variables: Mapping[str, Any] | None = None, **headers: str) -> bytes:
    body = json.dumps({"query": query, "variables": variables or {}}).encode()
    return request("POST", "/graphql", body, **headers)


async def feed(client: Client, chance: random.Random) -> Outcome:
    return await client.ask(post(documents.FEED, {"first": chance.choice([10, 20, 50])}))


async def article(client: Client, chance: random.Random) -> Outcome:
    asked = {"id": f"Article:{chance.randint(1, ARTICLES)}"}
    return await client.ask(post(documents.ARTICLE, asked, cache_control="no-cache"))


async def by_get(client: Client, chance: random.Random) -> Outcome:
    target = urlencode({"query": "{ network { id reads { value } } }"})
    return await client.ask(request("GET", f"/graphql?{target}", accept_encoding="gzip, br"))


async def dashboard(client: Client, chance: random.Random) -> Outcome:
    return await client.ask(post(documents.DASHBOARD, PERIOD))


async def home(client: Client, chance: random.Random) -> Outcome:
    return await client.ask(request("GET", chance.choice(["/", "/graphql"]), accept="text/html"))


async def follow(client: Client, chance: random.Random) -> Outcome:
    """Over server-sent events, for a moment; the first event is what was asked for."""
    body = json.dumps({"query": FOLLOW}).encode()
    async with client.connect() as (reader, writer):
        writer.write(request("POST", "/graphql", body, accept="text/event-stream"))
        status = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        if status == "200":
            await reader.readuntil(b"event: next")
            await asyncio.sleep(chance.uniform(0, FOLLOWING_SECONDS))
    return status


async def kept_alive(client: Client, chance: random.Random) -> Outcome:
    """Several questions over one connection; the last answer."""
    status = ""
    async with client.connect() as (reader, writer):
        for _ in range(chance.randint(2, 6)):
            writer.write(post("{ articles(first: 5) { nodes { id title } } }"))
            status = await answer(reader)
    return status


VISITS: dict[str, Visit] = {
    "feed": feed,
    "article": article,
    "by GET": by_get,
    "dashboard": dashboard,
    "pages": home,
    "following": follow,
    "kept alive": kept_alive,
}
