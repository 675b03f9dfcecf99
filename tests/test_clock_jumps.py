"""The clock of a machine is put forward or back by hours: nobody stays signed in for it, nobody is
kept out for it, and what is done by the clock goes on."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from tortoise.connection import get_connection

from api import callers
from domain.access import SYSTEM, Act, Role
from domain.articles.models import Article
from domain.audit.models import AuditEntry
from domain.clocks import Mended, mend_plans
from domain.database import transaction
from domain.problems import NotFound
from domain.pulling.budgets import reserve
from domain.pulling.rules import BudgetRule
from domain.tokens import actions as tokens
from domain.users.actions import links
from domain.users.models import UserSession
from tests.browser import Browser, Site, site
from tests.platforms import make_account, make_partner
from tests.platforms import make_post as make_pulled_post
from tests.rows import derive, make_post, make_world
from tests.test_subscriptions import read
from tests.users import OTHER_PASSWORD, PASSWORD, active, invited
from workers.clocks import TURNED, ClockWatch

pytestmark = pytest.mark.usefixtures("quick_passwords")

HOUR = timedelta(hours=1)
WHO = b'{"query": "{ viewer { kind } }"}'
JSON = {"content-type": "application/json"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def started(database_url: str) -> AsyncIterator[Site]:
    plenty = {"address_points": 10**9, "failure_points": 10**6}
    async with site(database_url, **plenty) as opened:
        yield opened


@pytest.fixture(autouse=True)
def ours(started: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Its clock is right. Who somebody is, it asks each time, and not once a second."""
    monkeypatch.setattr(callers, "MOMENT_SECONDS", 0.0)
    started.clock.now = datetime.now(UTC).replace(microsecond=0)
    return started


CREATE = """mutation($input: CreateArticleInput!) { createArticle(input: $input) {
    ... on ArticlePayload { article { id } } } }"""
DAYS = """query($id: ID!) { node(id: $id) { ... on Post { series(gaps: true) { startsAt value } } }
    leaderboard(of: ACCOUNTS, since: "2026-01-01") { rank } }"""


def asked(query: str, **variables: Any) -> bytes:
    return json.dumps({"query": query, "variables": variables}).encode()


async def is_known(browser: Browser) -> bool:
    answer = await browser.send("POST", "/graphql", WHO, **JSON)
    assert answer.status in (200, 401)
    return answer.status == 200 and answer.json()["data"]["viewer"]["kind"] == "USER"


async def test_a_session_begun_by_a_clock_that_ran_ahead_does_not_outlive_it(ours: Site) -> None:
    user = await active(now=ours.clock())
    ours.clock.pass_(hours=10)
    browser = Browser(ours.app)
    assert (await browser.sign_in(user.email, PASSWORD)).status == 303
    assert await is_known(browser)
    ours.clock.pass_(hours=-10)  # set right
    assert not await is_known(browser)
    again = Browser(ours.app)
    assert (await again.sign_in(user.email, PASSWORD)).status == 303
    assert await is_known(again)


async def test_two_machines_whose_clocks_lie_a_little_apart_agree(ours: Site) -> None:
    user = await active(now=ours.clock())
    browser = Browser(ours.app)
    await browser.sign_in(user.email, PASSWORD)
    ours.clock.pass_(minutes=-4)
    assert await is_known(browser)


async def test_a_clock_that_runs_ahead_for_a_while_ends_nothing_for_good(ours: Site) -> None:
    """Idle for so long, a session does not hold; set right, it does, and not a day longer."""
    user = await active(now=ours.clock())
    browser = Browser(ours.app)
    await browser.sign_in(user.email, PASSWORD)
    created_at = (await UserSession.get(user_id=user.id)).created_at
    ours.clock.pass_(hours=13)
    assert not await is_known(browser)
    ours.clock.pass_(hours=-13)
    assert await is_known(browser)
    while ours.clock() < created_at + timedelta(days=7) - HOUR:
        ours.clock.pass_(hours=1)
        await is_known(browser)
    assert await is_known(browser)
    ours.clock.pass_(hours=1)
    assert not await is_known(browser)


async def test_an_invitation_from_the_future_opens_nothing() -> None:
    now = datetime.now(UTC)
    handed = await invited(now=now + 5 * HOUR)
    with pytest.raises(NotFound):
        await links.shown(handed.secret, now=now)
    assert (await links.shown(handed.secret, now=now + 5 * HOUR)).user.id == handed.user_id


async def test_failures_counted_by_a_clock_that_ran_ahead_keep_nobody_out(ours: Site) -> None:
    user = await active(now=ours.clock())
    ours.clock.pass_(hours=6)
    for _ in range(5):
        assert (await Browser(ours.app).sign_in(user.email, OTHER_PASSWORD)).status == 422
    assert (await Browser(ours.app).sign_in(user.email, PASSWORD)).status == 429
    ours.clock.pass_(hours=-6)
    assert (await Browser(ours.app).sign_in(user.email, PASSWORD)).status == 303


async def test_a_token_ends_when_its_time_comes_and_holds_when_it_is_not_yet() -> None:
    now = datetime.now(UTC)
    _, token = await tokens.create(Act(SYSTEM, now), "jumps", None, now + HOUR)
    holders = [await tokens.holder_of(token, now=now + hours * HOUR) for hours in (0, 2, -2)]
    assert [holder is not None for holder in holders] == [True, False, True]


