"""Platforms that are not ready, count by day or are shut; posts that move or do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

from domain.database import transaction
from domain.partners.rules import Platform
from domain.pulling.actions.accounts import end_retirements
from domain.pulling.rules import UNTIL_A_PERSON_ACTS, Rhythm
from tests.platforms import SandboxProcess, make_account, make_post, seen_ids
from tests.pulling.world import (
    INTERVAL,
    LATER,
    SHANGHAI,
    Clock,
    account_state,
    expected,
    observed,
    pull_state,
    sql,
    weibo,
)
from workers.platforms.failures import NotReady, Retired
from workers.platforms.protocol import Adapter, Answer, AskedPost, PulledAccount, Reading
from workers.platforms.weibo import Weibo
from workers.pulling import Ended, pull
from workers.tools import Tools

HALF_AN_HOUR = 1800


class Counting(Weibo):
    """Asked about the first of some posts alone, it says that it is not ready."""

    batch_size = 1

    def __init__(self, not_ready: str) -> None:
        self._not_ready = not_ready

    def read(self, account: PulledAccount, posts: Sequence[AskedPost], answer: Answer) -> Reading:
        if posts[0].external_id == self._not_ready:
            raise NotReady("yesterday is not counted yet")
        return super().read(account, posts, answer)


class Provisional(Weibo):
    def read(self, account: PulledAccount, posts: Sequence[AskedPost], answer: Answer) -> Reading:
        return replace(super().read(account, posts, answer), is_provisional=True)


class Daily(Weibo):
    def rhythm(self, account: PulledAccount) -> Rhythm:
        return Rhythm(timedelta(days=30), time(8, 5), SHANGHAI)


class Shut(Weibo):
    def read(self, account: PulledAccount, posts: Sequence[AskedPost], answer: Answer) -> Reading:
        raise Retired("47009: this api is offline")


def speaking(tools: Tools, adapter: Adapter) -> Tools:
    return replace(tools, adapters={Platform.WEIBO: adapter})


async def test_what_is_not_ready_is_asked_again_three_times_and_holds_up_nothing_else(
    tools: Tools, partner_id: int, clock: Clock
) -> None:
    late, ready = seen_ids(2)
    account_id, posts = await weibo(partner_id, [late, ready], clock)
    counting = speaking(tools, Counting(late))
    for deferrals in (1, 2, 3):
        pulled = await pull(counting, account_id)
        assert pulled.ended is Ended.NOTHING_DUE
        assert pulled.observations == (3 if deferrals == 1 else 0)
        state = await pull_state(posts[late])
        assert (state["deferrals"], state["last_at"]) == (deferrals, None)
        assert state["next_at"] == clock() + timedelta(seconds=HALF_AN_HOUR)
        account = await account_state(account_id)
        assert (account["failures"], account["paused_until"]) == (0, None)
        assert account["last_failure_kind"] == "NOT_READY"
        assert account["last_failure"] == "yesterday is not counted yet"
        await sql("UPDATE post_pull SET next_at = 'infinity' WHERE post_id = $1", posts[ready])
        clock.turn(HALF_AN_HOUR)
    await pull(counting, account_id)
    state = await pull_state(posts[late])
    assert (state["deferrals"], state["last_at"]) == (0, None)
    assert state["next_at"] == clock() + timedelta(seconds=2 * INTERVAL)
    reason = (await account_state(account_id))["last_failure"]
    assert reason == "yesterday is not counted yet; so it said 4 times in a row"
    kept = await sql("SELECT count(*) FROM raw_answer WHERE account_id = $1", account_id)
    assert kept == [{"count": 5}]
    clock.turn(2 * INTERVAL)
    assert (await pull(tools, account_id)).observations == 3


async def test_what_is_still_being_counted_is_provisional_and_asked_for_again(
    tools: Tools, partner_id: int, clock: Clock
) -> None:
    account_id, posts = await weibo(partner_id, seen_ids(1), clock)
    (post_id,) = posts.values()
    for deferrals in (1, 2, 3):
        assert (await pull(speaking(tools, Provisional()), account_id)).observations == 3
        state = await pull_state(post_id)
        assert (state["deferrals"], state["last_at"]) == (deferrals, clock())
        assert state["next_at"] == clock() + timedelta(seconds=HALF_AN_HOUR)
        clock.turn(HALF_AN_HOUR)
    rows = await sql("SELECT DISTINCT finality FROM observation WHERE post_id = $1", post_id)
    assert rows == [{"finality": "PROVISIONAL"}]
    assert (await pull(tools, account_id)).observations == 3
    assert (await pull_state(post_id))["deferrals"] == 0


async def test_a_platform_that_counts_by_day_is_asked_when_it_has_counted(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    clock.now = clock().astimezone(SHANGHAI).replace(hour=12, minute=0)
    today, yesterday = seen_ids(2)
    account_id, posts = await weibo(partner_id, [today], clock)
    posts[yesterday] = await make_post(account_id, yesterday, clock() - timedelta(days=1))
    before = len(sandbox.requests())
    assert (await pull(speaking(tools, Daily()), account_id)).observations == 3
    (request,) = sandbox.requests(before)
    assert dict(request["query"])["ids"] == yesterday
    tomorrow = (clock() + timedelta(days=1)).replace(hour=8, minute=5)
    for post_id in posts.values():
        assert (await pull_state(post_id))["next_at"] == tomorrow


async def test_what_changes_no_more_is_asked_about_once_more_and_never_again(
    tools: Tools, partner_id: int, clock: Clock
) -> None:
    name, other = seen_ids(2)
    account_id = await make_account(partner_id, "trailing", clock(), media=True)
    old = await make_post(account_id, name, clock() - timedelta(days=31))
    newer = await make_post(account_id, other, clock() - timedelta(days=29))
    assert (await pull(speaking(tools, Daily()), account_id)).observations == 6
    left = await sql("SELECT post_id FROM post_pull WHERE account_id = $1", account_id)
    assert left == [{"post_id": newer}]
    assert (await sql("SELECT state FROM post WHERE id = $1", old)) == [{"state": "LIVE"}]


async def test_a_retired_endpoint_is_asked_again_only_by_other_code(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    account_id, _ = await weibo(partner_id, seen_ids(1), clock)
    shut = speaking(tools, Shut())
    assert (await pull(shut, account_id)).ended is Ended.FAILED
    state = await account_state(account_id)
    assert (state["last_failure_kind"], state["retired_revision"]) == ("RETIRED", 1)
    assert state["paused_until"] == UNTIL_A_PERSON_ACTS
    before = len(sandbox.requests())
    clock.turn(100 * 24 * 3600)
    assert (await pull(shut, account_id)).ended is Ended.PAUSED
    assert sandbox.requests(before) == []
    async with transaction() as client:
        assert await end_retirements(client, Platform.WEIBO, 1) == []
        assert await end_retirements(client, Platform.MASTODON, 2) == []
        assert await end_retirements(client, Platform.WEIBO, 2) == [account_id]
    assert (await pull(tools, account_id)).observations == 3
    assert await observed(account_id) == 3


async def test_a_post_that_stands_still_is_asked_about_more_rarely_until_it_moves(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    def moves(name: str) -> bool:
        return expected(name, LATER)["READS"] > 2 * expected(name)["READS"]

    name = next(name for name in seen_ids(5000) if moves(name))
    account_id, posts = await weibo(partner_id, [name], clock)

    async def waits() -> Any:
        await pull(tools, account_id)
        then = (await pull_state(posts[name]))["next_at"]
        waited, clock.now = then - clock(), then
        return waited.total_seconds() / INTERVAL

    assert [await waits() for _ in range(6)] == [1, 2, 4, 8, 8, 8]
    sandbox.call("PUT", "/clock", {"hour": LATER})
    assert [await waits() for _ in range(2)] == [1, 2]
