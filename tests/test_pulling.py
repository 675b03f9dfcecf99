"""Pulling, in this process, from a real sandbox server, with a clock the tests turn."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from tortoise.connection import get_connection

from domain.access import ANONYMOUS, SYSTEM, Act
from domain.engagement.actions.rollup import roll_up_all
from domain.engagement.actions.verify import verify
from domain.partners.credentials import Secrets, secrets_of
from domain.partners.models import Account
from domain.partners.rules import Platform
from domain.problems import Forbidden
from domain.pulling import rules
from domain.pulling.actions import resume
from domain.pulling.budgets import forget_old_budgets, reserve
from domain.pulling.due import due_accounts
from domain.pulling.rules import BudgetRule, FailureKind
from tests.platforms import (
    BOX,
    HOUR,
    SandboxProcess,
    counters,
    make_account,
    make_partner,
    make_post,
    sandbox_process,
    seen_ids,
    unseen_ids,
)
from workers.http import open_session
from workers.platforms import ADAPTERS
from workers.platforms.failures import Expired
from workers.platforms.protocol import Answer, AskedPost, Asking, PulledAccount, Request
from workers.platforms.weibo import Weibo
from workers.pulling import Ended, pull
from workers.tools import Tools

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
INTERVAL = 300.0
LATER = "2025-10-03T20"


class Clock:
    """A clock that stands still until it is turned. Each test has an hour of its own."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def turn(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with sandbox_process() as process:
        yield process


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_tools(
    database: str, sandbox: SandboxProcess, clock: Clock
) -> AsyncIterator[Tools]:
    async with open_session(1.0) as session:
        yield Tools(
            session=session,
            box=BOX,
            zone=SHANGHAI,
            pull_interval_seconds=INTERVAL,
            platform_urls={
                "WEIBO": f"{sandbox.url}/weibo",
                "MASTODON": f"{sandbox.url}/mastodon",
            },
            adapters=ADAPTERS,
            clock=clock,
            chance=lambda: 0.5,
        )


@pytest_asyncio.fixture(loop_scope="module")
async def tools(module_tools: Tools, sandbox: SandboxProcess, clock: Clock) -> Tools:
    """Nothing is wrong, and no earlier test's post is due."""
    sandbox.reset()
    clock.turn(3600)
    await sql("DELETE FROM post_pull")
    await sql("DELETE FROM pull_budget")
    return module_tools


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def partner_id(database: str) -> int:
    return await make_partner(START)


_accounts = iter(range(1, 1000))


async def weibo(partner_id: int, ids: list[str], clock: Clock, **options: Any) -> tuple[int, Any]:
    """A media account with these posts, an hour old; the account's id and its posts' ids."""
    given = {"token": "media-1", "media": True, **options}
    account_id = await make_account(partner_id, f"u{next(_accounts)}", clock(), **given)
    posted_at = clock() - timedelta(hours=1)
    return account_id, {name: await make_post(account_id, name, posted_at) for name in ids}


async def sql(statement: str, *values: Any) -> list[dict[str, Any]]:
    return await get_connection("default").execute_query_dict(statement, list(values))


async def values_of(post_id: int) -> dict[str, int]:
    """The post's known totals."""
    await roll_up_all(zone=SHANGHAI)
    rows = await sql(
        "SELECT metric, value FROM engagement_total WHERE subject_kind = 'POST'"
        " AND subject_id = $1 AND value IS NOT NULL",
        post_id,
    )
    return {row["metric"]: row["value"] for row in rows}


async def account_state(account_id: int) -> dict[str, Any]:
    return (await sql("SELECT * FROM account_pull WHERE account_id = $1", account_id))[0]


async def pull_state(post_id: int) -> dict[str, Any]:
    return (await sql("SELECT * FROM post_pull WHERE post_id = $1", post_id))[0]


async def observed(account_id: int) -> int:
    rows = await sql(
        "SELECT count(*) FROM observation o JOIN post p ON p.id = o.post_id"
        " WHERE p.account_id = $1",
        account_id,
    )
    return int(rows[0]["count"])


