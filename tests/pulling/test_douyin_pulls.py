"""Pulling from the sandbox's Douyin over real HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from domain.engagement.actions.verify import verify
from domain.partners.rules import Platform
from domain.pulling import rules
from sandbox.douyin import item_id_of
from tests.platforms import SandboxProcess, make_post, topics
from tests.pulling.creators import (
    LONG,
    asked,
    creator,
    days,
    keep_time,
    observations,
    own,
    secrets,
)
from tests.pulling.world import (
    SHANGHAI,
    Clock,
    account_state,
    expected,
    observed,
    pull_state,
    sql,
    values_of,
)
from workers.pulling import Ended, pull
from workers.tools import Tools

LATE_MORNING, NEXT = "2025-10-03T10", "2025-10-04T10"
NOW, BASE, PLAY, TOKEN = "video_data", "base", "play", "refresh_token"


def on(day: int, hour: int = 9) -> datetime:
    return datetime(2025, 11, day, hour, tzinfo=SHANGHAI)


async def video(account_id: int, post_id: int, posted_at: datetime) -> int:
    return await make_post(account_id, item_id_of(post_id), posted_at)


async def test_videos_as_they_are_now(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int
) -> None:
    keep_time(sandbox, clock, LATE_MORNING)
    account_id = await creator(sandbox, partner_id, clock, Platform.DOUYIN)
    keys = own(25)
    posts = {key: await video(account_id, key, clock() - timedelta(hours=1)) for key in keys}
    before = len(sandbox.requests())
    pulled = await pull(tools, account_id)
    assert (pulled.ended, pulled.batches, pulled.observations) == (Ended.NOTHING_DUE, 2, 75)
    assert asked(sandbox, before) == [TOKEN, NOW, NOW]
    for key in keys[:2]:
        assert await values_of(posts[key]) == expected(str(key), LATE_MORNING)
    (one,) = await observations(posts[keys[0]])
    assert one == (
        "11-07 10:06:00",
        expected(str(keys[0]), LATE_MORNING)["READS"],
        "FINAL",
        "douyin.plays",
    )
    known = await secrets(account_id)
    assert (
        known["expires_at"]
        == (clock() + timedelta(days=15, minutes=-5))
        .astimezone(datetime.fromisoformat(known["expires_at"]).tzinfo)
        .isoformat()
    )


async def test_what_is_another_users_stays_unknown(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int
) -> None:
    keep_time(sandbox, clock, LATE_MORNING)
    account_id = await creator(sandbox, partner_id, clock, Platform.DOUYIN)
    strangers = next(key for key in topics().by_id if key % 16 == 8)
    theirs = await video(account_id, strangers, clock() - timedelta(hours=1))
    ours = await video(account_id, LONG, clock() - timedelta(hours=1))
    pulled = await pull(tools, account_id)
    assert (pulled.ended, pulled.observations, pulled.gone) == (Ended.NOTHING_DUE, 3, 0)
    assert (await pull_state(theirs))["missed"] == 1
    assert await values_of(theirs) == {}
    assert await values_of(ours) == expected(str(LONG), LATE_MORNING)


async def test_a_token_that_ends_in_the_middle_is_renewed(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int
) -> None:
    keep_time(sandbox, clock, LATE_MORNING)
    account_id = await creator(sandbox, partner_id, clock, Platform.DOUYIN)
    for key in own(25):
        await video(account_id, key, clock() - timedelta(hours=1))
    await pull(tools, account_id)
    first = await secrets(account_id)
    clock.turn(3600)
    sandbox.fault("expired_token", after=1, times=1, path="/douyin/api")
    before = len(sandbox.requests())
    pulled = await pull(tools, account_id)
    assert (pulled.ended, pulled.batches) == (Ended.NOTHING_DUE, 2)
    assert asked(sandbox, before) == [NOW, NOW, TOKEN, NOW]
    renewed = await secrets(account_id)
    assert renewed["access_token"] != first["access_token"]
    assert renewed["refresh_token"] == first["refresh_token"]


async def test_the_quota_is_waited_for_until_eight(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int
) -> None:
    keep_time(sandbox, clock, LATE_MORNING)
    account_id = await creator(sandbox, partner_id, clock, Platform.DOUYIN)
    await video(account_id, LONG, clock() - timedelta(hours=1))
    sandbox.fault("code:28003017", path="/douyin/api")
    assert (await pull(tools, account_id)).ended is Ended.FAILED
    state = await account_state(account_id)
    assert (state["failures"], state["paused_until"]) == (0, on(8, 8))
    assert state["last_failure"] == "Douyin error 28003017, HTTP 200"
    assert await observed(account_id) == 0


async def test_consent_that_is_over_waits_for_a_person(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int
) -> None:
    keep_time(sandbox, clock, LATE_MORNING)
    account_id = await creator(sandbox, partner_id, clock, Platform.DOUYIN)
    await video(account_id, LONG, clock() - timedelta(hours=1))
    sandbox.fault("code:10010", path="/douyin/oauth")
    before = len(sandbox.requests())
    assert (await pull(tools, account_id)).ended is Ended.FAILED
    state = await account_state(account_id)
    assert state["paused_until"] == rules.UNTIL_A_PERSON_ACTS
    assert state["last_failure"] == "Douyin error 10010, HTTP 200"
    assert (asked(sandbox, before), await observed(account_id)) == ([TOKEN], 0)


async def test_totals_hold_as_of_the_last_counted_day(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int
) -> None:
    keep_time(sandbox, clock, LATE_MORNING)
    account_id = await creator(sandbox, partner_id, clock, Platform.DOUYIN, interface="totals")
    post_id = await video(account_id, LONG, on(3, 0))
    before = len(sandbox.requests())
    assert (await pull(tools, account_id)).observations == 3
    assert asked(sandbox, before) == [TOKEN, BASE]
    assert (await pull_state(post_id))["next_at"] == on(8, 10) + timedelta(minutes=5)
    keep_time(sandbox, clock, NEXT)
    assert (await pull(tools, account_id)).observations == 3
    assert await observations(post_id) == [
        ("11-06 23:59:59", 1_320_000_000, "FINAL", "douyin.plays"),
        ("11-07 23:59:59", 1_440_000_000, "FINAL", "douyin.plays"),
    ]
    await values_of(post_id)
    assert await days(post_id) == {"11-07": 120_000_000}


async def test_days_are_intervals_that_add_up(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int
) -> None:
    keep_time(sandbox, clock, LATE_MORNING)
    account_id = await creator(sandbox, partner_id, clock, Platform.DOUYIN, interface="daily")
    post_id = await video(account_id, LONG, on(3, 0))
    before = len(sandbox.requests())
    assert (await pull(tools, account_id)).observations == 3
    assert asked(sandbox, before) == [TOKEN, PLAY]
    assert await values_of(post_id) == {"READS": 350_000_000}
    known = {"11-04": 20_000_000, "11-05": 200_000_000, "11-06": 130_000_000}
    assert await days(post_id) == known
    kinds = await sql(
        "SELECT DISTINCT value_kind, definition FROM observation WHERE post_id = $1", post_id
    )
    assert kinds == [{"value_kind": "INTERVAL", "definition": "douyin.daily_plays"}]
    keep_time(sandbox, clock, NEXT)
    await pull(tools, account_id)
    assert await values_of(post_id) == {"READS": 470_000_000}
    assert await days(post_id) == {**known, "11-07": 120_000_000}


async def test_everything_that_was_pulled_is_derived_right(tools: Tools) -> None:
    def silent(*_: Any) -> None: ...

    assert await verify(zone=SHANGHAI, report=silent) == []
