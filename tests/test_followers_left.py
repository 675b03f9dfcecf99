"""Who follows something over the real server, and is left: because their session has ended, because
they ask too much, or because they take nothing."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from functools import partial

import pytest
import pytest_asyncio
from aiohttp import ClientSession, ClientTimeout
from starlette.types import Message

from domain.access import SYSTEM, Act
from domain.users.actions import accounts, sessions
from domain.users.actions.signing_in import sign_in
from tests.asgi import incoming, scope_of
from tests.graph import graph
from tests.rows import make_post, make_world
from tests.serving import Served, served
from tests.test_subscriptions import FOLLOW, closed, read, subscribe, told
from tests.test_subscriptions import socket as connected
from tests.users import OFFICE, PASSWORD, active

pytestmark = pytest.mark.usefixtures("quick_passwords")

POINTS = 300
STREAM = {"content-type": "application/json", "accept": "text/event-stream"}


@pytest.fixture(scope="module")
def server(database_url: str) -> Iterator[Served]:
    given = {
        "XINFENG_ADDRESS_POINTS": str(POINTS),
        "XINFENG_TRUSTED_PROXIES": "127.0.0.1",
    }
    with served(database_url, number=1, **given) as (opened,):
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def http(server: Served, database: str) -> AsyncIterator[ClientSession]:
    url = f"http://127.0.0.1:{server.port}"
    async with ClientSession(url, timeout=ClientTimeout(total=30)) as session:
        yield session


@pytest.mark.parametrize("ending", ["signs out", "is locked", "signs out everywhere"])
async def test_a_session_that_ends_closes_what_it_follows(http: ClientSession, ending: str) -> None:
    world = await make_world()
    post_id = await make_post(world.account_id)
    await read(post_id, 5)
    now = datetime.now(UTC)
    user = await active(now=now)
    begun = await sign_in(user.email, PASSWORD, OFFICE, now=now)
    headers = {"cookie": f"xinfeng={begun.secret}", "x-forwarded-for": "192.0.2.10"}
    stream = await http.post(
        "/graphql",
        json={"query": FOLLOW, "variables": {"ids": [f"Post:{post_id}"]}},
        headers={**headers, "accept": "text/event-stream"},
    )
    async with connected(http, headers=headers) as opened:
        await subscribe(opened, "a", FOLLOW, ids=[f"Post:{post_id}"])
        assert (await told(opened))["type"] == "next"
        act = Act(SYSTEM, now)
        if ending == "signs out":
            await sessions.end(act, user.id, begun.session_id)
        elif ending == "is locked":
            await accounts.lock(act, user.id)
        else:
            await sessions.end_everywhere(act, user.id)
        await read(post_id, 6)
        assert await closed(opened) == 4403
    events = (await stream.text()).strip().splitlines()
    assert events[-2:] == ["event: complete", "data:"]
    (last,) = [line for line in events if "UNAUTHENTICATED" in line]
    assert '"value":6' not in "".join(events)
    assert json.loads(last.removeprefix("data: "))["data"] is None


async def test_too_many_messages_close_with_4429(http: ClientSession) -> None:
    """Each message is a point; who has none left is let go, and others are not."""
    async with connected(http, headers={"x-forwarded-for": "192.0.2.20"}) as opened:
        pongs = 0
        for _ in range(POINTS + 20):
            await opened.send_json({"type": "ping"})
        while (message := await opened.receive(10)).data == '{"type":"pong"}':
            pongs += 1
        assert opened.close_code == 4429, message
        assert POINTS - 20 < pongs <= POINTS
    refused = await http.get("/graphql?query={__typename}", headers=_from("192.0.2.20"))
    assert (refused.status, refused.headers["retry-after"] > "0") == (429, True)
    other = await http.get("/graphql?query={__typename}", headers=_from("192.0.2.21"))
    assert other.status == 200


def _from(address: str) -> dict[str, str]:
    return {"x-forwarded-for": address}


async def test_a_stream_that_nobody_takes_is_left(database_url: str) -> None:
    """The server takes the first event, and then no more: its client reads nothing."""
    async with graph(database_url, untaken_seconds=1) as opened:
        world = await make_world()
        post_id = await make_post(world.account_id)
        await read(post_id, 1)
        body = json.dumps({"query": FOLLOW, "variables": {"ids": [f"Post:{post_id}"]}}).encode()
        taken: list[Message] = []

        async def send(message: Message) -> None:
            taken.append(message)
            if b"event: next" in message.get("body", b""):
                await asyncio.Event().wait()

        scope = scope_of("POST", "/graphql", STREAM)
        receive = partial(anext, incoming([body], disconnects=False))
        begun_at = time.monotonic()
        await opened.app(scope, receive, send)
        assert 1 <= time.monotonic() - begun_at < 5
        assert b'"value":1' in taken[-1]["body"]
        assert (opened.app.events.connections, opened.app.events.subscriptions) == (0, 0)
        counts = opened.app.rest._app._app.state.tally.counts  # type: ignore[attr-defined]  # within
        assert counts[("xinfeng_subscription_events", "(unnamed)")] == 1
        assert len(await opened.ask("{ network { id } }")) == 1
