"""POST /v1/engagement: what a partner's push becomes, and everything that is refused."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from tortoise.connection import get_connection

from api import push
from domain.access import SYSTEM, Act
from domain.deliveries.access import visible
from domain.deliveries.models import Delivery
from domain.engagement.models import Observation
from domain.engagement.rules import MAX_VALUE, Bound, Finality, Metric, Source, ValueKind
from domain.partners.rules import Platform
from domain.partners.secrets import issue_secret
from domain.secrets import SecretBox
from tests import asgi
from tests.rows import (
    NO_SUCH,
    STRANGER,
    derive,
    make_account,
    make_post,
    make_world,
    nothing_written,
    wrong_figures,
)

pytestmark = pytest.mark.usefixtures("database")

BOX = SecretBox(("key",))
APP = Starlette(routes=push.routes)
APP.state.secret_box = BOX
APP.state.settings = SimpleNamespace(statement_timeout_seconds=10.0)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Sender:
    """A partner with two posts, and what it needs to push."""

    partner_id: int
    account_id: int
    secret: str
    posts: tuple[int, int]


async def make_sender(platform: Platform = Platform.WECHAT) -> Sender:
    world = await make_world(platform)
    return Sender(
        partner_id=world.partner_id,
        account_id=world.account_id,
        secret=await issue_secret(Act(SYSTEM, datetime.now(UTC)), BOX, world.partner_id),
        posts=(await make_post(world.account_id), await make_post(world.account_id)),
    )


def sign(secret: str, webhook_id: str, timestamp: int, body: bytes) -> str:
    """The specification, written once more: nothing here is shared with what is tested."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{webhook_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, content, "sha256")).decode()


def headers(
    sender: Sender, body: bytes, webhook_id: str = "msg_1", *, offset_seconds: int = 0
) -> dict[str, str]:
    timestamp = int(datetime.now(UTC).timestamp()) + offset_seconds
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(sender.secret, webhook_id, timestamp, body),
        "content-length": str(len(body)),
    }


async def send(
    sender: Sender,
    body: bytes | Iterable[bytes],
    webhook_id: str = "msg_1",
    *,
    given: asgi.Headers | None = None,
    partner: str = "",
    disconnects: bool = False,
) -> asgi.Response:
    """given: other headers than those that fit the body."""
    if given is None:
        assert isinstance(body, bytes)
        given = headers(sender, body, webhook_id)
    where = f"/v1/engagement?partner={partner or f'Partner:{sender.partner_id}'}"
    return await asgi.call(APP, "POST", where, headers=given, body=body, disconnects=disconnects)


def item(post: object, value: object = 100, **given: object) -> dict[str, object]:
    return {
        "post": f"Post:{post}" if isinstance(post, int) else post,
        "metric": "READS",
        "value": value,
        "observedAt": "2026-03-01T08:00:00+08:00",
        **given,
    }


def batch(*items: object, **given: object) -> bytes:
    return json.dumps({"items": items, **given}).encode()


def refusal(answer: asgi.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"error"}
    assert set(answer.json()["error"]) == {"code", "message"}
    assert answer.json()["error"]["message"]
    return answer.status, answer.json()["error"]["code"]


def rejections(answer: asgi.Response) -> list[tuple[int, str]]:
    assert answer.status == 200
    return [(entry["index"], entry["code"]) for entry in answer.json()["rejected"]]


# what is taken


async def test_a_push_is_in_the_ledger_and_in_the_totals() -> None:
    sender = await make_sender()
    first, second = sender.posts
    answer = await send(sender, batch(item(first, 3_200_000_000), item(second, 7)))
    assert answer.status == 200
    assert answer.json() == {"accepted": 2, "duplicates": 0, "rejected": []}
    assert "idempotent-replayed" not in answer.headers
    delivery = await Delivery.get(partner_id=sender.partner_id)
    assert (delivery.webhook_id, delivery.answer) == ("msg_1", answer.json())
    rows = await Observation.filter(post_id__in=sender.posts).order_by("id")
    assert [row.value for row in rows] == [3_200_000_000, 7]
    row = rows[0]
    assert (row.metric, row.source) == (Metric.READS, Source.PUSH)
    assert (row.value_kind, row.definition) == (ValueKind.CUMULATIVE, "partner.reads")
    assert (row.bound, row.finality) == (Bound.EXACT, Finality.FINAL)
    assert row.observed_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert {row.delivery_id for row in rows} == {delivery.id}  # type: ignore[attr-defined]
    await derive()
    totals = await get_connection("default").execute_query_dict(
        "SELECT value FROM engagement_total WHERE subject_kind = 'PARTNER'"
        " AND subject_id = $1 AND metric = 'READS'",
        [sender.partner_id],
    )
    assert totals == [{"value": 3_200_000_007}]
    assert await wrong_figures() == []


