"""Posts a push names by address, and those it makes known."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from domain.audit.models import AuditEntry
from domain.engagement.models import Observation
from domain.partners.models import Account
from domain.partners.rules import Platform
from domain.posts.models import Post
from domain.pulling.models import PostPull
from tests.pushes import batch, item, make_sender, refusal, rejections, send
from tests.rows import derive, known_posts, make_account, make_post, nothing_written, wrong_figures

pytestmark = pytest.mark.usefixtures("database")

URL = "https://mp.example.com/s/abc"


async def test_an_unknown_post_is_registered_once_and_counted() -> None:
    sender = await make_sender()
    post = {
        "platform": "WECHAT",
        "externalId": "2247484000_7",
        "url": URL,
        "title": "志愿者走进社区",
        "postedAt": "2026-02-28T20:00:00+08:00",
    }
    body = batch(item(post, 50), item(post, 3, metric="LIKES"), upsertPosts=True)
    answer = await send(sender, body)
    made = await Post.get(account_id=sender.account_id, external_id="2247484000_7")
    assert answer.json() == {
        "accepted": 2,
        "duplicates": 0,
        "rejected": [],
        "registered": [{"index": 0, "post": f"Post:{made.id}"}],
    }
    assert (made.url, made.title) == (URL, "志愿者走进社区")
    assert made.posted_at == datetime(2026, 2, 28, 12, tzinfo=UTC)
    said = await Observation.filter(post_id=made.id)
    assert {row.metric: row.value for row in said} == {"READS": 50, "LIKES": 3}
    entry = await AuditEntry.get(action="post.register", subject=f"Post:{made.id}")
    assert entry.actor == f"Partner:{sender.partner_id}"
    again = await send(sender, body)
    assert (again.json(), again.headers["idempotent-replayed"]) == (answer.json(), "true")
    later = await send(sender, batch(item(post, 60), upsertPosts=True), "msg_2")
    assert later.json() == {"accepted": 1, "duplicates": 0, "rejected": [], "registered": []}
    await derive()
    assert await known_posts("PARTNER", sender.partner_id) == 3
    assert await wrong_figures() == []


async def test_an_address_is_enough_where_nobody_asks_the_platform() -> None:
    sender = await make_sender()
    named = {"platform": "WECHAT", "url": URL + "?only"}
    assert rejections(await send(sender, batch(item(named)))) == [(0, "UNKNOWN_POST")]
    answer = await send(sender, batch(item(named, 9), upsertPosts=True), "msg_2")
    assert answer.json()["accepted"] == 1
    made = await Post.get(url=URL + "?only")
    assert (made.external_id, made.posted_at) == (made.url, datetime(2026, 3, 1, tzinfo=UTC))
    assert (await send(sender, batch(item(named, 10)), "msg_3")).json()["accepted"] == 1


async def test_only_a_post_with_its_platforms_id_is_asked_about() -> None:
    sender = await make_sender(Platform.WEIBO)
    named = {"platform": "WEIBO", "url": URL + "?unasked"}
    whole = {"platform": "WEIBO", "url": URL + "?asked", "externalId": "5012345"}
    answer = await send(sender, batch(item(named), item(whole), upsertPosts=True))
    assert answer.json()["accepted"] == 2
    posts = await Post.filter(account_id=sender.account_id, url__startswith=URL)
    pulls = {post.url: await PostPull.filter(post_id=post.id).count() for post in posts}
    assert pulls == {URL + "?unasked": 0, URL + "?asked": 1}


async def test_a_dry_run_registers_nothing() -> None:
    sender = await make_sender()
    body = batch(item({"platform": "WECHAT", "url": URL}), upsertPosts=True, dryRun=True)
    async with nothing_written():
        answer = await send(sender, body)
    assert (answer.json()["accepted"], len(answer.json()["registered"])) == (1, 1)


async def test_only_on_the_accounts_of_its_sender() -> None:
    sender, other = await make_sender(), await make_sender()
    await make_post(other.account_id, external_id="theirs", url=URL + "?theirs")
    await make_account(sender.partner_id, Platform.DOUYIN)
    second = await make_account(sender.partner_id, Platform.DOUYIN)
    rows: list[tuple[dict[str, object], str]] = [
        ({"platform": "ZHIHU", "url": URL}, "UNKNOWN_ACCOUNT"),
        ({"platform": "WECHAT", "url": URL, "account": "somebody"}, "UNKNOWN_ACCOUNT"),
        ({"platform": "DOUYIN", "url": URL}, "AMBIGUOUS_ACCOUNT"),
        ({"platform": "WECHAT", "externalId": "x"}, "INVALID_POST"),
        ({"platform": "WECHAT", "url": "javascript:alert(1)"}, "INVALID_POST"),
        ({"platform": "WECHAT", "url": URL, "postedAt": "2999-01-01T00:00:00Z"}, "INVALID_POST"),
        ({"platform": "WECHAT"}, "MALFORMED"),
    ]
    async with nothing_written():
        dry = await send(
            sender, batch(*(item(post) for post, _ in rows), upsertPosts=True, dryRun=True)
        )
    assert rejections(dry) == [(index, code) for index, (_, code) in enumerate(rows)]
    handle = (await Account.get(id=second)).external_id
    named = {"platform": "DOUYIN", "url": URL, "account": handle}
    assert (await send(sender, batch(item(named), upsertPosts=True))).json()["accepted"] == 1
    theirs = {"platform": "WECHAT", "url": URL + "?theirs"}
    answer = await send(sender, batch(item(theirs), upsertPosts=True), "msg_2")
    made = int(answer.json()["registered"][0]["post"].split(":")[1])
    assert (await Post.get(id=made)).account_id == sender.account_id


async def test_a_wrong_item_registers_nothing() -> None:
    sender = await make_sender()
    named = {"platform": "WECHAT", "url": URL + "?wrong"}
    answer = await send(sender, batch(item(named, -1), upsertPosts=True))
    assert rejections(answer) == [(0, "VALUE_OUT_OF_RANGE")]
    assert answer.json()["registered"] == []
    assert not await Post.filter(url=URL + "?wrong").exists()


async def test_many_pushes_at_once_register_a_post_once() -> None:
    sender = await make_sender()
    named = {"platform": "WECHAT", "url": URL + "?race"}
    bodies = [batch(item(named, value), upsertPosts=True) for value in range(6)]
    answers = await asyncio.gather(
        *(send(sender, body, f"msg_{number}") for number, body in enumerate(bodies))
    )
    assert [answer.json()["accepted"] for answer in answers] == [1] * 6
    assert sum(len(answer.json()["registered"]) for answer in answers) == 1
    assert await Post.filter(url=URL + "?race").count() == 1


async def test_five_hundred_posts_are_registered_in_one_push() -> None:
    sender = await make_sender()
    rows = [item({"platform": "WECHAT", "url": f"{URL}/{number}"}) for number in range(500)]
    answer = await send(sender, batch(*rows, upsertPosts=True))
    assert answer.status == 200, refusal(answer)
    assert (answer.json()["accepted"], len(answer.json()["registered"])) == (500, 500)
