"""Outgoing webhooks: written with what they tell of, signed, tried again, given up, replayed."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from standardwebhooks import Webhook
from tortoise.connection import get_connection

from domain.access import SYSTEM, Act, Role
from domain.articles.actions import publish, withdraw
from domain.database import transaction
from domain.engagement.actions.record import NewObservation, record
from domain.engagement.rules import Metric, Source, SubjectKind
from domain.problems import Conflict, Forbidden, Invalid
from domain.public_addresses import networks
from domain.tokens.actions import create
from domain.webhooks import actions
from domain.webhooks.models import WebhookEndpoint, WebhookMessage
from domain.webhooks.outbox import tell_crossings
from domain.webhooks.rules import MessageState, WebhookEventType
from domain.webhooks.sending import LEASE, claim
from outgoing.guards import Guard
from tests.graph import KEY, Graph, graph
from tests.outgoing import LOOPBACK
from tests.platforms import BOX
from tests.pushes import batch, item, make_sender, send
from tests.rows import (
    EDITOR,
    NO_SUCH,
    STRANGER,
    derive,
    make_article,
    make_post,
    make_world,
    nothing_written,
    refused,
)
from tests.serving import free_port
from tests.waiting import wait_until
from workers.guarded import guarded_session
from workers.http import open_session
from workers.jobs import Jobs
from workers.platforms import ADAPTERS
from workers.queue import connector
from workers.tools import Tools
from workers.webhooks import send_due

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
SECRET = actions.new_secret(lambda size: b"s" * size)
OWN = networks(["127.0.0.0/8"])
PUBLISHED, REJECTED = WebhookEventType.ARTICLE_PUBLISHED, WebhookEventType.DELIVERY_REJECTED
THRESHOLD = WebhookEventType.ENGAGEMENT_THRESHOLD


@dataclass
class Receiver:
    """Answers as it is told to, and keeps what it got."""

    url: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    seen: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.seen.append((headers, await request.read()))
        return web.Response(status=self.status, headers=self.headers)

    def events(self) -> list[Any]:
        return [json.loads(body) for _, body in self.seen]


@pytest_asyncio.fixture(loop_scope="module")
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest_asyncio.fixture(loop_scope="module")
async def tools(opened: Graph) -> AsyncIterator[Tools]:
    await get_connection("default").execute_query("DELETE FROM webhook_endpoint")
    async with open_session(1.0, LOOPBACK) as session:
        yield Tools(
            session=session,
            box=BOX,
            zone=ZoneInfo("Asia/Shanghai"),
            pull_interval_seconds=300,
            platform_urls={},
            adapters=ADAPTERS,
            private_networks=OWN,
            clock=Clock(),
            chance=lambda: 0.0,
        )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as found:
        yield found


async def endpoint(url: str, *events: WebhookEventType, **given: Any) -> int:
    new = actions.NewEndpoint(url=url, events=events or (PUBLISHED,), secret=SECRET, **given)
    return await actions.register(EDITOR, new, BOX)


async def published() -> int:
    article_id = await make_article(await make_world(), title="志愿者走进社区")
    await publish(EDITOR, article_id, 1)
    return article_id


async def messages(endpoint_id: int) -> list[WebhookMessage]:
    return await WebhookMessage.filter(endpoint_id=endpoint_id).order_by("id")


async def later(tools: Tools, **wait: float) -> int:
    """Some time passes, and what is due by then is sent."""
    assert isinstance(tools.clock, Clock)
    tools.clock.now += timedelta(**wait)
    return await send_due(tools)


# what is told


async def test_a_published_article_is_told_of_once(tools: Tools, receiver: Receiver) -> None:
    endpoint_id = await endpoint(receiver.url)
    article_id = await published()
    assert await send_due(tools) == 1
    ((headers, body),) = receiver.seen
    (message,) = await messages(endpoint_id)
    assert headers["webhook-id"] == f"msg_{message.id}"
    # The library wants the timestamp to be of now, and it is the test's: so it is read as it is.
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    expected = Webhook(SECRET).sign(headers["webhook-id"], NOW, body.decode())
    assert headers["webhook-signature"] == expected
    assert headers["content-type"] == "application/json"
    (event,) = receiver.events()
    assert (event["type"], event["timestamp"]) == ("article.published", NOW.isoformat())
    assert event["data"]["article"] == f"Article:{article_id}"
    assert event["data"]["title"] == "志愿者走进社区"
    assert (message.state, message.attempts, message.last_status) == ("DELIVERED", 1, 204)
    assert message.ended_at == NOW
    assert await later(tools, days=30) == 0


async def test_a_withdrawn_article_is_told_of(tools: Tools, receiver: Receiver) -> None:
    await endpoint(receiver.url, WebhookEventType.ARTICLE_WITHDRAWN)
    article_id = await published()
    assert await send_due(tools) == 0
    await withdraw(EDITOR, article_id, 2)
    assert await send_due(tools) == 1
    (event,) = receiver.events()
    assert (event["type"], event["data"]["article"]) == (
        "article.withdrawn",
        f"Article:{article_id}",
    )


async def test_what_did_not_happen_is_not_told_of(tools: Tools, receiver: Receiver) -> None:
    endpoint_id = await endpoint(receiver.url, PUBLISHED, REJECTED)
    article_id = await published()
    async with nothing_written():
        with pytest.raises(Conflict):
            await publish(EDITOR, article_id, 1)
    assert len(await messages(endpoint_id)) == 1
    await withdraw(EDITOR, article_id, 2)
    await publish(EDITOR, article_id, 3)
    assert len(await messages(endpoint_id)) == 2


async def test_rejected_items_are_told_of_and_those_of_a_dry_run_are_not(
    tools: Tools, receiver: Receiver
) -> None:
    await endpoint(receiver.url, REJECTED)
    sender = await make_sender()
    good, bad = item(sender.posts[0]), item(NO_SUCH)
    await send(sender, batch(good, bad, dryRun=True), "dry")
    await send(sender, batch(good), "whole")
    await send(sender, batch(item(sender.posts[0], -1), bad, bad), "partly")
    await send(sender, batch(item(sender.posts[0], -1), bad, bad), "partly")
    await later(tools, days=1000)
    (event,) = receiver.events()
    assert event["type"] == "delivery.rejected"
    assert re.fullmatch(r"Delivery:\d+", event["data"].pop("delivery"))
    assert event["data"] == {
        "partner": f"Partner:{sender.partner_id}",
        "webhookId": "partly",
        "source": "PUSH",
        "items": 3,
        "rejected": 3,
        "codes": {"VALUE_OUT_OF_RANGE": 1, "UNKNOWN_POST": 2},
    }


async def reads(post_id: int, value: int) -> None:
    seen = NewObservation(
        post_id=post_id,
        metric=Metric.READS,
        value=value,
        observed_at=NOW + timedelta(seconds=value),
        definition="test.reads",
        source=Source.MANUAL,
    )
    async with transaction() as client:
        await record(client, [seen], now=NOW + timedelta(days=1))
    await derive()


async def crossings() -> int:
    async with transaction() as client:
        return await tell_crossings(client, now=NOW)


async def test_a_threshold_is_told_of_once_and_what_was_above_it_is_no_news(
    tools: Tools, receiver: Receiver
) -> None:
    world = await make_world()
    above, below = await make_post(world.account_id), await make_post(world.account_id)
    await reads(above, 5_000)
    await reads(below, 10)
    threshold = actions.Threshold(SubjectKind.POST, Metric.READS, 1_000)
    endpoint_id = await endpoint(receiver.url, THRESHOLD, threshold=threshold)
    assert await crossings() == 0
    await reads(below, 999)
    assert await crossings() == 0
    await reads(below, 1_000)
    await reads(above, 6_000)
    assert await crossings() == 1
    assert await crossings() == 0
    await reads(below, 2_000)
    assert await crossings() == 0
    await send_due(tools)
    (event,) = receiver.events()
    assert event["type"] == "engagement.threshold"
    assert event["data"] == {
        "subject": f"Post:{below}",
        "metric": "READS",
        "threshold": 1_000,
        "value": 1_000,
        "asOf": (NOW + timedelta(seconds=1_000)).isoformat(),
    }
    assert len(await messages(endpoint_id)) == 1


# when it does not arrive


async def test_ten_attempts_then_it_is_dead_then_it_is_replayed(
    tools: Tools, receiver: Receiver
) -> None:
    endpoint_id = await endpoint(receiver.url)
    await published()
    receiver.status = 500
    waits = [0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]
    for attempt, wait in enumerate(waits, 1):
        if wait:
            assert await later(tools, seconds=wait - 1) == 0
            wait = 1
        assert await later(tools, seconds=wait) == 1
        (message,) = await messages(endpoint_id)
        assert (message.attempts, message.last_status) == (attempt, 500)
    assert message.state is MessageState.DEAD
    assert await later(tools, days=10) == 0
    ids = {headers["webhook-id"] for headers, _ in receiver.seen}
    bodies = {body for _, body in receiver.seen}
    assert (len(receiver.seen), len(ids), len(bodies)) == (10, 1, 1)
    receiver.status = 200
    await actions.replay(replace(EDITOR, now=tools.clock()), message.id)
    assert await send_due(tools) == 1
    (message,) = await messages(endpoint_id)
    assert (message.state, message.attempts) == (MessageState.DELIVERED, 1)
    assert receiver.seen[-1][0]["webhook-id"] in ids


async def test_410_disables_the_endpoint_and_what_waits_is_dead(
    tools: Tools, receiver: Receiver
) -> None:
    endpoint_id = await endpoint(receiver.url)
    receiver.status = 500
    await published()
    await send_due(tools)
    receiver.status = 410
    await published()
    assert await send_due(tools) == 1
    row = await WebhookEndpoint.get(id=endpoint_id)
    assert (row.disabled_at, row.disabled_why) == (NOW, "it answered 410 Gone")
    dead = await messages(endpoint_id)
    assert [message.state for message in dead] == [MessageState.DEAD] * 2
    await published()
    assert len(await messages(endpoint_id)) == 2
    async with refused(Conflict, "id", code="ENDPOINT_DISABLED"):
        await actions.replay(EDITOR, dead[0].id)
    await actions.enable(EDITOR, endpoint_id)
    receiver.status = 200
    assert await actions.replay_dead(EDITOR, endpoint_id) == 2
    assert await send_due(tools) == 2


async def test_a_receiver_that_is_busy_is_left_in_peace(tools: Tools, receiver: Receiver) -> None:
    endpoint_id = await endpoint(receiver.url)
    receiver.status, receiver.headers = 429, {"retry-after": "3600"}
    await published()
    assert await send_due(tools) == 1
    await published()
    receiver.status, receiver.headers = 200, {}
    first, second = await messages(endpoint_id)
    assert first.next_at == NOW + timedelta(hours=1)
    assert second.next_at == NOW  # it came afterwards, and tries its own luck
    await actions.disable(EDITOR, endpoint_id)
    assert [row.state for row in await messages(endpoint_id)] == [MessageState.DEAD] * 2


async def test_messages_that_wait_for_a_busy_receiver_wait_as_long(
    tools: Tools, receiver: Receiver
) -> None:
    endpoint_id = await endpoint(receiver.url)
    receiver.status = 500
    await published()
    await send_due(tools)
    receiver.status, receiver.headers = 503, {"retry-after": "60"}
    await published()
    await later(tools, seconds=1)
    receiver.status, receiver.headers = 502, {"retry-after": "600"}
    await later(tools, seconds=5)
    first, second = await messages(endpoint_id)
    assert first.next_at == tools.clock() + timedelta(seconds=600)
    assert second.next_at == tools.clock() + timedelta(seconds=600)


async def test_a_redirect_is_a_failure(tools: Tools, receiver: Receiver) -> None:
    endpoint_id = await endpoint(receiver.url)
    receiver.status, receiver.headers = 307, {"location": receiver.url + "/elsewhere"}
    await published()
    await send_due(tools)
    (message,) = await messages(endpoint_id)
    assert (message.state, message.last_status) == (MessageState.PENDING, 307)
    assert len(receiver.seen) == 1


async def test_nobody_there(tools: Tools) -> None:
    endpoint_id = await endpoint(f"http://127.0.0.1:{free_port()}/")
    await published()
    await send_due(tools)
    (message,) = await messages(endpoint_id)
    assert message.last_status is None
    assert message.last_error == "no answer: ClientConnectorError"


async def test_two_senders_send_each_message_once(tools: Tools, receiver: Receiver) -> None:
    await endpoint(receiver.url)
    for _ in range(30):
        await published()
    sent = await asyncio.gather(*(send_due(tools) for _ in range(3)))
    assert sum(sent) == 30
    assert len({headers["webhook-id"] for headers, _ in receiver.seen}) == 30


async def test_endpoints_take_turns(tools: Tools, receiver: Receiver) -> None:
    busy = await endpoint(receiver.url)
    for _ in range(6):
        await published()
    quiet = await endpoint(receiver.url)
    await published()
    async with transaction() as client:
        first = await claim(client, now=tools.clock(), most=4)
        second = await claim(client, now=tools.clock(), most=10)
    assert sorted(due.endpoint_id for due in first) == [busy, busy, busy, quiet]
    assert [due.endpoint_id for due in second] == [busy] * 4


async def test_what_a_dead_sender_held_is_sent_after_its_lease(
    tools: Tools, receiver: Receiver
) -> None:
    await endpoint(receiver.url)
    await published()
    async with transaction() as client:
        (held,) = await claim(client, now=tools.clock(), most=10)
    assert await later(tools, seconds=LEASE.total_seconds() - 1) == 0
    assert await later(tools, seconds=1) == 1
    assert receiver.seen[0][0]["webhook-id"] == held.webhook_id


async def test_both_secrets_sign_for_a_day(tools: Tools, receiver: Receiver) -> None:
    endpoint_id = await endpoint(receiver.url)
    newer = actions.new_secret(lambda size: b"n" * size)
    await actions.rotate(EDITOR, endpoint_id, newer, BOX)
    await published()
    await send_due(tools)
    headers, body = receiver.seen[0]
    signatures = [
        Webhook(secret).sign(headers["webhook-id"], NOW, body.decode())
        for secret in (newer, SECRET)
    ]
    assert headers["webhook-signature"].split(" ") == signatures
    await published()
    await later(tools, days=2)
    assert len(receiver.seen[1][0]["webhook-signature"].split(" ")) == 1


# where it may be sent


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "127.000.000.001",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "0x7f000001",
        "017700000001",
        "2130706433",
        "0",
        "0.0.0.0",
        "localhost",
        "localhost.",
        "LOCALHOST",
        "\uff11\uff12\uff17.0.0.1",
        "127\u30020\u30020\u30021",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
    ],
)
async def test_nothing_is_sent_to_addresses_of_our_own(
    tools: Tools, receiver: Receiver, host: str
) -> None:
    url = receiver.url.replace("127.0.0.1", host)
    endpoint_id = await endpoint(url)
    await published()
    await send_due(replace(tools, private_networks=()))
    (message,) = await messages(endpoint_id)
    assert (message.state, message.last_status) == (MessageState.PENDING, None)
    assert message.last_error
    assert receiver.seen == []


class Rebinding(AbstractResolver):
    """A name that is public when it is looked at, and ours when it is connected to."""

    def __init__(self) -> None:
        self.answers = iter(["8.8.8.8", "127.0.0.1"])

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        address = next(self.answers)
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
        ]

    async def close(self) -> None:
        """Nothing is held."""


async def test_a_name_is_resolved_once_for_each_connection(receiver: Receiver) -> None:
    resolver = Rebinding()
    next(resolver.answers)
    async with guarded_session(Guard(), inner=resolver) as session:
        with pytest.raises(Exception, match=r"leads to no public address"):
            await session.post(f"http://rebinding.example:{free_port()}/")
    assert receiver.seen == []
    assert list(resolver.answers) == []


# who may register, and what


async def test_what_cannot_be_registered(opened: Graph) -> None:
    good: dict[str, Any] = {
        "url": "https://example.org/hook",
        "events": (PUBLISHED,),
        "secret": SECRET,
    }
    threshold = actions.Threshold(SubjectKind.POST, Metric.READS, 10)
    cases: list[tuple[dict[str, Any], tuple[str, ...]]] = [
        ({"url": "ftp://example.org"}, ("url",)),
        ({"url": "https://user:password@example.org"}, ("url",)),
        ({"events": ()}, ("events",)),
        ({"secret": "short"}, ("secret",)),
        ({"threshold": threshold}, ("threshold",)),
        ({"events": (THRESHOLD,)}, ("threshold",)),
        (
            {"events": (THRESHOLD,), "threshold": replace(threshold, kind=SubjectKind.NETWORK)},
            ("threshold", "kind"),
        ),
        (
            {"events": (THRESHOLD,), "threshold": replace(threshold, value=0)},
            ("threshold", "value"),
        ),
    ]
    async with nothing_written():
        for change, path in cases:
            with pytest.raises(Invalid) as caught:
                await actions.register(EDITOR, actions.NewEndpoint(**{**good, **change}), BOX)
            assert caught.value.path == path
        with pytest.raises(Forbidden):
            await actions.register(STRANGER, actions.NewEndpoint(**good), BOX)


REGISTER = """mutation($input: RegisterWebhookEndpointInput!) {
  registerWebhookEndpoint(input: $input) {
    ... on WebhookEndpointPayload { endpoint { id url events thresholdValue disabledAt } }
    ... on Problem { code path }
  }
}"""
SEEN = """{ webhookEndpoints { totalCount nodes { url messages { nodes {
  webhookId eventType data state attempts nextAt lastStatus lastError endpoint { url } } } } } }"""
REPLAY = """mutation($input: ReplayWebhookMessageInput!) { replayWebhookMessage(input: $input) {
  ... on WebhookMessagePayload { webhookMessage { state attempts } } ... on Problem { code } } }"""
SWITCH = """mutation($input: WebhookEndpointInput!) { %s(input: $input) {
  ... on WebhookEndpointPayload { endpoint { disabledAt } } ... on Problem { code } } }"""


async def test_administrators_register_look_and_replay_in_the_graph(
    opened: Graph, tools: Tools, receiver: Receiver
) -> None:
    _, token = await create(Act(SYSTEM, datetime.now(UTC)), "t", Role.ADMINISTRATOR, None)
    given = {"url": receiver.url, "events": ["ARTICLE_PUBLISHED"], "secret": SECRET}
    async with nothing_written():
        answer = await opened.ask(REGISTER, input=given)
    assert answer["registerWebhookEndpoint"]["code"] == "FORBIDDEN"
    wrong = await opened.ask(REGISTER, token=token, input={**given, "secret": "x"})
    assert wrong["registerWebhookEndpoint"] == {
        "code": "INVALID_SECRET",
        "path": ["input", "secret"],
    }
    made = await opened.ask(REGISTER, token=token, input=given)
    shown = made["registerWebhookEndpoint"]["endpoint"]
    assert shown["events"] == ["ARTICLE_PUBLISHED"]
    article_id = await published()
    await send_due(tools)
    seen = await opened.ask(SEEN, token=token)
    assert seen["webhookEndpoints"]["totalCount"] == 1
    (message,) = seen["webhookEndpoints"]["nodes"][0]["messages"]["nodes"]
    assert json.loads(message.pop("data"))["article"] == f"Article:{article_id}"
    webhook_id = message.pop("webhookId")
    assert message == {
        **{"eventType": "ARTICLE_PUBLISHED", "state": "DELIVERED", "attempts": 1, "nextAt": None},
        **{"lastStatus": 204, "lastError": "", "endpoint": {"url": receiver.url}},
    }
    assert (await opened.error(SEEN))["extensions"] == {"code": "FORBIDDEN"}
    ids = {"id": webhook_id.replace("msg_", "WebhookMessage:")}
    async with nothing_written():
        hidden = await opened.ask(REPLAY, input=ids)
    assert hidden["replayWebhookMessage"] == {"code": "FORBIDDEN"}
    replayed = await opened.ask(REPLAY, token=token, input=ids)
    assert replayed["replayWebhookMessage"]["webhookMessage"] == {"state": "PENDING", "attempts": 0}
    own = {"id": shown["id"]}
    off = await opened.ask(SWITCH % "disableWebhookEndpoint", token=token, input=own)
    assert off["disableWebhookEndpoint"]["endpoint"]["disabledAt"] is not None
    again = await opened.ask(SWITCH % "disableWebhookEndpoint", token=token, input=own)
    assert again["disableWebhookEndpoint"] == {"code": "WRONG_STATUS"}
    on = await opened.ask(SWITCH % "enableWebhookEndpoint", token=token, input=own)
    assert on["enableWebhookEndpoint"]["endpoint"] == {"disabledAt": None}


async def test_the_worker_tells_and_sends(
    database_url: str, tools: Tools, receiver: Receiver
) -> None:
    await endpoint(receiver.url)
    await published()
    jobs = Jobs(connector(database_url), tools)
    async with jobs.app.open_async():
        await jobs.app.tasks["webhooks"](timestamp=0)
    assert len(receiver.seen) == 1


# from the command line, with the example of the documentation


def command(database_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": database_url, "XINFENG_SECRET_KEY": KEY}
    return subprocess.run(
        [sys.executable, "cli.py", "webhook", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def example() -> Iterator[tuple[str, Any]]:
    """The documentation's receiver, and how to start it once it has its secret."""
    text = (ROOT / "docs/webhooks.md").read_text("utf-8")
    (source,) = re.findall(r"```python\n(.*?)```", text, re.S)
    port = free_port()
    running: list[subprocess.Popen[str]] = []

    def start(secret: str) -> subprocess.Popen[str]:
        environment = {**os.environ, "SECRET": secret, "PORT": str(port)}
        process = subprocess.Popen(
            [sys.executable, "-c", source], env=environment, stdout=subprocess.PIPE, text=True
        )
        running.append(process)
        return process

    yield f"http://127.0.0.1:{port}/", start
    for process in running:
        process.kill()
        process.communicate()