async def test_what_was_acknowledged_stays_in_its_order(ours: Site) -> None:
    """Written while the clock jumps to and fro: every change is there, and the trail fits."""
    world = await make_world()
    act = Act(SYSTEM, datetime.now(UTC) - 24 * HOUR)  # a role holds from when it was given
    _, token = await tokens.create(act, "writes", Role.ADMINISTRATOR, None)
    bearer = {"authorization": f"Bearer {token}", **JSON}
    given = {
        "title": "新",
        "authorId": f"Person:{world.person_id}",
        "organizationId": f"Organization:{world.organization_id}",
    }
    made = []
    before = await AuditEntry.all().count()
    for hours in (0, 7, -19, 12):
        ours.clock.pass_(hours=hours)
        answer = await Browser(ours.app, headers={}).send(
            "POST", "/graphql", asked(CREATE, input=given), **bearer
        )
        made.append(answer.json()["data"]["createArticle"]["article"]["id"])
    numbers = [int(id_.removeprefix("Article:")) for id_ in made]
    assert await Article.filter(id__in=numbers).count() == 4
    assert await AuditEntry.all().count() == before + 4
    moments = [row.created_at for row in await Article.filter(id__in=numbers).order_by("id")]
    assert [round((moment - moments[0]) / HOUR) for moment in moments] == [0, 7, -12, 0]


async def test_today_is_the_database_s_day(ours: Site) -> None:
    """However wrong an API's clock is, all of them cut the same day."""
    world = await make_world()
    post_id = await make_post(world.account_id)
    await read(post_id, 5)
    await derive()
    query = asked(DAYS, id=f"Post:{post_id}")
    answers = []
    for hours in (0, 26, -52):
        ours.clock.pass_(hours=hours)
        answer = await Browser(ours.app, headers={}).send("POST", "/graphql", query, **JSON)
        answers.append(answer.json())
    assert answers[0] == answers[1] == answers[2]
    assert "data" in answers[0], answers[0]


async def test_an_allowance_that_was_used_is_not_given_again() -> None:
    now = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
    rule = BudgetRule("jumps", 2, 3600)
    assert [await reserve(rule, now) for _ in range(3)] == [None, None, now + HOUR]
    assert await reserve(rule, now + 5 * HOUR) is None  # another hour's
    assert await reserve(rule, now) == now + HOUR


async def test_what_a_clock_ahead_planned_is_planned_anew() -> None:
    """And what was planned as it should is left alone."""
    now = datetime.now(UTC)
    partner_id = await make_partner(now)
    ids = [await make_account(partner_id, f"jump-{n}", now) for n in range(4)]
    posts = [await make_pulled_post(id_, f"j{n}", now - HOUR) for n, id_ in enumerate(ids)]
    sql = get_connection("default").execute_query
    plan = "UPDATE post_pull SET next_at = $2, last_at = $3 WHERE post_id = $1"
    await sql(plan, [posts[0], now + 9 * HOUR, now + 8 * HOUR])
    await sql(plan, [posts[1], now + 9 * HOUR, now - HOUR])
    await sql(plan, [posts[2], now + timedelta(days=400), None])
    pause = (
        "INSERT INTO account_pull (account_id, failures, paused_until, last_failure_at,"
        " last_failure, last_failure_kind) VALUES ($1, 1, $2, $3, 'x', $4)"
    )
    late = now + 8 * HOUR
    await sql(pause, [ids[0], late + HOUR, late, "RETRYABLE"])
    await sql(pause, [ids[1], datetime(9999, 1, 1, tzinfo=UTC), late, "EXPIRED"])
    await sql(pause, [ids[2], now + HOUR, now, "RETRYABLE"])
    for expected in (Mended(2, 1, 0), Mended(0, 0, 0)):
        async with transaction() as client:
            assert await mend_plans(client, now) == expected
    rows = await get_connection("default").execute_query_dict(
        "SELECT next_at FROM post_pull WHERE post_id = ANY($1) ORDER BY post_id", [posts]
    )
    assert [row["next_at"] for row in rows][:3] == [now, now + 9 * HOUR, now]
    rows = await get_connection("default").execute_query_dict(
        "SELECT paused_until FROM account_pull WHERE account_id = ANY($1) ORDER BY account_id",
        [ids],
    )
    assert [row["paused_until"] for row in rows] == [
        now + HOUR,
        datetime(9999, 1, 1, tzinfo=UTC),
        now + HOUR,
    ]


async def test_a_clock_that_goes_by_itself_was_not_turned() -> None:
    ticks, moment = [0.0], [datetime(2026, 3, 1, tzinfo=UTC)]
    watch = ClockWatch(lambda: moment[0], lambda: ticks[0])
    ticks[0] += 86_400
    moment[0] += timedelta(days=1, seconds=5)
    assert watch.turned_by() == timedelta(seconds=5) < TURNED
    moment[0] -= 3 * HOUR
    assert watch.turned_by() == timedelta(seconds=5) - 3 * HOUR
    assert await watch.until_turned() == timedelta(seconds=5) - 3 * HOUR
