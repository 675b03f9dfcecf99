"""Pulling from the sandbox's WeChat over real HTTP."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.engagement.actions.verify import verify
from domain.partners.rules import Platform
from domain.pulling import rules
from tests.platforms import SandboxProcess, make_post
from tests.pulling.creators import (
    LONG,
    asked,
    change_secrets,
    creator,
    days,
    keep_time,
    observations,
    own,
    secrets,
    total,
)
from tests.pulling.world import SHANGHAI, Clock, account_state, observed, pull_state, sql, values_of
from workers.pulling import Ended, pull
from workers.tools import Tools

MORNING, NEXT_MORNING = "2025-10-03T08", "2025-10-04T08"
READERS = "wechat.read_users/2025-11"
WHOLE = [
    ("11-03 23:59:59", 970_000_000, "FINAL", READERS),
    ("11-04 23:59:59", 990_000_000, "FINAL", READERS),
    ("11-05 23:59:59", 1_190_000_000, "FINAL", READERS),
    ("11-06 23:59:59", 1_320_000_000, "FINAL", READERS),
]
DETAIL, TOKEN = "getarticletotaldetail", "stable_token"


def on(day: int, hour: int = 9) -> datetime:
    return datetime(2025, 11, day, hour, tzinfo=SHANGHAI)


async def article(account_id: int, post_id: int, posted_at: datetime) -> int:
    return await make_post(account_id, f"{post_id}_1", posted_at)


def days_asked(sandbox: SandboxProcess, after: int) -> list[str]:
    requests = [each for each in sandbox.requests(after) if each["path"].endswith(DETAIL)]
    return [json.loads(request["body"])["begin_date"] for request in requests]


async def test_each_day_is_an_observation(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int
) -> None:
    keep_time(sandbox, clock, MORNING)
    account_id = await creator(sandbox, partner_id, clock, Platform.WECHAT)
    post_id = await article(account_id, LONG, on(3, 0))
    before = len(sandbox.requests())
    pulled = await pull(tools, account_id)
    assert (pulled.ended, pulled.batches, pulled.observations) == (Ended.NOTHING_DUE, 1, 12)
    assert asked(sandbox, before) == [TOKEN, DETAIL]
    assert await observations(post_id) == WHOLE
    assert await observations(post_id, "SHARES") == [
        (moment, value, "FINAL", "wechat.share_users/2025-11")
        for (moment, *_), value in zip(WHOLE, (596_000, 597_000, 609_000, 615_000), strict=True)
    ]
    assert await values_of(post_id) == {
        "READS": 1_320_000_000,
        "SHARES": 615_000,
        "COMMENTS": 75_678_000,
    }
    assert await days(post_id) == {
        "11-03": 970_000_000,
        "11-04": 20_000_000,
        "11-05": 200_000_000,
        "11-06": 130_000_000,
    }
    assert (await total(post_id))["as_of"] == on(6, 23) + timedelta(minutes=59, seconds=59)


async def test_a_value_is_fresh_until_the_next_should_have_come(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int
) -> None:
    keep_time(sandbox, clock, MORNING)
    account_id = await creator(sandbox, partner_id, clock, Platform.WECHAT)
    posts = {day: await article(account_id, own(1, day=day)[0], on(day)) for day in (3, 6)}
    await pull(tools, account_id)
    ends = on(6, 23) + timedelta(minutes=59, seconds=59)
    for day, hours in ((6, 33 + 6), (3, 33 + 48)):
        assert await values_of(posts[day]) != {}
        known = await total(posts[day])
        assert known["as_of"] <= ends
        assert known["stale_at"] - known["as_of"] == timedelta(hours=hours)
        if day == 6:
            assert known["stale_at"] > on(8, 8) + timedelta(minutes=5)


async def test_a_morning_adds_one_day_and_the_next_question_is_tomorrow(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int
) -> None:
    keep_time(sandbox, clock, MORNING)
    account_id = await creator(sandbox, partner_id, clock, Platform.WECHAT)
    post_id = await article(account_id, LONG, on(3, 0))
    assert (await pull(tools, account_id)).observations == 12
    assert (await pull_state(post_id))["next_at"] == on(8, 8) + timedelta(minutes=5)
    keep_time(sandbox, clock, NEXT_MORNING)
    before = len(sandbox.requests())
    assert (await pull(tools, account_id)).observations == 3
    assert asked(sandbox, before) == [TOKEN, DETAIL], "the token was for two hours"
    assert await observations(post_id) == [
        *WHOLE,
        ("11-07 23:59:59", 1_440_000_000, "FINAL", READERS),
    ]


async def test_one_question_for_each_day_of_publication_newest_first(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int
) -> None:
    keep_time(sandbox, clock, MORNING)
    account_id = await creator(sandbox, partner_id, clock, Platform.WECHAT)
    numbers = {day: own(3, day=day) for day in (4, 6)}
    for day, keys in numbers.items():
        for key in keys:
            await article(account_id, key, on(day))
    today = await article(account_id, LONG, on(7, 1))
    before = len(sandbox.requests())
    pulled = await pull(tools, account_id)
    assert (pulled.ended, pulled.batches) == (Ended.NOTHING_DUE, 2)
    assert days_asked(sandbox, before) == ["2025-11-06", "2025-11-04"]
    counted = await sql(
        "SELECT DISTINCT p.external_id FROM observation o JOIN post p ON p.id = o.post_id"
        " WHERE p.account_id = $1",
        account_id,
    )
    assert {row["external_id"] for row in counted} == {
        f"{key}_1" for keys in numbers.values() for key in keys
    }
    assert (await pull_state(today))["next_at"] == on(8, 8) + timedelta(minutes=5)


async def test_a_token_that_ends_in_the_middle_is_renewed(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int
) -> None:
    keep_time(sandbox, clock, MORNING)
    account_id = await creator(sandbox, partner_id, clock, Platform.WECHAT)
    for day in (4, 6):
        await article(account_id, own(1, day=day)[0], on(day))
    await pull(tools, account_id)
    first = await secrets(account_id)
    keep_time(sandbox, clock, NEXT_MORNING)
    await change_secrets(account_id, expires_at=(clock() + timedelta(hours=1)).isoformat())
    sandbox.fault("expired_token", after=1, times=1, path="/wechat/datacube")
    before = len(sandbox.requests())
    pulled = await pull(tools, account_id)
    assert (pulled.ended, pulled.batches) == (Ended.NOTHING_DUE, 2)
    assert asked(sandbox, before) == [DETAIL, DETAIL, TOKEN, DETAIL]
    assert days_asked(sandbox, before) == ["2025-11-06", "2025-11-04", "2025-11-04"]
    renewed = await secrets(account_id)
    assert renewed["access_token"] != first["access_token"]
    assert (renewed["app_id"], renewed["app_secret"]) == (first["app_id"], first["app_secret"])
    assert (await account_state(account_id))["failures"] == 0


async def test_nothing_secret_is_archived(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int
) -> None:
    keep_time(sandbox, clock, MORNING)
    account_id = await creator(sandbox, partner_id, clock, Platform.WECHAT)
    await article(account_id, LONG, on(3, 0))
    await pull(tools, account_id)
    rows = await sql(
        "SELECT a.request, b.body FROM raw_answer a JOIN raw_body b ON b.id = a.body_id"
        " WHERE a.account_id = $1",
        account_id,
    )
    assert [row["request"].split(" ", 2)[2] for row in rows] == [
        '{"begin_date": "2025-11-03", "end_date": "2025-11-03"}'
    ]
    kept = await secrets(account_id)
    assert set(kept) == {"access_token", "app_id", "app_secret", "expires_at"}
    for part in ("access_token", "app_secret"):
        assert kept[part] not in str(rows)


async def test_a_delayed_day_is_provisional_and_then_replaced(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int
) -> None:
    keep_time(sandbox, clock, "2025-10-03T07")
    account_id = await creator(sandbox, partner_id, clock, Platform.WECHAT)
    post_id = await article(account_id, LONG, on(3, 0))
    await pull(tools, account_id)
    early = await observations(post_id)
    assert [row[2] for row in early] == ["PROVISIONAL"] * 4
    assert early[:3] == [(moment, value, "PROVISIONAL", READERS) for moment, value, *_ in WHOLE[:3]]
    partial = early[3][1]
    assert 1_190_000_000 < partial < 1_320_000_000
    assert await values_of(post_id) != {}
    assert (await total(post_id))["provisional"] == 1
    assert (await pull_state(post_id))["next_at"] == clock() + timedelta(minutes=30)
    keep_time(sandbox, clock, MORNING)
    await pull(tools, account_id)
    late = await observations(post_id)
    assert [row for row in late if row[2] == "FINAL"] == WHOLE
    assert (await values_of(post_id))["READS"] == 1_320_000_000
    assert (await total(post_id))["provisional"] == 0


async def test_what_is_not_ready_is_asked_about_again_in_half_an_hour(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int
) -> None:
    keep_time(sandbox, clock, MORNING)
    account_id = await creator(sandbox, partner_id, clock, Platform.WECHAT)
    newest = await article(account_id, own(1, day=6)[0], on(6))
    older = await article(account_id, LONG, on(3, 0))
    sandbox.fault("code:61503", times=1, path="/wechat/datacube")
    pulled = await pull(tools, account_id)
    assert (pulled.ended, pulled.batches, pulled.observations) == (Ended.NOTHING_DUE, 1, 12)
    state = await account_state(account_id)
    assert (state["failures"], state["paused_until"]) == (0, None)
    assert state["last_failure"] == "WeChat error 61503, HTTP 200"
    assert (await pull_state(newest))["next_at"] == clock() + timedelta(minutes=30)
    assert (await pull_state(older))["next_at"] == on(8, 8) + timedelta(minutes=5)
    clock.turn(1800)
    assert (await pull(tools, account_id)).observations == 3


@pytest.mark.parametrize(
    ("code", "kind", "until"),
    [
        (45009, "THROTTLED", on(8, 0)),
        (48001, "REFUSED", None),
        (47009, "RETIRED", rules.UNTIL_A_PERSON_ACTS),
    ],
)
async def test_what_wechat_refuses(
    tools: Tools,
    sandbox: SandboxProcess,
    clock: Clock,
    partner_id: int,
    code: int,
    kind: str,
    until: datetime | None,
) -> None:
    keep_time(sandbox, clock, MORNING)
    account_id = await creator(sandbox, partner_id, clock, Platform.WECHAT)
    post_id = await article(account_id, LONG, on(3, 0))
    sandbox.fault(f"code:{code}", path="/wechat/datacube")
    before = len(sandbox.requests())
    assert (await pull(tools, account_id)).ended is Ended.FAILED
    state = await account_state(account_id)
    assert state["last_failure"] == f"WeChat error {code}, HTTP 200"
    assert state["last_failure_kind"] == kind
    assert state["paused_until"] == (until or clock() + timedelta(days=1))
    assert (state["failures"], await observed(account_id)) == (0 if code == 45009 else 1, 0)
    sandbox.call("DELETE", "/faults")
    assert (await pull(tools, account_id)).ended is Ended.PAUSED
    assert asked(sandbox, before) == [TOKEN, DETAIL]
    assert (await pull_state(post_id))["missed"] == 0


async def test_the_retired_endpoints_would_be_retired_for_good(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int
) -> None:
    keep_time(sandbox, clock, MORNING)
    account_id = await creator(sandbox, partner_id, clock, Platform.WECHAT)
    await article(account_id, LONG, on(3, 0))
    sandbox.fault("code:47009", path="/wechat/datacube")
    await pull(tools, account_id)
    sandbox.call("DELETE", "/faults")
    clock.turn(400 * 24 * 3600)
    before = len(sandbox.requests())
    assert (await pull(tools, account_id)).ended is Ended.PAUSED
    assert sandbox.requests(before) == []


async def test_a_busy_platform_is_tried_again(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int
) -> None:
    keep_time(sandbox, clock, MORNING)
    account_id = await creator(sandbox, partner_id, clock, Platform.WECHAT)
    await article(account_id, LONG, on(3, 0))
    sandbox.fault("code:-1", times=1, path="/wechat/datacube")
    assert (await pull(tools, account_id)).ended is Ended.FAILED
    state = await account_state(account_id)
    assert (state["failures"], state["paused_until"]) == (1, clock() + timedelta(seconds=1))
    clock.turn(1)
    assert (await pull(tools, account_id)).observations == 12


async def test_a_wrong_secret_waits_for_a_person(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int
) -> None:
    keep_time(sandbox, clock, MORNING)
    account_id = await creator(sandbox, partner_id, clock, Platform.WECHAT)
    await change_secrets(account_id, app_secret="wrong")
    await article(account_id, LONG, on(3, 0))
    before = len(sandbox.requests())
    assert (await pull(tools, account_id)).ended is Ended.FAILED
    state = await account_state(account_id)
    assert state["last_failure"] == "WeChat error 40125, HTTP 200"
    assert state["paused_until"] == rules.UNTIL_A_PERSON_ACTS
    assert (asked(sandbox, before), await observed(account_id)) == ([TOKEN], 0)


async def test_an_article_that_is_left_out_keeps_what_is_known(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int
) -> None:
    keep_time(sandbox, clock, MORNING)
    account_id = await creator(sandbox, partner_id, clock, Platform.WECHAT)
    post_id = await article(account_id, LONG, on(3, 0))
    await pull(tools, account_id)
    sandbox.fault(f"deleted:{LONG}")
    for missed, hour in enumerate(("04", "05", "06", "07"), start=1):
        keep_time(sandbox, clock, f"2025-10-{hour}T08")
        assert (await pull(tools, account_id)).observations == 0
        assert (await pull_state(post_id))["missed"] == missed
    assert await observations(post_id) == WHOLE
    states = await sql("SELECT state FROM post WHERE id = $1", post_id)
    assert states == [{"state": "LIVE"}], "WeChat cannot tell that an article is gone"


async def test_after_thirty_days_an_article_is_asked_about_once_more(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int
) -> None:
    keep_time(sandbox, clock, MORNING)
    account_id = await creator(sandbox, partner_id, clock, Platform.WECHAT)
    post_id = await article(account_id, LONG, on(3, 0))
    clock.now = on(3, 0) + timedelta(days=35, hours=9)
    assert (await pull(tools, account_id)).observations == 30 * 3
    assert (await observations(post_id))[-1][0] == "12-02 23:59:59"
    assert await sql("SELECT * FROM post_pull WHERE post_id = $1", post_id) == []


async def test_an_article_from_before_november_stays_unknown(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int
) -> None:
    keep_time(sandbox, clock, MORNING)
    account_id = await creator(sandbox, partner_id, clock, Platform.WECHAT)
    post_id = await article(account_id, LONG, datetime(2025, 10, 20, tzinfo=SHANGHAI))
    before = len(sandbox.requests())
    pulled = await pull(tools, account_id)
    assert (pulled.ended, pulled.observations) == (Ended.NOTHING_DUE, 0)
    assert days_asked(sandbox, before) == ["2025-11-01"]
    assert await values_of(post_id) == {}


async def test_everything_that_was_pulled_is_derived_right(tools: Tools) -> None:
    def silent(*_: Any) -> None: ...

    assert await verify(zone=SHANGHAI, report=silent) == []