async def test_everything_an_item_may_say() -> None:
    sender = await make_sender()
    row = item(
        sender.posts[0],
        100_000,
        bound="AT_LEAST",
        finality="PROVISIONAL",
        definition="wechat.int_page_read_count/2025",
        valueKind="CUMULATIVE",
    )
    assert (await send(sender, batch(row))).json()["accepted"] == 1
    kept = await Observation.get(post_id=sender.posts[0])
    assert (kept.bound, kept.finality) == (Bound.AT_LEAST, Finality.PROVISIONAL)
    assert kept.definition == "wechat.int_page_read_count/2025"


async def test_an_interval_carries_its_period() -> None:
    sender = await make_sender()
    period = {"startsAt": "2026-03-01T00:00:00+08:00", "endsAt": "2026-03-02T00:00:00+08:00"}
    row = item(sender.posts[0], 42, period=period)
    del row["observedAt"]
    assert (await send(sender, batch(row))).json()["accepted"] == 1
    kept = await Observation.get(post_id=sender.posts[0])
    assert kept.value_kind is ValueKind.INTERVAL
    assert kept.period_starts_at == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert kept.period_ends_at == datetime(2026, 3, 1, 16, tzinfo=UTC)
    assert abs(kept.observed_at - datetime.now(UTC)) < timedelta(minutes=1)


async def test_a_post_is_named_as_its_platform_names_it() -> None:
    sender = await make_sender()
    await make_post(sender.account_id, external_id="mid-1")
    named = {"platform": "WECHAT", "externalId": "mid-1"}
    assert (await send(sender, batch(item(named)))).json()["accepted"] == 1


async def test_where_two_servers_have_the_id_the_server_must_be_named() -> None:
    sender = await make_sender()
    for server in ("https://a.example", "https://b.example"):
        account = await make_account(sender.partner_id, Platform.MASTODON, server)
        await make_post(account, external_id="toot-1")
    named = {"platform": "MASTODON", "externalId": "toot-1"}
    answer = await send(
        sender, batch(item(named), item({**named, "baseUrl": "https://b.example/"}))
    )
    assert answer.json()["accepted"] == 1
    assert rejections(answer) == [(0, "AMBIGUOUS_POST")]


async def test_a_good_item_stands_beside_every_kind_of_bad_one() -> None:
    sender, stranger = await make_sender(), await make_sender()
    post = sender.posts[0]
    future = (datetime.now(UTC) + HOUR).isoformat()
    without_time = item(post)
    del without_time["observedAt"]
    backwards = {"startsAt": "2026-03-02T00:00:00Z", "endsAt": "2026-03-01T00:00:00Z"}
    rows: list[tuple[object, str]] = [
        (item(NO_SUCH), "UNKNOWN_POST"),
        (item(stranger.posts[0]), "UNKNOWN_POST"),
        (item({"platform": "WECHAT", "externalId": "nowhere"}), "UNKNOWN_POST"),
        (item("Post:0"), "MALFORMED"),
        (item(f"Post:{2**63}"), "MALFORMED"),
        (item("Article:1"), "MALFORMED"),
        (item({"platform": "WECHAT", "externalId": "a\x00b"}), "MALFORMED"),
        (item({"platform": "WECHAT", "externalId": ""}), "MALFORMED"),
        (item({"platform": "MYSPACE", "externalId": "1"}), "MALFORMED"),
        (item(post, -1), "VALUE_OUT_OF_RANGE"),
        (item(post, MAX_VALUE + 1), "VALUE_OUT_OF_RANGE"),
        (item(post, 10**30), "VALUE_OUT_OF_RANGE"),
        (item(post, 1.5), "MALFORMED"),
        (item(post, "100"), "MALFORMED"),
        (item(post, None), "MALFORMED"),
        (item(post, True), "MALFORMED"),
        (item(post, observedAt=future), "INVALID_TIME"),
        (item(post, observedAt="1970-01-01T00:00:00Z"), "INVALID_TIME"),
        (item(post, observedAt="2026-03-01T08:00:00"), "MALFORMED"),
        (item(post, observedAt="yesterday"), "MALFORMED"),
        (item(post, observedAt="0001-01-01T00:00:00+14:00"), "INVALID_TIME"),
        (without_time, "INVALID_TIME"),
        (item(post, period=backwards), "INVALID_PERIOD"),
        (item(post, valueKind="INTERVAL"), "INVALID_PERIOD"),
        (item(post, metric="CLAPS"), "MALFORMED"),
        (item(post, definition="a\x00b"), "INVALID_DEFINITION"),
        (item(post, definition="x" * 101), "INVALID_DEFINITION"),
        (item(post, whatever=1), "MALFORMED"),
        ({}, "MALFORMED"),
        ([], "MALFORMED"),
        (None, "MALFORMED"),
        ("Post:1", "MALFORMED"),
    ]
    answer = await send(sender, batch(*(row for row, _ in rows), item(post, 5)))
    expected = [(index, code) for index, (_, code) in enumerate(rows)]
    assert rejections(answer) == expected
    assert (answer.json()["accepted"], answer.json()["duplicates"]) == (1, 0)
    assert all(entry["message"] for entry in answer.json()["rejected"])
    assert [row.value for row in await Observation.filter(post_id=post)] == [5]
    assert not await Observation.filter(post_id=stranger.posts[0]).exists()


