"""Indices in the graph: what clients get, and that it is what the rules say of the same rows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from math import log
from typing import Any

import pytest_asyncio

from domain.database import transaction
from domain.engagement.actions.record import NewObservation, record
from domain.engagement.rules import Metric, Source
from domain.partners.rules import Platform
from tests.graph import Graph, graph
from tests.rows import NOW, SHANGHAI, World, derive, make_account, make_post, make_world

DAY = timedelta(days=1)
TODAY = NOW.astimezone(SHANGHAI).date()
INDEX = """query($id: ID!, $code: String, $since: Date, $until: Date) {
  account(id: $id) { indices(code: $code, since: $since, until: $until) {
    formula { code version name platform grade source expression }
    since until score status coverage { known counted }
    inputs { measure counter value status missing
      coverage { known counted people reposts } } } } }"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def world(opened: Graph) -> World:
    return await make_world()


async def observe(post_id: int, at: datetime, code: str = "test/1", **values: int) -> None:
    """Cumulative values, by the metric's name. code: the definition they are of."""
    said = [
        NewObservation(
            post_id=post_id,
            metric=Metric(name.upper()),
            value=value,
            observed_at=at,
            definition=code,
            source=Source.MANUAL,
        )
        for name, value in values.items()
    ]
    async with transaction() as client:
        await record(client, said, now=NOW + DAY)


async def indices(
    opened: Graph, account_id: int, code: str | None = None, days: int = 4
) -> dict[str, Any]:
    """By code, of the `days` up to today."""
    since = TODAY - timedelta(days=days - 1)
    given: dict[str, Any] = {"id": f"Account:{account_id}", "code": code}
    ends = {"since": since.isoformat(), "until": TODAY.isoformat()}
    # What was asked a moment ago may be answered from memory; here each answer is a new one.
    answer = await opened.post(INDEX, {**given, **ends}, **{"cache-control": "no-cache"})
    found = answer.json()["data"]["account"]["indices"]
    assert all((each["since"], each["until"]) == tuple(ends.values()) for each in found)
    return {each["formula"]["code"]: each for each in found}


def values(index: dict[str, Any]) -> dict[str, Any]:
    return {f"{each['measure']} {each['counter']}": each["value"] for each in index["inputs"]}


async def test_bci_of_an_account(opened: Graph, world: World) -> None:
    first = await make_post(world.account_id, posted_at=NOW - 2 * DAY)
    second = await make_post(world.account_id, posted_at=NOW - DAY)
    old = await make_post(world.account_id, posted_at=NOW - 30 * DAY)
    await observe(first, NOW - DAY, shares=100, comments=40, likes=700)
    await observe(second, NOW, shares=20, comments=5, likes=200)
    await observe(old, NOW, shares=9_999, comments=9_999, likes=9_999)
    await derive()
    index = (await indices(opened, world.account_id))["BCI"]
    assert values(index) == {
        "POSTS None": 2,
        "TOTAL SHARES": 120,
        "TOTAL COMMENTS": 45,
        "TOTAL LIKES": 900,
    }
    second_part = 0.4 * log(121) + 0.4 * log(46) + 0.2 * log(901)
    assert index["score"] == round((0.2 * log(3) + 0.8 * second_part) * 160 * 10_000) / 10_000
    assert (index["status"], index["coverage"]) == ("EXACT", {"known": 2, "counted": 2})
    assert index["formula"]["version"] == "ZHEJIANG"
    assert index["formula"]["grade"] == "W"
    assert {each["missing"] for each in index["inputs"]} == {""}


async def test_an_unknown_input_gives_no_score_and_says_which(opened: Graph, world: World) -> None:
    post = await make_post(world.account_id)
    silent = await make_post(world.account_id)
    await observe(post, NOW, shares=3, comments=1)
    await derive()
    index = (await indices(opened, world.account_id))["BCI"]
    assert (index["score"], index["status"]) == (None, "UNAVAILABLE")
    assert index["coverage"] == {"known": 2, "counted": 0}
    assert values(index)["TOTAL LIKES"] is None
    missing = {each["counter"]: each["missing"] for each in index["inputs"] if each["missing"]}
    assert missing == {"LIKES": "it is not known of any post"}
    await observe(silent, NOW, likes=0)
    await derive()
    index = (await indices(opened, world.account_id))["BCI"]
    assert index["score"] is not None
    assert index["coverage"] == {"known": 2, "counted": 1}


