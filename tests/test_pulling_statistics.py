"""Pulling YouTube, Plausible and WordPress.com over HTTP from the sandbox, into the ledger.

The clock is the data's: it is 2025-10-03, 08:00 in Shanghai, until a test turns it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from tortoise.connection import get_connection

from domain.access import SYSTEM, Act
from domain.engagement.actions.rollup import roll_up_all
from domain.engagement.actions.verify import verify
from domain.partners.rules import Platform
from domain.posts import actions as posts
from domain.pulling.actions.accounts import resume
from domain.pulling.rules import UNTIL_A_PERSON_ACTS
from sandbox.topics import hour_number, topic_id
from tests.outgoing import LOOPBACK
from tests.platforms import (
    BOX,
    HOUR,
    SandboxProcess,
    counters,
    make_account,
    make_partner,
    sandbox_process,
    seen_ids,
    unseen_ids,
)
from workers.http import open_session
from workers.platforms import ADAPTERS
from workers.pulling import Ended, pull
from workers.tools import Tools

SHANGHAI = ZoneInfo("Asia/Shanghai")
INTERVAL = 300.0
WEDDING = str(topic_id("李纯马頔结婚"))
"""8,533,000 reads at 2025-10-02T12, 280,000,000 at 23 h, 300,000,000 from 10-03T03 on."""


class Clock:
    """The moment of the data; the sandbox's clock is turned with it."""

    def __init__(self, sandbox: SandboxProcess) -> None:
        self._sandbox = sandbox
        self.now = self.reset()

    def __call__(self) -> datetime:
        return self.now

    def reset(self) -> datetime:
        return self.at(HOUR)

    def at(self, hour: str, minutes: int = 0) -> datetime:
        self._sandbox.call("PUT", "/clock", {"hour": hour})
        start = datetime.fromtimestamp(hour_number(hour) * 3600, UTC)
        self.now = start + timedelta(minutes=minutes)
        return self.now


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with sandbox_process() as process:
        yield process


@pytest.fixture(scope="module")
def clock(sandbox: SandboxProcess) -> Clock:
    return Clock(sandbox)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_tools(
    database: str, sandbox: SandboxProcess, clock: Clock
) -> AsyncIterator[Tools]:
    names = {"YOUTUBE": "youtube", "PLAUSIBLE": "plausible", "WORDPRESS": "wordpress"}
    async with open_session(2.0, LOOPBACK) as session:
        yield Tools(
            session=session,
            box=BOX,
            zone=SHANGHAI,
            pull_interval_seconds=INTERVAL,
            platform_urls={key: f"{sandbox.url}/{path}" for key, path in names.items()},
            adapters=ADAPTERS,
            clock=clock,
            chance=lambda: 0.5,
        )


@pytest_asyncio.fixture(loop_scope="module")
async def tools(module_tools: Tools, sandbox: SandboxProcess, clock: Clock) -> Tools:
    sandbox.reset()
    clock.reset()
    await sql("DELETE FROM post_pull")
    await sql("DELETE FROM pull_budget")
    return module_tools


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def partner_id(database: str) -> int:
    return await make_partner(datetime(2025, 9, 1, tzinfo=UTC))


_numbers = iter(range(1, 1000))


async def sql(statement: str, *values: Any) -> list[dict[str, Any]]:
    return await get_connection("default").execute_query_dict(statement, list(values))


async def account(partner_id: int, platform: Platform, site: str = "", **options: Any) -> int:
    number = next(_numbers)
    name = site or f"account-{number}"
    # A site is one account; each test has one of its own, and the earlier ones make room.
    taken = "UPDATE account SET external_id = external_id || '-' || id WHERE external_id = $1"
    await sql(taken, name)
    at = datetime(2025, 9, 2, tzinfo=UTC)
    given = {"token": f"key-{number}", **options}
    return await make_account(partner_id, name, at, platform=platform, **given)


async def post(account_id: int, name: str, posted_at: datetime, url: str = "") -> int:
    new = posts.NewPost(account_id=account_id, external_id=name, url=url, posted_at=posted_at)
    return await posts.register(Act(SYSTEM, posted_at), new)


async def observed(post_id: int) -> list[tuple[Any, ...]]:
    """Every word about the post's reads: day or hour it is of, value, finality, in order."""
    rows = await sql(
        "SELECT value_kind, period_starts_at, period_ends_at, value, finality, definition"
        " FROM observation WHERE post_id = $1 AND metric = 'READS'"
        " ORDER BY observed_at, period_starts_at",
        post_id,
    )
    found = []
    for row in rows:
        starts_at, ends_at = row["period_starts_at"], row["period_ends_at"]
        assert (row["value_kind"] == "INTERVAL") is (starts_at is not None)
        local = starts_at and starts_at.astimezone(SHANGHAI).strftime("%m-%d %H")
        hours = starts_at and (ends_at - starts_at) // timedelta(hours=1)
        found.append((local, hours, row["value"], row["finality"], row["definition"]))
    return found