async def test_what_is_known_already_is_a_duplicate() -> None:
    sender = await make_sender()
    body = batch(item(sender.posts[0]), item(sender.posts[0]))
    assert (await send(sender, body)).json() == {"accepted": 1, "duplicates": 1, "rejected": []}
    again = await send(sender, body, "msg_2")
    assert again.json() == {"accepted": 0, "duplicates": 2, "rejected": []}
    assert await Observation.filter(post_id=sender.posts[0]).count() == 1


async def test_five_hundred_items_and_not_one_more() -> None:
    sender = await make_sender()
    rows = [item(sender.posts[0], value) for value in range(501)]
    async with nothing_written():
        answer = await send(sender, batch(*rows))
        assert refusal(answer) == (422, "TOO_MANY_ITEMS")
    assert (await send(sender, batch(*rows[:500]))).json()["accepted"] == 500


async def test_an_empty_batch_is_a_batch() -> None:
    sender = await make_sender()
    answer = await send(sender, batch())
    assert answer.json() == {"accepted": 0, "duplicates": 0, "rejected": []}


# once


async def test_a_replay_is_answered_as_before_and_counts_nothing() -> None:
    sender = await make_sender()
    body = batch(item(sender.posts[0]), item(NO_SUCH))
    first = await send(sender, body)
    async with nothing_written():
        again = await send(sender, body)
    assert (again.status, again.json()) == (200, first.json())
    assert again.headers["idempotent-replayed"] == "true"


async def test_another_payload_under_the_same_id_is_a_conflict() -> None:
    sender = await make_sender()
    await send(sender, batch(item(sender.posts[0], 1)))
    async with nothing_written():
        answer = await send(sender, batch(item(sender.posts[0], 2)))
    assert refusal(answer) == (409, "WEBHOOK_ID_REUSED")


async def test_the_same_id_of_two_partners_is_two_pushes() -> None:
    one, two = await make_sender(), await make_sender()
    assert (await send(one, batch(item(one.posts[0])))).json()["accepted"] == 1
    assert (await send(two, batch(item(two.posts[0])))).json()["accepted"] == 1


async def test_the_same_push_many_times_at_once_is_one_delivery() -> None:
    sender = await make_sender()
    body = batch(*(item(sender.posts[0], value) for value in range(20)))
    answers = await asyncio.gather(*(send(sender, body) for _ in range(6)))
    assert [answer.json() for answer in answers] == [
        {"accepted": 20, "duplicates": 0, "rejected": []}
    ] * 6
    fresh = [answer for answer in answers if "idempotent-replayed" not in answer.headers]
    assert len(fresh) == 1
    assert await Delivery.filter(partner_id=sender.partner_id).count() == 1
    assert await Observation.filter(post_id=sender.posts[0]).count() == 20


