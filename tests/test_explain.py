"""No list looks at more rows because the table grew: every list, in every order, with each of its
conditions alone, by plans that know the values and by plans that do not, for both kinds of viewer.

3,000 articles, 9,000 posts and 180,000 daily rows in every run: what looks at a whole table looks
at 600 rows at least, far above what a page may. XINFENG_SLOW=1 asks for the full size, 50,000,
150,000 and 3,000,000:

    XINFENG_SLOW=1 .venv/bin/python -m pytest tests/test_explain.py
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from domain.access import ANONYMOUS, SYSTEM, Viewer
from domain.database import connection_parameters
from domain.reader import SETTINGS
from schema.execution.documents import Refused
from schema.execution.engine import Engine, Request
from schema.root import build
from tests.explained import Work, work
from tests.listings import Listing, listings
from tests.oracle.effort import IS_SLOW, MARKS
from tests.oracle.executor import schema_of
from tests.side_by_side import SDL
from tests.sized import make_sized

pytestmark = MARKS

ARTICLES = 50_000 if IS_SLOW else 3_000
PAGE = 20
MOST_LOOKED_AT = 130
"""Rows a page of twenty may look at: each row, what stands beside it, and some that do not fit."""
NATURAL_ROWS = 731
"""The organizations there are: sorting them all is no matter."""


RANKED = ("MOST_READ",)


@dataclass(frozen=True)
class Weak:
    """A condition no index serves, and why that is left so. Its cost is bounded by the list's own
    rows, each looked at twice at most. orders: all, unless they are named."""

    condition: str
    reason: str
    orders: tuple[str, ...] = ()

    def covers(self, listing: Listing) -> bool:
        return listing.condition == self.condition and (
            not self.orders or listing.order in self.orders
        )


WEAK = [
    *(
        Weak(condition, "the most read of a period: reads the period's, or the ranking", RANKED)
        for condition in ("publishedSince", "publishedBefore", "postedSince", "postedBefore")
    ),
]
LISTINGS = list(listings(schema_of(SDL.read_text(encoding="utf-8"))))
PLACES = sorted({listing.place for listing in LISTINGS})
DEEP = [
    listing
    for listing in LISTINGS
    if not listing.condition and listing.place in ("Query.articles", "Query.posts", "Query.teams")
]


@dataclass
class Sized:
    connection: asyncpg.Connection
    engine: Engine

    async def works(self, query: str, variables: dict[str, Any]) -> list[Work]:
        """As strangers, where they may ask it, and as administrators, each with a plan that knows
        the values and one that does not."""
        viewers = (ANONYMOUS, SYSTEM) if self._is_public(query, variables) else (SYSTEM,)
        return [
            await work(self.connection, self.engine, query, variables, viewer, generic=generic)
            for viewer in viewers
            for generic in (False, True)
        ]

    def _is_public(self, query: str, variables: dict[str, Any]) -> bool:
        try:
            self.engine.prepare(Request(query, variables), ANONYMOUS)
        except Refused as refused:
            (error,) = refused.errors
            assert (error.extensions or {})["code"] == "FORBIDDEN"
            return False
        return True

    async def ask(self, query: str, variables: dict[str, Any], viewer: Viewer) -> Any:
        prepared = self.engine.prepare(Request(query, variables), viewer)
        assert prepared.plan is not None
        row = await self.connection.fetchrow(prepared.plan.sql, *prepared.values)
        return [json.loads(text or "null") for text in row]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sized(database_url: str) -> AsyncIterator[Sized]:
    await make_sized(database_url, ARTICLES)
    connection = await asyncpg.connect(
        **connection_parameters(database_url), server_settings=SETTINGS
    )
    try:
        yield Sized(connection, Engine(build(), zone="Asia/Shanghai"))
    finally:
        await connection.close()


def _weakness(listing: Listing) -> Weak | None:
    return next((weak for weak in WEAK if weak.covers(listing)), None)


async def _dear(sized: Sized, listing: Listing, most: int) -> list[str]:
    """The works of a page that look at more rows than that, or sort many."""
    works = await sized.works(listing.query("nodes { id }"), listing.variables)
    return [
        f"{listing}: {found}"
        for found in works
        if found.looked_at > most or found.sorted > max(NATURAL_ROWS, most)
    ]


@pytest.mark.parametrize("place", PLACES)
async def test_a_page_looks_at_no_more_than_a_page(sized: Sized, place: str) -> None:
    """Below a parent, a condition is a second one: the parent's rows bound what is looked at. What
    runs at a moment is read whole: the campaign, its total, and once more by its id."""
    dear: list[str] = []
    for listing in LISTINGS:
        if listing.place != place or (listing.is_root and _weakness(listing)):
            continue
        most = MOST_LOOKED_AT
        if not listing.is_root and listing.condition:
            most += 2 * await _length(sized, listing)
        if listing.is_root and listing.condition == "runningAt":
            most += 3 * await _fitting(sized, listing)
        dear += await _dear(sized, listing, most)
    assert dear == []


async def _length(sized: Sized, listing: Listing) -> int:
    """Of the whole list below its parent, as an administrator has it."""
    whole = Listing(listing.place, listing.order)
    (found,) = await sized.ask(whole.query("totalCount"), {}, SYSTEM)
    return int(found[listing.place.split(".")[1]]["totalCount"]) if found else 0


async def _fitting(sized: Sized, listing: Listing) -> int:
    """How many rows of the whole list fit its condition."""
    (found,) = await sized.ask(listing.query("totalCount"), listing.variables, SYSTEM)
    return int(found["totalCount"])


@pytest.mark.parametrize("weak", WEAK, ids=lambda weak: f"{weak.condition}-{len(weak.orders)}")
async def test_what_no_index_serves_is_bounded_by_its_list(sized: Sized, weak: Weak) -> None:
    """At the full size it is weak indeed: else it does not belong among the weak."""
    covered = [listing for listing in LISTINGS if listing.is_root and weak.covers(listing)]
    for listing in covered:
        assert await _dear(sized, listing, 2 * 3 * ARTICLES + MOST_LOOKED_AT) == []
    if IS_SLOW:
        dear = [await _dear(sized, listing, MOST_LOOKED_AT) for listing in covered]
        assert any(dear)


@pytest.mark.parametrize("listing", DEEP, ids=str)
async def test_a_deep_page_costs_what_the_first_one_costs(sized: Sized, listing: Listing) -> None:
    query = listing.query("nodes { id }", f"first: {PAGE}")
    below = listing.query("nodes { id }", f"first: {PAGE}, after: $after")
    below = below.replace("query {", "query($after: String) {")
    depth = 100 if IS_SLOW else 10 if listing.place == "Query.teams" else 20
    after = await _cursor(sized, listing, depth)
    firsts, deeps = await sized.works(query, {}), await sized.works(below, {"after": after})
    for first, deep in zip(firsts, deeps, strict=True):
        assert deep.looked_at <= MOST_LOOKED_AT, f"{listing}: {deep}"
        assert deep.buffers <= first.buffers * 1.25 + 20, f"{first} | {deep}"


async def _cursor(sized: Sized, listing: Listing, hundreds: int) -> str:
    """Where so many hundreds of rows end, as a client finds it: page by page."""
    page = listing.query("pageInfo { endCursor }", "first: 100, after: $after")
    page = page.replace("query {", "query($after: String) {")
    after: str | None = None
    for _ in range(hundreds):
        (found,) = await sized.ask(page, {"after": after}, ANONYMOUS)
        after = found["pageInfo"]["endCursor"] or after
    assert after is not None
    return after


@pytest.mark.parametrize("place", PLACES)
async def test_how_long_a_list_is_is_not_counted(sized: Sized, place: str) -> None:
    """A subtree's is: the organizations there are bound it. A category's articles are added up, a
    number for each category below it."""
    listing = next(listing for listing in LISTINGS if listing.place == place)
    most = 5 if place == "Category.articles" else 3
    for found in await sized.works(listing.query("totalCount"), {}):
        assert found.looked_at <= most, f"{listing}: {found}"
        assert found.buffers < 40, f"{listing}: {found}"


LEADERS = "query($of: LeaderboardOf!) { leaderboard(of: $of, first: 10) { rank value } }"


@pytest.mark.parametrize("of", ["ARTICLES", "ACCOUNTS", "PARTNERS", "ORGANIZATIONS"])
async def test_leaders_are_read_off_the_ranking(sized: Sized, of: str) -> None:
    for found in await sized.works(LEADERS, {"of": of}):
        assert found.looked_at <= MOST_LOOKED_AT, str(found)
        assert found.sorted <= NATURAL_ROWS, str(found)


PERIOD = """query($of: LeaderboardOf!) {
    leaderboard(of: $of, first: 10, since: "2026-01-01", until: "2026-01-30") { value } }"""
DAYS = """SELECT count(*) AS days, count(DISTINCT subject_id) AS subjects FROM engagement_daily
WHERE subject_kind = $1 AND metric = 'READS' AND day BETWEEN '2026-01-01' AND '2026-01-30'"""


@pytest.mark.parametrize("of", ["ARTICLES", "ACCOUNTS", "PARTNERS", "ORGANIZATIONS"])
async def test_leaders_of_a_period_read_its_days_and_no_others(sized: Sized, of: str) -> None:
    """Each day once, by an index; what is ranked is what gained in these days, and no more of it
    than is shown is looked up."""
    row = await sized.connection.fetchrow(DAYS, of[:-1])
    most = row["days"] + MOST_LOOKED_AT
    for found in await sized.works(PERIOD, {"of": of}):
        assert found.looked_at <= most, str(found)
        assert found.sorted <= max(row["days"], row["subjects"]), str(found)


@pytest.mark.parametrize("id_", ["Network:1", "Organization:1", "Account:1", "Article:100"])
async def test_totals_and_series_read_their_own_rows(sized: Sized, id_: str) -> None:
    """Four totals, thirty days: and not one row more than what is shown, days looked at twice."""
    query = """query($id: ID!) { engagementSeries(id: $id, since: "2026-01-01", until: "2026-01-30")
        { points { value } subject { reads { value } likes { value } } } }"""
    for found in await sized.works(query, {"id": id_}):
        assert found.looked_at <= 2 * 30 + 6, str(found)
        assert found.sorted <= 30, str(found)


COVERED = LEADERS.replace("first: 10", "first: 10, minimumCoverage: 0.9")


async def test_leaders_of_some_coverage_are_read_off_the_ranking_too(sized: Sized) -> None:
    """Here everybody has it: a board of those few who do reads those who do not as well."""
    for found in await sized.works(COVERED, {"of": "ARTICLES"}):
        assert found.looked_at <= MOST_LOOKED_AT, str(found)
        assert found.sorted <= NATURAL_ROWS, str(found)


@pytest.mark.parametrize("id_", ["Network:1", "Organization:1", "Account:1", "Article:100"])
@pytest.mark.parametrize(
    "asked",
    [
        "series(bucket: WEEK, since: $since, until: $until) { value daysKnown isComplete }",
        "series(since: $since, until: $until, gaps: true) { value isComplete }",
        "gained(since: $since, until: $until) { value previous ratio isComplete }",
    ],
)
async def test_what_is_made_of_days_reads_no_other_days(sized: Sized, id_: str, asked: str) -> None:
    """Thirty days and what lies before them, each looked at a few times on its way up."""
    query = f"""query($id: ID!, $since: Date, $until: Date) {{
        node(id: $id) {{ ... on Counted {{ {asked} }} }} }}"""
    given = {"id": id_, "since": "2026-01-01", "until": "2026-01-30"}
    for found in await sized.works(query, given):
        assert found.looked_at <= 5 * 30 + 6, str(found)
        assert found.sorted <= 60, str(found)