async def test_the_commands_and_the_example_of_the_documentation(
    database_url: str, tools: Tools, example: tuple[str, Any]
) -> None:
    url, start = example
    made = await asyncio.to_thread(
        command, database_url, "register", url, "--event", "ARTICLE_PUBLISHED"
    )
    assert made.returncode == 0, made.stderr
    endpoint_id = re.findall(r"WebhookEndpoint:\d+", made.stderr)[0]
    process = await asyncio.to_thread(start, made.stdout.strip())
    await asyncio.to_thread(wait_until, lambda: answers(url), 10)
    article_id = await published()
    # Its library looks at the clock.
    real = replace(tools, clock=lambda: datetime.now(UTC))
    assert await send_due(real) == 1
    row = await WebhookMessage.filter(endpoint_id=int(endpoint_id.split(":")[1])).first()
    assert row is not None
    assert (row.state, row.last_status) == (MessageState.DELIVERED, 204)
    assert process.stdout is not None
    line = await asyncio.to_thread(process.stdout.readline)
    assert line == f"article.published Article:{article_id}\n"
    told = await asyncio.to_thread(command, database_url, "messages", endpoint_id, "--json")
    assert [entry["state"] for entry in json.loads(told.stdout)] == ["DELIVERED"]
    again = await asyncio.to_thread(command, database_url, "replay", f"WebhookMessage:{row.id}")
    assert again.returncode == 0, again.stderr
    listed = await asyncio.to_thread(command, database_url, "list", "--json")
    (entry,) = json.loads(listed.stdout)
    assert (entry["id"], entry["pending"], entry["dead"]) == (endpoint_id, 1, 0)
    off = await asyncio.to_thread(command, database_url, "disable", endpoint_id)
    assert off.returncode == 0, off.stderr
    assert "secret" not in listed.stdout + told.stdout


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(urllib.request.Request(url, method="GET"), timeout=1)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
