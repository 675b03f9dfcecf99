"""POST /v1/engagement: what a partner's push becomes, and that it becomes that once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from tortoise.connection import get_connection

from domain.deliveries.answers import answer_of
from domain.deliveries.models import Delivery
from domain.engagement.models import Observation
from domain.engagement.rules import MAX_VALUE, Bound, Finality, Metric, Source, ValueKind
from domain.partners.rules import Platform
from tests.pushes import (
    HOUR,
    batch,
    item,
    make_sender,
    refusal,
    rejections,
    send,
)
from tests.rows import (
    NO_SUCH,
    derive,
    make_account,
    make_post,
    nothing_written,
    wrong_figures,
)

pytestmark = pytest.mark.usefixtures("database")

# what is taken


async def test_a_push_is_in_the_ledger_and_in_the_totals() -> None:
    sender = await make_sender()
    first, second = sender.posts
    answer = await send(sender, batch(item(first, 3_200_000_000), item(second, 7)))
    assert answer.status == 200
    assert answer.json() == {"accepted": 2, "duplicates": 0, "rejected": []}
    assert "idempotent-replayed" not in answer.headers
    delivery = await Delivery.get(partner_id=sender.partner_id)
    assert (delivery.webhook_id, answer_of(delivery)) == ("msg_1", answer.json())
    assert (delivery.source, delivery.items) == (Source.PUSH, 2)
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


@pytest.mark.parametrize("name", ["\x00", "a\u2028b\x07", "\ud83d\ude00", "n" * 5_000])
async def test_whatever_a_field_is_called_the_fault_is_told_and_kept(name: str) -> None:
    sender = await make_sender()
    answer = await send(sender, batch(item(sender.posts[0]), {**item(sender.posts[1]), name: 1}))
    assert rejections(answer) == [(1, "MALFORMED")]
    (entry,) = answer.json()["rejected"]
    assert entry["message"].startswith("Object contains unknown field `")
    assert len(entry["message"]) <= 300
    kept = await Delivery.get(partner_id=sender.partner_id)
    assert [each["message"] for each in kept.rejected] == [entry["message"]]


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
