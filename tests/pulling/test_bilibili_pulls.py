"""Pulling from the sandbox's Bilibili over real HTTP, its signatures verified."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.partners.rules import Platform
from domain.pulling import rules
from sandbox.bilibili import bvid_of
from tests.platforms import SandboxProcess, make_post
from tests.pulling.creators import LONG, asked, change_secrets, creator, own, secrets
from tests.pulling.world import (
    SHANGHAI,
    Clock,
    account_state,
    expected,
    observed,
    sql,
    values_of,
)
from workers.pulling import Ended, pull
from workers.tools import Tools

STAT, TOKEN = "stat", "refresh_token"


@pytest.fixture
def today(tools: Tools, clock: Clock) -> datetime:
    """The moment it really is: a signature may not be older than ten minutes."""
    clock.now = datetime.now(UTC)
    return clock.now


async def videos(account_id: int, keys: list[int], posted_at: datetime) -> dict[int, int]:
    return {key: await make_post(account_id, bvid_of(key), posted_at) for key in keys}


async def test_one_question_for_each_video(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int, today: datetime
) -> None:
    account_id = await creator(sandbox, partner_id, clock, Platform.BILIBILI)
    posts = await videos(account_id, own(3), today - timedelta(hours=1))
    before = len(sandbox.requests())
    pulled = await pull(tools, account_id)
    assert (pulled.ended, pulled.batches, pulled.observations) == (Ended.NOTHING_DUE, 3, 9)
    assert asked(sandbox, before) == [TOKEN, STAT, STAT, STAT]
    for key, post_id in posts.items():
        assert await values_of(post_id) == expected(str(key))
    rows = await sql("SELECT request FROM raw_answer WHERE account_id = $1", account_id)
    assert "secret-of" not in str(rows)
    assert (await secrets(account_id))["access_token"] not in str(rows)


async def test_a_token_may_end_again_in_the_middle(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int, today: datetime
) -> None:
    account_id = await creator(sandbox, partner_id, clock, Platform.BILIBILI)
    await videos(account_id, own(3), today - timedelta(hours=1))
    sandbox.fault("expired_token", after=1, times=1, path="/bilibili/arcopen")
    before = len(sandbox.requests())
    pulled = await pull(tools, account_id)
    assert (pulled.ended, pulled.observations) == (Ended.NOTHING_DUE, 9)
    assert asked(sandbox, before) == [TOKEN, STAT, STAT, TOKEN, STAT, STAT]


async def test_a_fresh_token_that_does_not_hold_waits_for_a_person(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int, today: datetime
) -> None:
    account_id = await creator(sandbox, partner_id, clock, Platform.BILIBILI)
    await videos(account_id, own(3), today - timedelta(hours=1))
    sandbox.fault("expired_token", path="/bilibili/arcopen")
    before = len(sandbox.requests())
    assert (await pull(tools, account_id)).ended is Ended.FAILED
    assert asked(sandbox, before) == [TOKEN, STAT]
    state = await account_state(account_id)
    assert state["last_failure"] == "Bilibili error 127001, HTTP 200"
    assert state["paused_until"] == rules.UNTIL_A_PERSON_ACTS
    assert await observed(account_id) == 0


async def test_a_refresh_token_is_used_once_and_the_next_is_kept(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int, today: datetime
) -> None:
    account_id = await creator(sandbox, partner_id, clock, Platform.BILIBILI)
    await videos(account_id, own(2), today - timedelta(days=1))
    seen = [(await secrets(account_id))["refresh_token"]]
    await pull(tools, account_id)
    for _ in range(2):
        seen.append((await secrets(account_id))["refresh_token"])
        sandbox.fault("expired_token", after=1, times=1, path="/bilibili/arcopen")
        await sql("UPDATE post_pull SET next_at = $2 WHERE account_id = $1", account_id, today)
        before = len(sandbox.requests())
        pulled = await pull(tools, account_id)
        assert (pulled.ended, pulled.batches) == (Ended.NOTHING_DUE, 2)
        assert asked(sandbox, before) == [STAT, STAT, TOKEN, STAT]
    seen.append((await secrets(account_id))["refresh_token"])
    assert len(set(seen)) == 4


async def test_a_deleted_video_is_marked_and_keeps_its_counts(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int, today: datetime
) -> None:
    account_id = await creator(sandbox, partner_id, clock, Platform.BILIBILI)
    posts = await videos(account_id, [LONG], today - timedelta(hours=1))
    await pull(tools, account_id)
    sandbox.fault(f"deleted:{LONG}")
    gone = []
    for _ in range(3):
        await sql("UPDATE post_pull SET next_at = $2 WHERE account_id = $1", account_id, today)
        gone.append((await pull(tools, account_id)).gone)
    assert gone == [0, 0, 1]
    assert await sql("SELECT state FROM post WHERE id = $1", posts[LONG]) == [{"state": "GONE"}]
    assert await values_of(posts[LONG]) == expected(str(LONG))


async def test_a_wrong_signature_is_refused(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int, today: datetime
) -> None:
    account_id = await creator(sandbox, partner_id, clock, Platform.BILIBILI)
    await videos(account_id, [LONG], today - timedelta(hours=1))
    await pull(tools, account_id)
    counted = await observed(account_id)
    await change_secrets(account_id, app_secret="wrong")
    await sql("UPDATE post_pull SET next_at = $2 WHERE account_id = $1", account_id, today)
    assert (await pull(tools, account_id)).ended is Ended.FAILED
    state = await account_state(account_id)
    assert state["last_failure"] == "Bilibili error 127012, HTTP 200"
    assert state["paused_until"] == today + timedelta(days=1)
    assert await observed(account_id) == counted == 3


async def test_a_clock_that_is_wrong_is_refused(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int, today: datetime
) -> None:
    account_id = await creator(sandbox, partner_id, clock, Platform.BILIBILI)
    await videos(account_id, [LONG], today - timedelta(hours=1))
    clock.turn(660)
    assert (await pull(tools, account_id)).ended is Ended.FAILED
    assert (await account_state(account_id))["last_failure"] == "Bilibili error 127012, HTTP 200"
    assert await observed(account_id) == 0


async def test_calls_that_are_used_up_are_waited_for(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int, today: datetime
) -> None:
    account_id = await creator(sandbox, partner_id, clock, Platform.BILIBILI)
    await videos(account_id, own(2), today - timedelta(hours=1))
    sandbox.fault("code:127009", after=1, path="/bilibili/arcopen")
    pulled = await pull(tools, account_id)
    assert (pulled.ended, pulled.batches, pulled.observations) == (Ended.FAILED, 1, 3)
    state = await account_state(account_id)
    local = today.astimezone(SHANGHAI)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    assert (state["failures"], state["paused_until"]) == (0, midnight)


async def test_a_refresh_token_that_is_none_waits_for_a_person(
    tools: Tools, sandbox: SandboxProcess, clock: Clock, partner_id: int, today: datetime
) -> None:
    account_id = await creator(sandbox, partner_id, clock, Platform.BILIBILI)
    await change_secrets(account_id, refresh_token="used-before")
    await videos(account_id, [LONG], today - timedelta(hours=1))
    before = len(sandbox.requests())
    assert (await pull(tools, account_id)).ended is Ended.FAILED
    state = await account_state(account_id)
    assert state["paused_until"] == rules.UNTIL_A_PERSON_ACTS
    assert state["last_failure"] == "Bilibili error 122007, HTTP 200"
    assert (asked(sandbox, before), await observed(account_id)) == ([TOKEN], 0)