async def test_a_dry_run_answers_and_writes_nothing() -> None:
    sender = await make_sender()
    await send(sender, batch(item(sender.posts[0], 1)))
    rows = [item(sender.posts[0], 1), item(sender.posts[0], 2), item(NO_SUCH)]
    async with nothing_written():
        answer = await send(sender, batch(*rows, dryRun=True), "msg_2")
    assert (answer.json()["accepted"], answer.json()["duplicates"]) == (1, 1)
    assert rejections(answer) == [(2, "UNKNOWN_POST")]
    real = await send(sender, batch(*rows), "msg_2")
    assert real.json() == answer.json()


# who is refused


async def test_a_wrong_signature_and_an_unknown_partner_read_the_same() -> None:
    sender, other = await make_sender(), await make_sender()
    body = batch(item(sender.posts[0]))
    async with nothing_written():
        forged = await send(sender, body, given=headers(other, body))
        unknown = await send(sender, body, partner=f"Partner:{NO_SUCH}")
        altered = await send(sender, body + b" ", given=headers(sender, body + b"\n"))
    assert refusal(forged) == (401, "WRONG_SIGNATURE")
    assert forged.body == unknown.body == altered.body


async def test_a_partner_without_a_secret_cannot_push_with_the_decoy() -> None:
    world = await make_world()
    decoy = "whsec_" + base64.b64encode(bytes(32)).decode()
    sender = Sender(world.partner_id, world.account_id, decoy, (1, 2))
    async with nothing_written():
        assert refusal(await send(sender, batch())) == (401, "WRONG_SIGNATURE")


@pytest.mark.parametrize(
    "partner", ["Partner:0", "Partner:x", "Post:1", "12", "%00", "Partner:1%20"]
)
async def test_a_partner_that_cannot_be(partner: str) -> None:
    sender = await make_sender()
    async with nothing_written():
        assert refusal(await send(sender, batch(), partner=partner)) == (400, "INVALID_ID")


@pytest.mark.parametrize("offset_seconds", [-302, 302])
async def test_a_stale_timestamp(offset_seconds: int) -> None:
    sender = await make_sender()
    body = batch(item(sender.posts[0]))
    given = headers(sender, body, offset_seconds=offset_seconds)
    async with nothing_written():
        assert refusal(await send(sender, body, given=given)) == (400, "STALE_TIMESTAMP")


@pytest.mark.parametrize("offset_seconds", [-290, 290])
async def test_clocks_may_differ_by_five_minutes(offset_seconds: int) -> None:
    sender = await make_sender()
    body = batch(item(sender.posts[0]))
    given = headers(sender, body, offset_seconds=offset_seconds)
    assert (await send(sender, body, given=given)).status == 200


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
async def test_a_header_that_is_missing_empty_or_twice(name: str) -> None:
    sender = await make_sender()
    body = batch(item(sender.posts[0]))
    good = headers(sender, body)
    without = {key: value for key, value in good.items() if key != name}
    async with nothing_written():
        for given in (without, {**good, name: ""}):
            assert refusal(await send(sender, body, given=given)) == (400, "INVALID_HEADER")
        twice = await send(sender, body, given=[*good.items(), (name, good[name])])
        assert refusal(twice) == (400, "INVALID_HEADER")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("webhook-id", "a b"),
        ("webhook-id", "x" * 201),
        ("webhook-id", "é"),
        ("webhook-timestamp", "now"),
        ("webhook-timestamp", "nan"),
        ("webhook-timestamp", "-1"),
        ("webhook-timestamp", "1e9"),
        ("webhook-timestamp", "²"),
        ("webhook-timestamp", "9" * 400),
        ("webhook-signature", "v1"),
        ("webhook-signature", "v1,"),
        ("webhook-signature", "v1,@@@@"),
        ("webhook-signature", "v1,a,b"),
        ("webhook-signature", "v1a,AAAA"),
        ("webhook-signature", "v2," + "A" * 43 + "="),
        ("webhook-signature", ","),
    ],
)
async def test_a_malformed_header(name: str, value: str) -> None:
    sender = await make_sender()
    body = batch(item(sender.posts[0]))
    async with nothing_written():
        answer = await send(sender, body, given={**headers(sender, body), name: value})
    assert refusal(answer) == (400, "INVALID_HEADER")


async def test_one_good_signature_among_others_is_enough() -> None:
    sender = await make_sender()
    body = batch(item(sender.posts[0]))
    given = headers(sender, body)
    others = "v1a,xyz v1,@@ v1," + "A" * 43 + "="
    given["webhook-signature"] = f"{others} {given['webhook-signature']}"
    assert (await send(sender, body, given=given)).status == 200


