"""A process that has enough to do says so, and compressed bodies that are more than they seem."""

from __future__ import annotations

import asyncio
import gzip
import json
import tracemalloc

import asyncpg
import pytest

from api.push_load import Gate
from domain.database import connection_parameters
from domain.engagement.actions.backlog import backlog
from domain.engagement.models import Observation
from tests import asgi
from tests.pushes import Sender, batch, headers, item, make_sender, refusal, send, state
from tests.rows import derive, nothing_written

pytestmark = pytest.mark.usefixtures("database")


async def test_more_pushes_at_once_than_may_be_are_told_to_wait(database: str) -> None:
    sender = await make_sender()
    bodies = [batch(item(sender.posts[0], value)) for value in range(8)]
    holder = await asyncpg.connect(**connection_parameters(database))
    with state(gate=Gate(2, 10_000, backlog)):
        async with holder.transaction():
            # Nobody gets on while this is held: the two that were let in stay where they are.
            await holder.execute("LOCK TABLE delivery IN ACCESS EXCLUSIVE MODE")
            pushes = [
                asyncio.create_task(send(sender, body, f"msg_{number}"))
                for number, body in enumerate(bodies)
            ]
            ended = asyncio.as_completed(pushes)
            refused = [await next(ended) for _ in range(6)]
        answers = [await push for push in pushes]
    await holder.close()
    assert [answer.json()["accepted"] for answer in answers if answer.status == 200] == [1, 1]
    assert [refusal(answer) for answer in refused] == [(429, "TOO_MANY_PUSHES")] * 6
    assert {answer.headers["retry-after"] for answer in refused} == {"1"}
    for number, body in enumerate(bodies):
        assert (await send(sender, body, f"msg_{number}")).status == 200
    assert await Observation.filter(post_id=sender.posts[0]).count() == 8


async def test_pushes_wait_while_totals_are_far_behind() -> None:
    seconds = [0.0]
    sender = await make_sender()
    await derive()
    assert await backlog() == 0
    with state(gate=Gate(5, 2, backlog, clock=lambda: seconds[0])):
        assert (await send(sender, batch(item(sender.posts[0], 1)), "msg_1")).status == 200
        both = [item(post, 9, metric=m) for post in sender.posts for m in ("LIKES", "SHARES")]
        assert (await send(sender, batch(*both), "msg_2")).status == 200
        assert await backlog() == 5
        assert (await send(sender, batch(item(sender.posts[0], 2)), "msg_3")).status == 200
        seconds[0] += 1.1
        async with nothing_written():
            answer = await send(sender, batch(item(sender.posts[0], 3)), "msg_4")
            assert refusal(answer) == (503, "BACKLOG")
            assert answer.headers["retry-after"] == "15"
        await derive()
        seconds[0] += 1.1
        assert (await send(sender, batch(item(sender.posts[0], 3)), "msg_4")).status == 200


# gzip: the signature is that of the unpacked body


async def push_packed(sender: Sender, body: bytes, packed: bytes) -> asgi.Response:
    given = headers(sender, body)
    sent = {**given, "content-encoding": "gzip", "content-length": str(len(packed))}
    return await send(sender, packed, given=sent)


async def test_a_compressed_push_counts_like_any_other() -> None:
    sender = await make_sender()
    body = batch(*(item(sender.posts[0], value) for value in range(400)))
    answer = await push_packed(sender, body, gzip.compress(body))
    assert answer.json() == {"accepted": 400, "duplicates": 0, "rejected": []}
    parts = gzip.compress(body[:1000], 1) + gzip.compress(body[1000:], 9)
    again = await push_packed(sender, body, parts)
    assert (again.json(), again.headers["idempotent-replayed"]) == (answer.json(), "true")
    plain = await send(sender, body)
    assert plain.headers["idempotent-replayed"] == "true"


async def test_a_body_that_would_unpack_to_too_much_is_never_unpacked() -> None:
    sender = await make_sender()
    bomb = gzip.compress(bytes(200 * 2**20), 9)
    members = gzip.compress(bytes(2**20)) * 200
    assert max(len(bomb), len(members)) < 2**20
    tracemalloc.start()
    async with nothing_written():
        for packed in (bomb, members):
            assert refusal(await push_packed(sender, b"", packed)) == (413, "TOO_LARGE")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 2**20


async def test_the_full_size_unpacks_and_one_byte_more_does_not() -> None:
    sender = await make_sender()
    body = batch(item(sender.posts[0]))
    body += b" " * (2**20 - len(body))
    assert (await push_packed(sender, body, gzip.compress(body))).json()["accepted"] == 1
    async with nothing_written():
        longer = body + b" "
        answer = await push_packed(sender, longer, gzip.compress(longer))
        assert refusal(answer) == (413, "TOO_LARGE")


@pytest.mark.parametrize(
    "damage",
    [
        lambda packed: b"not gzip at all",
        lambda packed: packed[:-1],
        lambda packed: packed[:20],
        lambda packed: packed + b"rest",
        lambda packed: packed[:-8] + bytes(8),
    ],
)
async def test_what_gzip_would_not_read(damage: object) -> None:
    sender = await make_sender()
    body = batch(item(sender.posts[0]))
    async with nothing_written():
        answer = await push_packed(sender, body, damage(gzip.compress(body)))  # type: ignore[operator]
        assert refusal(answer) == (400, "NOT_GZIP")


async def test_other_encodings_are_refused() -> None:
    sender = await make_sender()
    body = batch(item(sender.posts[0]))
    async with nothing_written():
        for encoding in ("br", "deflate", "gzip, gzip", ""):
            given = {**headers(sender, body), "content-encoding": encoding}
            answer = await send(sender, body, given=given)
            assert refusal(answer) == (415, "UNSUPPORTED_ENCODING")
    assert json.loads(body)["items"]
