"""POST /v1/engagement: who is refused, and which bodies."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from domain.access import SYSTEM, Act
from domain.deliveries.access import visible
from domain.partners.secrets import issue_secret
from tests import asgi
from tests.pushes import (
    APP,
    BOX,
    Sender,
    batch,
    headers,
    item,
    make_sender,
    refusal,
    send,
)
from tests.rows import (
    NO_SUCH,
    STRANGER,
    make_world,
    nothing_written,
)

pytestmark = pytest.mark.usefixtures("database")

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
        unsigned = await send(sender, body, given=without)
        assert refusal(unsigned) == (401, "UNSIGNED")
        empty = await send(sender, body, given={**good, name: ""})
        assert refusal(empty) == (400, "INVALID_HEADER")
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


async def test_only_post_is_answered() -> None:
    assert (await asgi.call(APP, "GET", "/v1/engagement")).status == 405


def test_only_administrators_see_deliveries() -> None:
    assert visible(STRANGER.viewer).sql == "FALSE"