async def test_both_secrets_hold_while_one_replaces_the_other() -> None:
    older = await make_sender()
    act = Act(SYSTEM, datetime.now(UTC))
    newer = Sender(
        older.partner_id,
        older.account_id,
        await issue_secret(act, BOX, older.partner_id),
        older.posts,
    )
    assert (await send(older, batch(item(older.posts[0], 1)), "msg_1")).status == 200
    assert (await send(newer, batch(item(older.posts[0], 2)), "msg_2")).status == 200
    await issue_secret(act, BOX, older.partner_id, overlap=timedelta(0))
    async with nothing_written():
        for sender in (older, newer):
            answer = await send(sender, batch(item(older.posts[0], 3)), "msg_3")
            assert refusal(answer) == (401, "WRONG_SIGNATURE")


# bodies


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "NOT_JSON"),
        (b"{", 400, "NOT_JSON"),
        (b'{"items": [', 400, "NOT_JSON"),
        (b'{"items": []} x', 400, "NOT_JSON"),
        (b'{"items": [NaN]}', 400, "NOT_JSON"),
        (b'{"items": [Infinity]}', 400, "NOT_JSON"),
        (b'{"items": ' + b"[" * 100_000, 400, "NOT_JSON"),
        (b'{"items": [{"post": "\\ud800"}]}', 400, "NOT_JSON"),
        (b'{"items": [{"post": "\xff"}]}', 400, "NOT_UTF8"),
        (b"[]", 422, "INVALID_BATCH"),
        (b"null", 422, "INVALID_BATCH"),
        (b"{}", 422, "INVALID_BATCH"),
        (b'{"items": {}}', 422, "INVALID_BATCH"),
        (b'{"items": [], "dryRun": "yes"}', 422, "INVALID_BATCH"),
        (b'{"items": [], "more": 1}', 422, "INVALID_BATCH"),
    ],
)
async def test_a_body_that_is_no_batch(body: bytes, status: int, code: str) -> None:
    sender = await make_sender()
    async with nothing_written():
        assert refusal(await send(sender, body)) == (status, code)


async def test_half_a_surrogate_pair_is_called_by_its_name() -> None:
    sender = await make_sender()
    answer = await send(sender, b'{"items": [{"post": "\\ud800"}]}')
    assert "surrogate" in answer.json()["error"]["message"]


async def test_a_body_that_is_too_large_is_not_read_to_its_end() -> None:
    sender = await make_sender()
    read = []

    def parts() -> Iterator[bytes]:
        for number in range(40):
            read.append(number)
            yield bytes(2**17)

    given = headers(sender, b"")
    del given["content-length"]
    announced = {**given, "content-length": str(2**20 + 1)}
    async with nothing_written():
        assert refusal(await send(sender, b"", given=announced)) == (413, "TOO_LARGE")
        assert refusal(await send(sender, parts(), given=given)) == (413, "TOO_LARGE")
    assert len(read) == 9


async def test_a_body_of_the_full_size_in_parts_is_taken() -> None:
    sender = await make_sender()
    body = batch(item(sender.posts[0]))
    body += b" " * (2**20 - len(body))
    halves = [body[: 2**19], body[2**19 :]]
    assert (await send(sender, halves, given=headers(sender, body))).status == 200


async def test_a_body_that_was_cut_off() -> None:
    sender = await make_sender()
    body = batch(item(sender.posts[0]))
    given = headers(sender, body)
    chunked = {name: value for name, value in given.items() if name != "content-length"}
    async with nothing_written():
        assert refusal(await send(sender, body[:-1], given=given)) == (400, "TRUNCATED")
        gone = await send(sender, [body[:10]], given=given, disconnects=True)
        assert refusal(gone) == (400, "TRUNCATED")
        assert refusal(await send(sender, body[:-1], given=chunked)) == (401, "WRONG_SIGNATURE")


async def test_a_compressed_body_is_refused() -> None:
    sender = await make_sender()
    body = batch(item(sender.posts[0]))
    given = {**headers(sender, body), "content-encoding": "gzip"}
    async with nothing_written():
        assert refusal(await send(sender, body, given=given)) == (415, "UNSUPPORTED_ENCODING")


async def test_only_post_is_answered() -> None:
    assert (await asgi.call(APP, "GET", "/v1/engagement")).status == 405


def test_only_administrators_see_deliveries() -> None:
    assert visible(STRANGER.viewer).sql == "FALSE"