async def test_the_rule_of_weibos_lists_counts_seven_days_of_a_post(
    opened: Graph, world: World
) -> None:
    """Days of the period are 4; a post of 8 days ago had its last recent day 2 days ago."""
    old = await make_post(world.account_id, posted_at=NOW - 8 * DAY)
    await observe(old, NOW - 4 * DAY, reads=1_000, shares=10, comments=10, likes=10)
    await observe(old, NOW - 3 * DAY, reads=1_400, shares=14, comments=10, likes=30)
    await observe(old, NOW, reads=9_000, shares=900, comments=900, likes=900)
    await derive()
    index = (await indices(opened, world.account_id, "WEIBO_LIST"))["WEIBO_LIST"]
    assert values(index) == {
        "GAINED READS": 400,
        "GAINED SHARES": 4,
        "GAINED COMMENTS": 0,
        "GAINED LIKES": 20,
    }
    assert index["score"] == 0.6 * 400 + 0.25 * 4 + 0.05 * 20
    assert index["coverage"] == {"known": 1, "counted": 1}


async def test_wci_says_what_it_lacks(opened: Graph, world: World) -> None:
    account_id = await make_account(world.partner_id, Platform.WECHAT)
    post = await make_post(account_id, posted_at=NOW - DAY)
    await observe(post, NOW, "wechat.read_users/2025-11", reads=100_000)
    await observe(post, NOW, likes=30, shares=12)
    await derive()
    found = await indices(opened, account_id)
    assert list(found) == ["WCI"], "the others are about Weibo"
    index = found["WCI"]
    assert (index["score"], index["status"]) == (None, "UNAVAILABLE")
    people = next(each for each in index["inputs"] if each["missing"].startswith("the platform"))
    assert people["coverage"] == {"known": 1, "counted": 0, "people": 1, "reposts": 0}
    reasons = {f"{each['measure']} {each['counter']}": each["missing"] for each in index["inputs"]}
    assert len(reasons) == 16
    assert reasons["PER_DAY READS"] == "the platform counts people, who must not be added up"
    assert reasons["PER_DAY WOWS"] == "the ledger has no such counter"
    assert reasons["HEADLINES_PER_DAY READS"] == "it is not known which articles were headlines"
    known = {name: value for name, value in values(index).items() if value is not None}
    assert known == {
        "PER_DAY LIKES": 7.5,
        "PER_DAY SHARES": 3,
        "PER_POST READS": 100_000,
        "PER_POST LIKES": 30,
        "PER_POST SHARES": 12,
        "HIGHEST READS": 100_000,
        "HIGHEST LIKES": 30,
        "HIGHEST SHARES": 12,
    }


async def test_a_partners_indices_are_of_all_its_accounts_on_the_platform(
    opened: Graph, world: World
) -> None:
    other = await make_account(world.partner_id)
    elsewhere = await make_account(world.partner_id, Platform.ZHIHU)
    for account_id, shares in ((world.account_id, 1), (other, 2), (elsewhere, 1_000)):
        post = await make_post(account_id)
        await observe(post, NOW, shares=shares, comments=0, likes=0)
    await derive()
    query = """query($id: ID!, $day: Date) { partner(id: $id) {
        indices(code: "BCI", since: $day, until: $day) { score inputs { counter value } } } }"""
    given = {"id": f"Partner:{world.partner_id}", "day": TODAY.isoformat()}
    (index,) = (await opened.ask(query, **given))["partner"]["indices"]
    assert index["inputs"][1] == {"counter": "SHARES", "value": 3}
    assert index["score"] == round((0.2 * log(3) + 0.32 * log(4)) * 160 * 10_000) / 10_000


async def test_an_account_without_posts_is_known_to_have_none(opened: Graph, world: World) -> None:
    index = (await indices(opened, world.account_id))["BCI"]
    assert (index["score"], index["status"]) == (0, "EXACT")
    assert index["coverage"] == {"known": 0, "counted": 0}
    elsewhere = await make_account(world.partner_id, Platform.ZHIHU)
    assert await indices(opened, elsewhere) == {}
    assert await indices(opened, world.account_id, "no such") == {}


async def test_formulas_are_told_and_a_period_the_wrong_way_is_refused(
    opened: Graph, world: World
) -> None:
    asked = "{ indexFormulas { code version expression source notes } }"
    told = (await opened.ask(asked))["indexFormulas"]
    assert [(each["code"], each["version"]) for each in told] == [
        ("BCI", "ZHEJIANG"),
        ("WCI", "V14.2"),
        ("WEIBO_LIST", "60-25-10-5"),
    ]
    assert told[0]["expression"].startswith("(20%·W1 + 80%·W2) × 160")
    wrong = {"since": "2026-03-02", "until": "2026-03-01"}
    error = await opened.error(INDEX, id=f"Account:{world.account_id}", **wrong)
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_indices_are_read_in_the_one_statement_of_their_query(
    opened: Graph, world: World
) -> None:
    opened.statements.clear()
    await opened.ask("{ partners { nodes { id indices { score inputs { value } } } } }")
    await asyncio.sleep(0)  # the driver tells of a statement in the loop's next turn
    assert len(opened.statements) == 1
