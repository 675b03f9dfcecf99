"""What a partner and an administrator see of the pushes that were taken."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from domain.access import SYSTEM, Act, Role
from domain.database import transaction
from domain.deliveries.memory import forget
from domain.deliveries.models import Delivery, RememberedPush, Restatement
from domain.engagement.models import Observation
from domain.tokens.actions import create
from settings import Settings
from tests import asgi
from tests.graph import Graph, graph
from tests.pushes import (
    WHOLE,
    Sender,
    batch,
    headers,
    item,
    make_sender,
    refusal,
    rejections,
    send,
    state,
)
from tests.rows import NO_SUCH, nothing_written

DAY = timedelta(days=1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as found:
        yield found


pytestmark = pytest.mark.usefixtures("opened")


async def get(sender: Sender, path: str, *, signer: Sender | None = None) -> asgi.Response:
    given = headers(signer or sender, b"", "get_1")
    del given["content-length"]
    mark = "&" if "?" in path else "?"
    where = f"/v1/deliveries{path}{mark}partner=Partner:{sender.partner_id}"
    return await asgi.call(WHOLE, "GET", where, headers=given)


async def test_a_partner_pages_through_its_pushes() -> None:
    sender, other = await make_sender(), await make_sender()
    await send(other, batch(item(other.posts[0])), "theirs")
    for number in range(5):
        await send(sender, batch(item(sender.posts[0], number), item(NO_SUCH)), f"msg_{number}")
    first = (await get(sender, "?first=2")).json()
    assert [entry["webhookId"] for entry in first["deliveries"]] == ["msg_4", "msg_3"]
    delivery = await Delivery.get(partner_id=sender.partner_id, webhook_id="msg_4")
    assert first["deliveries"][0] == {
        "id": f"Delivery:{delivery.id}",
        "webhookId": "msg_4",
        "receivedAt": delivery.received_at.isoformat(),
        **{"items": 2, "accepted": 1, "duplicates": 0, "restated": 0, "rejected": 1},
    }
    await send(sender, batch(item(sender.posts[0], 77)), "msg_new")
    second = (await get(sender, f"?first=2&after={first['next']}")).json()
    assert [entry["webhookId"] for entry in second["deliveries"]] == ["msg_2", "msg_1"]
    last = (await get(sender, f"?first=2&after={second['next']}")).json()
    assert [entry["webhookId"] for entry in last["deliveries"]] == ["msg_0"]
    assert last["next"] is None


async def test_one_push_with_every_rejected_item() -> None:
    sender = await make_sender()
    wrong = item(sender.posts[0], -5, itemId="row-2")
    unread = {"itemId": "row-3", "what": "is this"}
    await send(sender, batch(item(sender.posts[0]), wrong, unread, 7), "push/with?odd id%")
    found = (await get(sender, "/push/with%3Fodd%20id%25")).json()
    assert "error" in found  # a webhook-id holds no spaces, so this one never was
    assert (await get(sender, "/nothing")).status == 404
    await send(sender, batch(item(sender.posts[0], 2), wrong, unread, 7), "push/with?odd%id")
    found = (await get(sender, "/push/with%3Fodd%25id")).json()
    assert (found["items"], found["accepted"], found["webhookId"]) == (4, 1, "push/with?odd%id")
    assert [
        (entry["index"], entry["code"], entry.get("itemId")) for entry in found["rejected"]
    ] == [(1, "VALUE_OUT_OF_RANGE", "row-2"), (2, "MALFORMED", "row-3"), (3, "MALFORMED", None)]
    assert found["rejected"][1]["item"] == '{"itemId": "row-3", "what": "is this"}'
    assert found["rejected"][2]["item"] == "7"
    assert (found["registered"], found["restatements"]) == ([], [])


async def test_nobody_reads_the_log_of_somebody_else() -> None:
    sender, other = await make_sender(), await make_sender()
    await send(sender, batch(item(sender.posts[0])))
    for path in ("", "/msg_1"):
        assert refusal(await get(sender, path, signer=other)) == (401, "WRONG_SIGNATURE")
        assert refusal(await get(other, path, signer=sender)) == (401, "WRONG_SIGNATURE")
    assert refusal(await get(other, "/msg_1")) == (404, "NOT_FOUND")
    assert (await get(other, "")).json() == {"deliveries": [], "next": None}
    unsigned = await asgi.call(WHOLE, "GET", f"/v1/deliveries?partner=Partner:{sender.partner_id}")
    assert refusal(unsigned) == (401, "UNSIGNED")


@pytest.mark.parametrize(
    "query", ["first=0", "first=101", "first=x", "first=", "after=", "after=Post:1", "after=x"]
)
async def test_a_page_that_cannot_be(query: str) -> None:
    assert refusal(await get(await make_sender(), f"?{query}")) == (400, "INVALID_PAGE")


@pytest.fixture
def thirty_days() -> Iterator[None]:
    with state(settings=Settings(push_open_days=30)):
        yield


@pytest.mark.usefixtures("thirty_days")
async def test_a_settled_figure_changes_only_for_a_reason() -> None:
    sender = await make_sender()
    now = datetime.now(UTC)
    recent, old = (now - 29 * DAY).isoformat(), (now - 31 * DAY).isoformat()
    post = sender.posts[0]
    body = batch(item(post, 1, observedAt=recent), item(post, 2, observedAt=old))
    answer = await send(sender, body)
    assert (answer.json()["accepted"], rejections(answer)) == (1, [(1, "REASON_NEEDED")])
    assert [row.value for row in await Observation.filter(post_id=sender.posts[0])] == [1]
    period = {"startsAt": (now - 60 * DAY).isoformat(), "endsAt": (now - 40 * DAY).isoformat()}
    why = "后台核减了刷量"
    body = batch(
        item(sender.posts[0], 3, observedAt=recent, reason="not needed here"),
        item(sender.posts[0], 2, observedAt=old, reason=why),
        item(sender.posts[1], 9, observedAt=now.isoformat(), period=period, reason=why),
    )
    answer = await send(sender, body, "msg_2")
    assert answer.json() == {"accepted": 3, "duplicates": 0, "rejected": [], "restated": 2}
    rows = await Restatement.filter(post_id__in=sender.posts).order_by("id")
    assert [(row.index, row.post_id, row.metric, row.reason) for row in rows] == [
        (1, sender.posts[0], "READS", why),
        (2, sender.posts[1], "READS", why),
    ]
    again = await send(sender, body, "msg_3")
    assert again.json() == {"accepted": 0, "duplicates": 3, "rejected": []}
    assert await Restatement.filter(post_id__in=sender.posts).count() == 2
    found = (await get(sender, "/msg_2")).json()
    assert (found["restated"], [entry["reason"] for entry in found["restatements"]]) == (
        2,
        [why] * 2,
    )


async def test_a_push_is_forgotten_after_its_time_and_no_earlier() -> None:
    sender = await make_sender()
    body = batch(item(sender.posts[0]))
    await send(sender, body, "old")
    await send(sender, body, "young")
    await RememberedPush.filter(webhook_id="old").update(received_at=datetime.now(UTC) - 8 * DAY)
    now = datetime.now(UTC)
    async with transaction() as client:
        assert await forget(client, now=now, days=9) == 0
        # Neither an impatient setting nor a clock that runs ahead makes it forget too early.
        assert await forget(client, now=now + 100 * DAY, days=0) == 1
    assert [
        row.webhook_id for row in await RememberedPush.filter(partner_id=sender.partner_id)
    ] == ["young"]
    other = batch(item(sender.posts[0], 2))
    assert refusal(await send(sender, other, "young")) == (409, "WEBHOOK_ID_REUSED")
    late = await send(sender, body, "old")
    assert late.json() == {"accepted": 0, "duplicates": 1, "rejected": []}
    assert await Observation.filter(post_id=sender.posts[0]).count() == 1
    assert await Delivery.filter(partner_id=sender.partner_id, webhook_id="old").count() == 2


ASKED = """query($partner: ID!, $delivery: ID!) {
  partner(id: $partner) { deliveries(filter: {hasRejections: true}) { totalCount nodes {
    webhookId source items accepted duplicates restated rejected
    partner { id }
    rejections { index code message itemId item }
    restatements { post { id } metric reason }
  } } }
  node(id: $delivery) { id ... on Delivery { webhookId } }
}"""


async def test_administrators_see_deliveries_in_the_graph_and_nobody_else(opened: Graph) -> None:
    sender = await make_sender()
    await send(sender, batch(item(sender.posts[0])), "whole")
    await send(sender, batch(item(NO_SUCH, itemId="a"), item(sender.posts[0], 2)), "partly")
    delivery = await Delivery.get(partner_id=sender.partner_id, webhook_id="partly")
    _, token = await create(Act(SYSTEM, datetime.now(UTC)), "t", Role.ADMINISTRATOR, None)
    ids = {"partner": f"Partner:{sender.partner_id}", "delivery": f"Delivery:{delivery.id}"}
    seen = await opened.ask(ASKED, token=token, **ids)
    assert seen["node"] == {"id": ids["delivery"], "webhookId": "partly"}
    (node,) = seen["partner"]["deliveries"]["nodes"]
    (rejected,) = node.pop("rejections")
    assert node == {
        **{"webhookId": "partly", "source": "PUSH", "items": 2, "accepted": 1, "duplicates": 0},
        **{"restated": 0, "rejected": 1, "partner": {"id": ids["partner"]}, "restatements": []},
    }
    assert (rejected["index"], rejected["code"], rejected["itemId"]) == (0, "UNKNOWN_POST", "a")
    assert rejected["item"].startswith(f'{{"post": "Post:{NO_SUCH}"')
    assert (await opened.error(ASKED, **ids))["extensions"] == {"code": "FORBIDDEN"}
    hidden = await opened.ask("query($id: ID!) { node(id: $id) { id } }", id=ids["delivery"])
    assert hidden == {"node": None}


async def test_the_log_is_never_altered() -> None:
    sender = await make_sender()
    await send(sender, batch(item(sender.posts[0])))
    async with nothing_written():
        for statement in (
            "UPDATE delivery SET accepted = 0",
            "DELETE FROM delivery",
            "DELETE FROM restatement",
        ):
            with pytest.raises(Exception, match="permission denied"):
                async with transaction() as client:
                    await client.execute_query(statement)