async def daily(post_id: int) -> dict[str, int]:
    await roll_up_all(zone=SHANGHAI)
    rows = await sql(
        "SELECT day, value FROM engagement_daily WHERE subject_kind = 'POST' AND subject_id = $1"
        " AND metric = 'READS' ORDER BY day",
        post_id,
    )
    return {row["day"].isoformat(): row["value"] for row in rows}


async def total(post_id: int) -> dict[str, Any]:
    await roll_up_all(zone=SHANGHAI)
    rows = await sql(
        "SELECT value, provisional FROM engagement_total WHERE subject_kind = 'POST'"
        " AND subject_id = $1 AND metric = 'READS'",
        post_id,
    )
    return rows[0]


async def state_of(account_id: int) -> dict[str, Any]:
    return (await sql("SELECT * FROM account_pull WHERE account_id = $1", account_id))[0]


# YouTube.


async def test_youtube_counters_are_read_from_texts_and_hidden_likes_stay_unknown(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    ids = seen_ids(60)
    account_id = await account(partner_id, Platform.YOUTUBE)
    made = {name: await post(account_id, name, clock() - timedelta(hours=1)) for name in ids}
    before = len(sandbox.requests())
    pulled = await pull(tools, account_id)
    assert (pulled.ended, pulled.batches, pulled.observations) == (Ended.NOTHING_DUE, 2, 120)
    seen = sandbox.requests(before)
    assert [len(dict(each["query"])["id"].split(",")) for each in seen] == [50, 10]
    for name in (ids[0], ids[59]):
        rows = await sql("SELECT metric, value FROM observation WHERE post_id = $1", made[name])
        assert {row["metric"]: row["value"] for row in rows} == {
            "READS": counters(name)["reads"],
            "COMMENTS": counters(name)["discussions"],
        }
    assert await observed(made[ids[0]]) == [
        (None, None, counters(ids[0])["reads"], "FINAL", "youtube.views")
    ]
    answers = await sql("SELECT request FROM raw_answer WHERE account_id = $1", account_id)
    assert all("key" not in row["request"] for row in answers)


async def test_a_video_youtube_leaves_out_is_unknown_first_and_gone_when_it_was_there(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    (there,), (never,) = seen_ids(1), unseen_ids(1)
    account_id = await account(partner_id, Platform.YOUTUBE, batch_stats=True)
    made = {name: await post(account_id, name, clock()) for name in (there, never)}
    assert (await pull(tools, account_id)).observations == 2
    assert await observed(made[never]) == []
    sandbox.fault(f"deleted:{there}")
    gone = []
    for _ in range(3):
        clock.now += timedelta(seconds=INTERVAL)
        gone.append((await pull(tools, account_id)).gone)
    assert gone == [0, 0, 1]
    states = await sql("SELECT id, state FROM post WHERE account_id = $1", account_id)
    assert {row["id"]: row["state"] for row in states} == {made[there]: "GONE", made[never]: "LIVE"}
    assert (await total(made[there]))["value"] == counters(there)["reads"]


async def test_youtubes_quota_fails_closed_until_midnight_in_california(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    account_id = await account(partner_id, Platform.YOUTUBE, units_per_day=1)
    for name in seen_ids(60):
        await post(account_id, name, clock() - timedelta(hours=1))
    before = len(sandbox.requests())
    pulled = await pull(tools, account_id)
    assert (pulled.ended, pulled.batches) == (Ended.FAILED, 1)
    midnight = datetime(2025, 10, 3, 7, 0, tzinfo=UTC)
    assert (await state_of(account_id))["paused_until"] == midnight
    await resume(Act(SYSTEM, clock()), account_id)
    assert (await pull(tools, account_id)).batches == 0
    assert len(sandbox.requests(before)) == 1, "what is used up is not asked"
    clock.now = midnight
    assert (await pull(tools, account_id)).batches == 1


async def test_youtubes_own_word_that_the_quota_is_used_up_is_believed(
    tools: Tools, partner_id: int, clock: Clock
) -> None:
    with sandbox_process(generosity=0) as empty:
        poor = replace(tools, platform_urls={"YOUTUBE": f"{empty.url}/youtube"})
        account_id = await account(partner_id, Platform.YOUTUBE)
        made = await post(account_id, seen_ids(1)[0], clock())
        assert (await pull(poor, account_id)).ended is Ended.FAILED
        assert (await pull(poor, account_id)).ended is Ended.PAUSED
        assert len(empty.requests()) == 1
    state = await state_of(account_id)
    assert state["paused_until"] == datetime(2025, 10, 3, 7, 0, tzinfo=UTC)
    assert (state["failures"], state["last_failure"]) == (
        0,
        "YouTube error quotaExceeded, HTTP 403",
    )
    assert await observed(made) == []


async def test_a_key_that_no_longer_holds_waits_for_a_person(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    account_id = await account(partner_id, Platform.YOUTUBE)
    await post(account_id, seen_ids(1)[0], clock())
    sandbox.fault("expired_token", times=1)
    assert (await pull(tools, account_id)).ended is Ended.FAILED
    state = await state_of(account_id)
    assert state["paused_until"] == UNTIL_A_PERSON_ACTS
    assert state["last_failure"] == "YouTube error keyInvalid, HTTP 400"


# Plausible.


async def test_plausible_buckets_restate_their_own_day(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    account_id = await account(partner_id, Platform.PLAUSIBLE, "sandbox.example")
    posted_at = clock.at("2025-10-02T12")
    made = await post(account_id, "wedding", posted_at, f"https://sandbox.example/topics/{WEDDING}")
    clock.at("2025-10-02T14", 30)
    assert (await pull(tools, account_id)).observations == 1
    # A hundredth of the last two hours is not written yet.
    assert await daily(made) == {"2025-10-02": 118_885_330}
    assert await total(made) == {"value": 118_885_330, "provisional": 1}
    clock.at("2025-10-02T23", 30)
    await pull(tools, account_id)
    assert await daily(made) == {"2025-10-02": 279_800_000}
    clock.at("2025-10-03T08", 30)
    await pull(tools, account_id)
    assert await observed(made) == [
        ("10-02 00", 24, 118_885_330, "PROVISIONAL", "plausible.pageviews"),
        ("10-02 00", 24, 279_800_000, "PROVISIONAL", "plausible.pageviews"),
        ("10-02 00", 24, 280_000_000, "FINAL", "plausible.pageviews"),
        ("10-03 00", 24, 20_000_000, "PROVISIONAL", "plausible.pageviews"),
    ]
    assert await daily(made) == {"2025-10-02": 280_000_000, "2025-10-03": 20_000_000}
    assert await total(made) == {"value": 300_000_000, "provisional": 1}
    assert '"date_range": ["2025-10-02", "2025-10-03"]' in sandbox.requests()[-1]["body"]


async def test_a_correction_downwards_takes_its_own_day_down_and_no_other(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    account_id = await account(partner_id, Platform.PLAUSIBLE, "sandbox.example")
    posted_at = clock.at("2025-10-02T12")
    made = await post(account_id, "wedding", posted_at, f"https://sandbox.example/topics/{WEDDING}")
    clock.at("2025-10-03T08")
    await pull(tools, account_id)
    assert await daily(made) == {"2025-10-02": 280_000_000, "2025-10-03": 20_000_000}
    sandbox.fault("falling:10")
    clock.at("2025-10-03T09")
    await pull(tools, account_id)
    assert await daily(made) == {"2025-10-02": 280_000_000, "2025-10-03": 18_000_000}
    sandbox.call("DELETE", "/faults")
    clock.at("2025-10-04T09")
    await pull(tools, account_id)
    assert (await daily(made))["2025-10-03"] == 20_000_000


async def test_a_page_nobody_opened_stays_unknown_and_a_quiet_day_is_zero(
    tools: Tools, partner_id: int, clock: Clock
) -> None:
    account_id = await account(partner_id, Platform.PLAUSIBLE, "sandbox.example")
    quiet = str(topic_id("AG对战EDGM"))
    posted_at = clock.at("2025-09-29T00")
    known = await post(account_id, "quiet", posted_at, f"https://sandbox.example/topics/{quiet}")
    wrong = await post(account_id, "wrong", posted_at, "https://sandbox.example/no/such/page")
    clock.at("2025-10-01T09")
    await pull(tools, account_id)
    assert await daily(known) == {"2025-09-29": 460_000_000, "2025-09-30": 0, "2025-10-01": 0}
    assert await observed(wrong) == []
    assert (await total(wrong))["value"] is None


async def test_plausible_by_the_hour(tools: Tools, partner_id: int, clock: Clock) -> None:
    account_id = await account(partner_id, Platform.PLAUSIBLE, "sandbox.example", hourly=True)
    posted_at = clock.at("2025-10-02T12")
    made = await post(account_id, "wedding", posted_at, f"https://sandbox.example/topics/{WEDDING}")
    clock.at("2025-10-02T16")
    assert (await pull(tools, account_id)).observations == 5
    rows = await observed(made)
    assert rows[0] == ("10-02 12", 1, 8_533_000, "PROVISIONAL", "plausible.pageviews")
    assert [row[2] for row in rows] == [8_533_000, 60_640_000, 50_827_000, 29_700_000, 29_700_000]
    await roll_up_all(zone=SHANGHAI)
    hours = await sql(
        "SELECT hour, value FROM engagement_hourly WHERE subject_kind = 'POST' AND subject_id = $1"
        " ORDER BY hour LIMIT 2",
        made,
    )
    assert [(row["hour"].astimezone(SHANGHAI).hour, row["value"]) for row in hours] == [
        (12, 8_533_000),
        (13, 60_640_000),
    ]


async def test_a_site_in_another_zone_than_its_account_says_is_refused(
    tools: Tools, partner_id: int, clock: Clock
) -> None:
    site = "los-angeles.sandbox.example"
    account_id = await account(partner_id, Platform.PLAUSIBLE, site)
    made = await post(account_id, "w", clock(), f"https://{site}/topics/{WEDDING}")
    assert (await pull(tools, account_id)).ended is Ended.FAILED
    state = await state_of(account_id)
    assert state["last_failure"] == "the site's time zone is not the account's option time_zone"
    assert state["paused_until"] == clock() + timedelta(days=1)
    assert await observed(made) == []
    right = await account(partner_id, Platform.PLAUSIBLE, site, time_zone="America/Los_Angeles")
    made = await post(right, "w", clock(), f"https://{site}/topics/{WEDDING}")
    assert (await pull(tools, right)).observations == 1
    # Its 2 October began at 15:00 in Shanghai.
    assert (await observed(made))[0][:3] == ("10-02 15", 24, 180_000_000)


async def test_plausibles_600_requests_an_hour_end(
    tools: Tools, partner_id: int, clock: Clock
) -> None:
    with sandbox_process(generosity=0) as empty:
        poor = replace(tools, platform_urls={"PLAUSIBLE": f"{empty.url}/plausible"})
        account_id = await account(partner_id, Platform.PLAUSIBLE, "sandbox.example")
        await post(account_id, "w", clock(), f"https://sandbox.example/topics/{WEDDING}")
        assert (await pull(poor, account_id)).ended is Ended.FAILED
    state = await state_of(account_id)
    assert (state["failures"], state["last_failure"]) == (0, "HTTP 429")
    assert state["paused_until"] == clock() + timedelta(seconds=60)


# WordPress.com.


async def test_wordpress_days_are_restated_and_the_current_one_is_provisional(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    account_id = await account(partner_id, Platform.WORDPRESS, "sandbox.example")
    posted_at = clock.at("2025-10-02T12")
    made = await post(account_id, WEDDING, posted_at)
    clock.at("2025-10-02T14")
    assert (await pull(tools, account_id)).observations == 1
    clock.at("2025-10-03T08")
    assert (await pull(tools, account_id)).observations == 2
    clock.at("2025-10-03T09")
    assert (await pull(tools, account_id)).observations == 1
    assert await observed(made) == [
        ("10-02 00", 24, 120_000_000, "PROVISIONAL", "wordpress.views"),
        ("10-02 00", 24, 280_000_000, "FINAL", "wordpress.views"),
        ("10-03 00", 24, 20_000_000, "PROVISIONAL", "wordpress.views"),
        ("10-03 00", 24, 20_000_000, "PROVISIONAL", "wordpress.views"),
    ]
    assert await daily(made) == {"2025-10-02": 280_000_000, "2025-10-03": 20_000_000}
    assert await total(made) == {"value": 300_000_000, "provisional": 1}


async def test_a_post_wordpress_no_longer_knows_is_gone_and_keeps_its_views(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    account_id = await account(partner_id, Platform.WORDPRESS, "sandbox.example")
    made = await post(account_id, WEDDING, clock.at("2025-10-02T12"))
    later = await post(account_id, unseen_ids(1)[0], clock())
    clock.at("2025-10-03T08")
    await pull(tools, account_id)
    sandbox.fault(f"deleted:{WEDDING}")
    gone = 0
    for _ in range(3):
        clock.now += timedelta(seconds=INTERVAL)
        gone += (await pull(tools, account_id)).gone
    assert gone == 1
    states = await sql("SELECT id, state FROM post WHERE account_id = $1", account_id)
    assert {row["id"]: row["state"] for row in states} == {made: "GONE", later: "LIVE"}
    assert (await total(made))["value"] == 300_000_000
    assert (await state_of(account_id))["failures"] == 0


async def test_a_site_that_may_not_be_seen_rests_for_a_day(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    account_id = await account(partner_id, Platform.WORDPRESS, "other.example")
    await post(account_id, WEDDING, clock())
    assert (await pull(tools, account_id)).ended is Ended.FAILED
    state = await state_of(account_id)
    assert state["paused_until"] == clock() + timedelta(days=1)
    assert state["last_failure"] == "HTTP 404"


async def test_everything_that_was_pulled_is_derived_right(tools: Tools) -> None:
    assert await verify(zone=SHANGHAI, report=lambda done, of: None) == []