def expected(external_id: str, hour: str = HOUR) -> dict[str, int]:
    known = counters(external_id, hour)
    return {
        "READS": known["reads"],
        "COMMENTS": known["discussions"],
        "SHARES": known["original_posts"],
    }


async def test_real_counters_become_totals(tools: Tools, partner_id: int, clock: Clock) -> None:
    ids = seen_ids(3)
    account_id, posts = await weibo(partner_id, ids, clock)
    pulled = await pull(tools, account_id)
    assert (pulled.ended, pulled.batches, pulled.observations) == (Ended.NOTHING_DUE, 1, 9)
    for name, post_id in posts.items():
        assert await values_of(post_id) == expected(name)
        state = await pull_state(post_id)
        assert state["next_at"] == clock() + timedelta(seconds=INTERVAL)
        assert (state["last_at"], state["missed"]) == (clock(), 0)
    state = await account_state(account_id)
    assert (state["failures"], state["paused_until"], state["last_success_at"]) == (
        0,
        None,
        clock(),
    )


async def test_counters_grow_with_the_replay(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    ids = [name for name in seen_ids(5000) if expected(name) != expected(name, LATER)][:2]
    account_id, posts = await weibo(partner_id, ids, clock)
    await pull(tools, account_id)
    sandbox.call("PUT", "/clock", {"hour": LATER})
    assert (await pull(tools, account_id)).batches == 0, "nothing is due before its time"
    clock.turn(INTERVAL)
    assert (await pull(tools, account_id)).observations == 6
    for name, post_id in posts.items():
        assert await values_of(post_id) == expected(name, LATER)


async def test_what_the_platform_leaves_out_stays_unknown(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    (seen,), (unseen,) = seen_ids(1), unseen_ids(1)
    account_id, posts = await weibo(partner_id, [seen, unseen], clock)
    before = len(sandbox.requests())
    for round_number in range(1, 6):
        await pull(tools, account_id)
        state = await pull_state(posts[unseen])
        assert (state["missed"], state["last_at"]) == (round_number, None)
        factor = min(round_number + 1, rules.LONGEST_UNSEEN_FACTOR)
        assert state["next_at"] == clock() + timedelta(seconds=INTERVAL * factor)
        clock.now = state["next_at"]
    assert await values_of(posts[unseen]) == {}
    asked = {request["path"] for request in sandbox.requests(before)}
    assert asked == {"/weibo/2/media_statuses/count_sp/biz.json"}, "what never was is not gone"
    assert (await sql("SELECT state FROM post WHERE id = $1", posts[unseen]))[0]["state"] == "LIVE"


async def test_free_accounts_have_no_reads(tools: Tools, partner_id: int, clock: Clock) -> None:
    (name,) = seen_ids(1)
    account_id, posts = await weibo(partner_id, [name], clock, token="user-1", media=False)
    await pull(tools, account_id)
    known = expected(name)
    del known["READS"]
    assert await values_of(posts[name]) == known
    pace = timedelta(days=1) / 100
    assert (await pull_state(posts[name]))["next_at"] == clock() + pace


async def test_mastodon_is_asked_at_its_instance(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    ids = seen_ids(23)
    account_id = await make_account(
        partner_id,
        "m1",
        clock(),
        platform=Platform.MASTODON,
        token=None,
        base_url=f"{sandbox.url}/mastodon",
    )
    posted_at = clock() - timedelta(hours=1)
    posts = {name: await make_post(account_id, name, posted_at) for name in ids}
    without_override = replace(tools, platform_urls={})
    pulled = await pull(without_override, account_id)
    assert (pulled.ended, pulled.batches, pulled.observations) == (Ended.NOTHING_DUE, 2, 46)
    known = expected(ids[22])
    del known["READS"]
    assert await values_of(posts[ids[22]]) == known


async def test_the_raw_answer_is_kept_once_and_shows_no_token(
    tools: Tools, partner_id: int, clock: Clock
) -> None:
    (name,) = seen_ids(1)
    account_id, posts = await weibo(partner_id, [name], clock, token="media-secret-token")
    for _ in range(2):
        await pull(tools, account_id)
        clock.turn(INTERVAL)
    rows = await sql(
        "SELECT a.*, b.body FROM raw_answer a JOIN raw_body b ON b.id = a.body_id"
        " WHERE account_id = $1 ORDER BY a.id",
        account_id,
    )
    assert len(rows) == 2
    assert rows[0]["body_id"] == rows[1]["body_id"]
    assert rows[0]["status"] == 200
    assert f'"id":"{name}"'.encode() in rows[0]["body"]
    assert rows[0]["request"].endswith(f"/2/media_statuses/count_sp/biz.json?ids={name}")
    assert "secret" not in str(rows)
    linked = await sql(
        "SELECT DISTINCT raw_answer_id FROM observation WHERE post_id = $1", posts[name]
    )
    assert {row["raw_answer_id"] for row in linked} == {row["id"] for row in rows}


async def test_newest_posts_come_first(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    ids = seen_ids(130)
    account_id = await make_account(partner_id, "many", clock(), media=True)
    for age, name in enumerate(ids):
        await make_post(account_id, name, clock() - timedelta(minutes=age))
    before = len(sandbox.requests())
    assert (await pull(tools, account_id)).batches == 2
    asked = [dict(request["query"])["ids"].split(",") for request in sandbox.requests(before)]
    assert asked == [ids[:100], ids[100:]]


class ByHour(Weibo):
    """Answers about the posts of one hour at a time."""

    def choose(
        self, account: PulledAccount, posts: Sequence[AskedPost], now: datetime
    ) -> Sequence[AskedPost]:
        return [post for post in posts if post.posted_at.hour == posts[0].posted_at.hour]


async def test_an_adapter_chooses_what_one_request_is_about(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    names = seen_ids(3)
    account_id = await make_account(partner_id, "hours", clock(), media=True)
    for name, hours in zip(names, (2, 1, 2), strict=True):
        await make_post(account_id, name, clock() - timedelta(hours=hours))
    before = len(sandbox.requests())
    narrow = replace(tools, adapters={Platform.WEIBO: ByHour()})
    pulled = await pull(narrow, account_id)
    assert (pulled.ended, pulled.batches) == (Ended.NOTHING_DUE, 2)
    asked = [dict(request["query"])["ids"].split(",") for request in sandbox.requests(before)]
    assert asked == [[names[1]], [names[2], names[0]]]


class Renewing(Weibo):
    """A Weibo whose tokens are renewed."""

    def renewal(self, account: PulledAccount, asking: Asking) -> Request:
        secret = ("secret", account.secrets["refresh_token"])
        url = f"{account.base_url}/2/statuses/show.json"
        return Request("GET", url, [("id", seen_ids(1)[0])], account_headers(), [secret])

    def read_renewal(self, account: PulledAccount, answer: Answer) -> Secrets:
        if answer.status != 200:
            raise Expired("the refresh token holds no longer")
        return {"access_token": "media-fresh"}


def account_headers() -> dict[str, str]:
    return {"Authorization": "OAuth2 media-1"}


async def test_an_expired_token_is_renewed_once_and_the_request_repeated(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    account_id, _ = await weibo(
        partner_id, seen_ids(2), clock, token='{"access_token": "", "refresh_token": "r-secret"}'
    )
    renewing = replace(tools, adapters={Platform.WEIBO: Renewing()})
    assert (await pull(renewing, account_id)).observations == 6
    row = await Account.get(id=account_id)
    assert secrets_of(BOX.open(row.credential or b"")) == {
        "access_token": "media-fresh",
        "refresh_token": "r-secret",
    }
    kept = await sql("SELECT request FROM raw_answer WHERE account_id = $1", account_id)
    assert ["count_sp" in each["request"] for each in kept] == [True]
    audit = await sql("SELECT * FROM audit_entry WHERE subject = $1", f"Account:{account_id}")
    assert [each["action"] for each in audit] == ["account.register", "account.renew_credential"]
    assert "secret" not in str(audit)
    assert "media-fresh" not in str(audit)


async def test_a_token_that_cannot_be_renewed_waits_for_a_person(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    account_id, _ = await weibo(
        partner_id, seen_ids(2), clock, token='{"access_token": "", "refresh_token": "r-secret"}'
    )
    before = (await Account.get(id=account_id)).credential
    sandbox.fault("status:500")
    renewing = replace(tools, adapters={Platform.WEIBO: Renewing()})
    assert (await pull(renewing, account_id)).ended is Ended.FAILED
    state = await account_state(account_id)
    assert state["last_failure"] == "the refresh token holds no longer"
    assert state["paused_until"] == rules.UNTIL_A_PERSON_ACTS
    assert (await Account.get(id=account_id)).credential == before


async def test_too_many_requests_are_waited_out(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    account_id, _ = await weibo(partner_id, seen_ids(2), clock)
    sandbox.fault("status:429", retryAfter=77)
    before = len(sandbox.requests())
    assert (await pull(tools, account_id)).ended is Ended.FAILED
    state = await account_state(account_id)
    assert state["paused_until"] == clock() + timedelta(seconds=77)
    assert (state["failures"], state["last_failure"]) == (0, "Weibo error 10022, HTTP 429")
    sandbox.call("DELETE", "/faults")
    clock.turn(76)
    assert (await pull(tools, account_id)).ended is Ended.PAUSED
    assert account_id not in await due_accounts(get_connection("default"), clock(), ADAPTERS, 100)
    assert len(sandbox.requests(before)) == 1
    assert await observed(account_id) == 0
    clock.turn(1)
    assert account_id in await due_accounts(get_connection("default"), clock(), ADAPTERS, 100)
    assert (await pull(tools, account_id)).observations == 6


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("status:500", "Weibo error 10001, HTTP 500"),
        ("slow:5", "no answer in time"),
        ("truncated", "no whole answer: ClientPayloadError"),
        ("garbage", "the answer is not JSON"),
        ("huge", "the answer is larger than 2097152 bytes"),
    ],
)
async def test_what_may_pass_is_tried_again(
    tools: Tools,
    partner_id: int,
    clock: Clock,
    sandbox: SandboxProcess,
    fault: str,
    reason: str,
) -> None:
    account_id, _ = await weibo(partner_id, seen_ids(2), clock)
    sandbox.fault(fault, times=2)
    for failures in (1, 2):
        assert (await pull(tools, account_id)).ended is Ended.FAILED
        state = await account_state(account_id)
        assert (state["failures"], state["last_failure"]) == (failures, reason)
        assert state["paused_until"] == clock() + timedelta(seconds=failures)
        assert await observed(account_id) == 0
        clock.turn(failures)
    assert (await pull(tools, account_id)).observations == 6
    state = await account_state(account_id)
    assert (state["failures"], state["paused_until"]) == (0, None)


async def test_a_deleted_post_is_marked_and_keeps_its_counts(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    gone, there = seen_ids(2)
    account_id, posts = await weibo(partner_id, [gone, there], clock)
    await pull(tools, account_id)
    sandbox.fault(f"deleted:{gone}")
    for _ in range(2):
        clock.turn(INTERVAL)
        assert (await pull(tools, account_id)).gone == 0
    clock.turn(INTERVAL)
    before = len(sandbox.requests())
    assert (await pull(tools, account_id)).gone == 1
    paths = [request["path"].rsplit("/", 1)[1] for request in sandbox.requests(before)]
    assert paths == ["biz.json", "show.json"]
    states = await sql("SELECT id, state FROM post WHERE account_id = $1", account_id)
    assert {row["id"]: row["state"] for row in states} == {
        posts[gone]: "GONE",
        posts[there]: "LIVE",
    }
    assert await values_of(posts[gone]) == expected(gone)
    assert await sql("SELECT * FROM post_pull WHERE post_id = $1", posts[gone]) == []
    audit = await sql("SELECT * FROM audit_entry WHERE subject = $1", f"Post:{posts[gone]}")
    assert [row["action"] for row in audit] == ["post.register", "post.mark_gone"]
    clock.turn(INTERVAL)
    await pull(tools, account_id)
    assert gone not in str(sandbox.requests()[-1])


async def test_a_post_that_only_batches_leave_out_is_not_gone(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    (name,) = seen_ids(1)
    account_id, posts = await weibo(partner_id, [name], clock)
    await pull(tools, account_id)
    sandbox.fault(f"deleted:{name}", path="/weibo/2/media_statuses")
    for _ in range(3):
        clock.turn(INTERVAL)
        assert (await pull(tools, account_id)).gone == 0
    assert (await pull_state(posts[name]))["missed"] == 0
    assert (await sql("SELECT state FROM post WHERE id = $1", posts[name]))[0]["state"] == "LIVE"


async def test_a_falling_counter_is_a_signed_correction(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    (name,) = seen_ids(1)
    account_id, posts = await weibo(partner_id, [name], clock)
    await pull(tools, account_id)
    reads = expected(name)["READS"]
    sandbox.fault("falling:25")
    clock.turn(24 * 3600)
    await pull(tools, account_id)
    assert (await values_of(posts[name]))["READS"] == int(reads * 0.75)
    daily = await sql(
        "SELECT value FROM engagement_daily WHERE subject_kind = 'POST' AND subject_id = $1"
        " AND metric = 'READS' ORDER BY day",
        posts[name],
    )
    assert daily[-1]["value"] == int(reads * 0.75) - reads < 0


async def test_an_expired_token_rests_until_a_person_acts(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    account_id, _ = await weibo(partner_id, seen_ids(2), clock)
    sandbox.fault("expired_token")
    assert (await pull(tools, account_id)).ended is Ended.FAILED
    state = await account_state(account_id)
    assert state["paused_until"] == rules.UNTIL_A_PERSON_ACTS
    assert state["last_failure"] == "Weibo error 21327, HTTP 401"
    clock.turn(40 * 24 * 3600)
    before = len(sandbox.requests())
    assert (await pull(tools, account_id)).ended is Ended.PAUSED
    assert sandbox.requests(before) == []
    with pytest.raises(Forbidden):
        await resume(Act(ANONYMOUS, clock()), account_id)
    assert await account_state(account_id) == state
    sandbox.call("DELETE", "/faults")
    await resume(Act(SYSTEM, clock()), account_id)
    assert (await pull(tools, account_id)).observations == 6


async def test_a_refusal_rests_for_a_day(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    account_id, _ = await weibo(partner_id, seen_ids(1), clock)
    sandbox.fault("status:403", times=1)
    await pull(tools, account_id)
    state = await account_state(account_id)
    assert state["paused_until"] == clock() + timedelta(days=1)
    assert state["last_failure"] == "Weibo error 10014, HTTP 403"


@pytest.mark.parametrize(
    ("credential", "reason"),
    [
        (None, "the account has no credential"),
        (b"not sealed by us", "no secret key in use opens the account's credential"),
    ],
)
async def test_without_a_usable_credential_nothing_is_asked(
    tools: Tools,
    partner_id: int,
    clock: Clock,
    sandbox: SandboxProcess,
    credential: bytes | None,
    reason: str,
) -> None:
    account_id, _ = await weibo(partner_id, seen_ids(1), clock)
    await sql("UPDATE account SET credential = $2 WHERE id = $1", account_id, credential)
    before = len(sandbox.requests())
    assert (await pull(tools, account_id)).ended is Ended.FAILED
    assert sandbox.requests(before) == []
    state = await account_state(account_id)
    assert (state["last_failure"], state["paused_until"]) == (reason, rules.UNTIL_A_PERSON_ACTS)


async def test_the_allowance_fails_closed_and_opens_with_the_next_window(
    tools: Tools, partner_id: int, clock: Clock, sandbox: SandboxProcess
) -> None:
    account_id, _ = await weibo(
        partner_id, seen_ids(130), clock, token="user-1", media=False, calls_per_day=1
    )
    before = len(sandbox.requests())
    pulled = await pull(tools, account_id)
    assert (pulled.ended, pulled.batches) == (Ended.FAILED, 1)
    next_window = rules.window_of(BudgetRule("any", 1), clock()).ends_at
    state = await account_state(account_id)
    assert state["paused_until"] == next_window
    assert state["last_failure"] == "the allowance of this platform is used up"
    await resume(Act(SYSTEM, clock()), account_id)
    assert (await pull(tools, account_id)).batches == 0, "the database remembers, not the process"
    assert len(sandbox.requests(before)) == 1
    clock.now = next_window
    assert (await pull(tools, account_id)).batches == 1


async def test_an_allowance_is_never_overdrawn(tools: Tools, clock: Clock) -> None:
    rule = BudgetRule("test:allowance", 12, 3600, reserve=2)
    opens_at = rules.window_of(rule, clock()).ends_at
    assert await reserve(rule._replace(cost=11), clock()) == opens_at
    assert await reserve(rule._replace(cost=7), clock()) is None
    assert await reserve(rule._replace(cost=4), clock()) == opens_at
    assert await reserve(rule._replace(cost=3), clock()) is None
    used = await sql("SELECT used FROM pull_budget WHERE scope = 'test:allowance'")
    assert used == [{"used": 10}]
    await forget_old_budgets(get_connection("default"), clock() + timedelta(days=4))
    assert await sql("SELECT used FROM pull_budget") == []


async def test_unknown_accounts_and_platforms_are_left_alone(
    tools: Tools, partner_id: int, clock: Clock
) -> None:
    assert (await pull(tools, 2**62)).ended is Ended.NOT_PULLED
    account_id = await make_account(partner_id, "z1", clock(), platform=Platform.ZHIHU, token=None)
    assert (await pull(tools, account_id)).ended is Ended.NOT_PULLED


async def test_everything_that_was_pulled_is_derived_right(tools: Tools) -> None:
    assert await verify(zone=SHANGHAI, report=lambda done, of: None) == []


@pytest.mark.parametrize(
    ("now", "starts_at", "ends_at"),
    [
        ("2026-03-01T07:59:00+00:00", "2026-02-28T08:00:00+00:00", "2026-03-01T08:00:00+00:00"),
        ("2026-03-01T08:00:00+00:00", "2026-03-01T08:00:00+00:00", "2026-03-02T08:00:00+00:00"),
        ("2026-03-08T12:00:00+00:00", "2026-03-08T08:00:00+00:00", "2026-03-09T07:00:00+00:00"),
    ],
)
def test_a_days_allowance_begins_at_midnight_where_it_is_granted(
    now: str, starts_at: str, ends_at: str
) -> None:
    rule = BudgetRule("youtube", 10_000, zone=ZoneInfo("America/Los_Angeles"))
    window = rules.window_of(rule, datetime.fromisoformat(now))
    assert (window.starts_at.isoformat(), window.ends_at.isoformat()) == (starts_at, ends_at)


@pytest.mark.parametrize(
    ("age_days", "shortest", "seconds"),
    [(0, 300, 300), (3, 300, 300), (30, 300, 30_000), (60, 300, 86_400), (60, 90_000, 90_000)],
)
def test_older_posts_are_asked_about_less_often(
    age_days: float, shortest: float, seconds: float
) -> None:
    assert rules.pull_interval_seconds(age_days * 86_400, shortest) == seconds


@pytest.mark.parametrize(
    ("kind", "failures", "chance", "seconds"),
    [
        (FailureKind.RETRYABLE, 1, 0.0, 0.0),
        (FailureKind.RETRYABLE, 1, 0.5, 1.0),
        (FailureKind.RETRYABLE, 4, 0.5, 8.0),
        (FailureKind.RETRYABLE, 5, 0.0, 30.0),
        (FailureKind.RETRYABLE, 6, 0.5, 90.0),
        (FailureKind.RETRYABLE, 100_000, 0.5, 2700.0),
        (FailureKind.REFUSED, 1, 0.0, 86_400.0),
    ],
)
def test_pauses_grow_and_are_spread(
    kind: FailureKind, failures: int, chance: float, seconds: float
) -> None:
    assert rules.pause_seconds(kind, failures, chance) == seconds
