"""Series, comparisons and leaderboards as clients see them: exact values, gaps, what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from tests.counted_days import Days, make_days
from tests.graph import Graph, graph
from tests.rows import SHANGHAI


@dataclass(frozen=True)
class Opened:
    graph: Graph
    days: Days

    async def points(self, arguments: str, post: int | None = None) -> list[list[Any]]:
        """First day (or hour), value, days known, days, whether complete."""
        query = f"""query($id: ID!) {{ post(id: $id) {{ series({arguments}) {{
            startsAt value daysKnown days isComplete }} }} }}"""
        data = await self.graph.ask(query, id=f"Post:{post or self.days.patchy}")
        return [list(point.values()) for point in data["post"]["series"]]

    async def gained(self, arguments: str, post: int | None = None) -> dict[str, Any]:
        query = f"""query($id: ID!) {{ post(id: $id) {{ gained({arguments}) {{
            value previous change ratio noRatio daysKnown days previousDaysKnown previousDays
            isComplete }} }} }}"""
        data = await self.graph.ask(query, id=f"Post:{post or self.days.patchy}")
        found: dict[str, Any] = data["post"]["gained"]
        return found

    async def leaders(self, arguments: str, **variables: Any) -> list[list[Any]]:
        declared = "($share: Float)" if variables else ""
        data = await self.graph.ask(
            f"query{declared} {{ leaderboard({arguments}) {{ rank value subject {{ id }} }} }}",
            **variables,
        )
        return [[row["rank"], row["value"], row["subject"]["id"]] for row in data["leaderboard"]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Opened]:
    async with graph(database_url) as asked:
        yield Opened(asked, await make_days())


def midnight(text: str) -> str:
    """When a day begins in Shanghai, as answers say it."""
    before = date.fromisoformat(text) - timedelta(days=1)
    return f"{before.isoformat()}T16:00:00+00:00"


async def test_weeks_begin_on_mondays_and_say_how_many_of_their_days_are_known(
    opened: Opened,
) -> None:
    assert await opened.points('bucket: WEEK, since: "2025-01-01", until: "2025-02-28"') == [
        [midnight("2025-01-27"), 220, 4, 7, False],
        [midnight("2025-02-03"), -20, 1, 7, False],
        [midnight("2025-02-10"), 300, 1, 7, False],
    ]


async def test_months_are_those_of_the_calendar(opened: Opened) -> None:
    assert await opened.points('bucket: MONTH, since: "2025-01-01", until: "2025-02-28"') == [
        [midnight("2025-01-01"), 210, 3, 31, False],
        [midnight("2025-02-01"), 290, 3, 28, False],
    ]


async def test_a_week_known_to_the_last_day_is_complete(opened: Opened) -> None:
    week = 'bucket: WEEK, since: "2025-03-01", until: "2025-03-31"'
    assert await opened.points(week, opened.days.steady) == [
        [midnight("2025-03-03"), 70, 7, 7, True]
    ]


async def test_a_week_holds_those_of_its_days_that_are_asked_for(opened: Opened) -> None:
    week = 'bucket: WEEK, since: "2025-03-05", until: "2025-03-08"'
    assert await opened.points(week, opened.days.steady) == [
        [midnight("2025-03-03"), 40, 4, 7, False]
    ]


async def test_gaps_have_points_without_a_value(opened: Opened) -> None:
    days = 'since: "2025-01-28", until: "2025-02-01"'
    assert await opened.points(days) == [
        [midnight("2025-01-28"), 100, 1, 1, True],
        [midnight("2025-01-29"), 50, 1, 1, True],
        [midnight("2025-01-31"), 60, 1, 1, True],
    ]
    assert await opened.points(f"{days}, gaps: true") == [
        [midnight("2025-01-28"), 100, 1, 1, True],
        [midnight("2025-01-29"), 50, 1, 1, True],
        [midnight("2025-01-30"), None, 0, 1, False],
        [midnight("2025-01-31"), 60, 1, 1, True],
        [midnight("2025-02-01"), None, 0, 1, False],
    ]
    weeks = 'bucket: WEEK, since: "2025-02-05", until: "2025-02-17", gaps: true'
    assert await opened.points(weeks) == [
        [midnight("2025-02-03"), None, 0, 7, False],
        [midnight("2025-02-10"), 300, 1, 7, False],
        [midnight("2025-02-17"), None, 0, 7, False],
    ]


async def test_hours_have_gaps_too(opened: Opened) -> None:
    found = await opened.points(
        'bucket: HOUR, since: "2025-01-29", until: "2025-01-29", gaps: true'
    )
    hours = [datetime(2025, 1, 28, 16, tzinfo=UTC) + timedelta(hours=hour) for hour in range(24)]
    assert [point[0] for point in found] == [hour.isoformat() for hour in hours]
    assert [point[1:] for point in found] == [
        [50 if hour == 20 else None, None, None, hour == 20] for hour in range(24)
    ]


async def test_gaps_end_today_and_are_the_newest_400(opened: Opened) -> None:
    today = datetime.now(SHANGHAI).date()
    ends = f'since: "{today - timedelta(days=2)}", until: "{today + timedelta(days=9)}"'
    found = await opened.points(f"{ends}, gaps: true")
    passed = datetime.now(SHANGHAI).date() - today
    assert len(found) in {3, 3 + passed.days}
    assert found[0] == [midnight(str(today - timedelta(days=2))), None, 0, 1, False]
    long = await opened.points('since: "2000-01-01", until: "2025-03-09", gaps: true')
    assert len(long) == 400
    assert long[-1] == [midnight("2025-03-09"), None, 0, 1, False]


async def test_what_is_over_only_is_complete(opened: Opened) -> None:
    query = """query($id: ID!) { post(id: $id) { series(bucket: WEEK, gaps: true) {
        startsAt endsAt isComplete } } }"""
    before = datetime.now(SHANGHAI)
    points = (await opened.graph.ask(query, id=f"Post:{opened.days.patchy}"))["post"]["series"]
    assert len(points) == 12
    starts, end = (datetime.fromisoformat(points[-1][name]) for name in ("startsAt", "endsAt"))
    assert (starts.astimezone(SHANGHAI).weekday(), end - starts) == (0, timedelta(days=7))
    assert starts <= before < end or datetime.now(SHANGHAI).date() > before.date()


KNOWN = {"daysKnown": 2, "days": 3, "previousDaysKnown": 2, "previousDays": 3, "isComplete": False}
COMPARISONS = [
    (
        'since: "2025-01-31", until: "2025-02-02"',
        {"value": 70, "previous": 150, "change": -80, "ratio": -80 / 150, "noRatio": None, **KNOWN},
    ),
    (
        'since: "2025-02-10", until: "2025-02-16"',
        {"value": 300, "previous": -20, "change": 320, "noRatio": "PREVIOUS_NOT_POSITIVE"},
    ),
    (
        'since: "2025-01-27", until: "2025-02-02"',
        {"value": 220, "previous": None, "change": None, "noRatio": "PREVIOUS_UNKNOWN"},
    ),
    (
        'since: "2025-02-17", until: "2025-02-23"',
        {"value": None, "previous": 300, "change": None, "noRatio": "UNKNOWN"},
    ),
    (
        'since: "2026-01-28", until: "2026-01-31", compare: YEAR_BEFORE',
        {"value": None, "previous": 210, "previousDaysKnown": 3, "noRatio": "UNKNOWN"},
    ),
]


@pytest.mark.parametrize(("arguments", "expected"), COMPARISONS)
async def test_a_period_beside_the_one_before(
    opened: Opened, arguments: str, expected: dict[str, Any]
) -> None:
    opened.graph.statements.clear()
    found = await opened.gained(arguments)
    assert len(opened.graph.statements) == 1
    assert {name: found[name] for name in expected} == expected
    assert (found["ratio"] is None) is (found["noRatio"] is not None)


async def test_two_periods_known_to_the_last_day(opened: Opened) -> None:
    found = await opened.gained('since: "2025-03-06", until: "2025-03-08"', opened.days.steady)
    assert found == {
        "value": 30,
        "previous": 30,
        "change": 0,
        "ratio": 0,
        "noRatio": None,
        "daysKnown": 3,
        "days": 3,
        "previousDaysKnown": 3,
        "previousDays": 3,
        "isComplete": True,
    }


@pytest.mark.parametrize(
    ("compare", "day", "previous"),
    [
        ("PERIOD_BEFORE", "2025-03-01", "2025-02-28"),
        ("YEAR_BEFORE", "2024-02-29", "2023-02-28"),
        ("YEAR_BEFORE", "2025-02-28", "2024-02-28"),
    ],
)
async def test_which_days_are_before(opened: Opened, compare: str, day: str, previous: str) -> None:
    data = await opened.graph.ask(
        f"""{{ network {{ gained(since: "{day}", until: "{day}", compare: {compare}) {{
            since until previousSince previousUntil }} }} }}"""
    )
    assert data["network"]["gained"] == {
        "since": day,
        "until": day,
        "previousSince": previous,
        "previousUntil": previous,
    }


@pytest.mark.parametrize(
    ("share", "names"), [(0, "half whole"), (0.5, "half whole"), (0.51, "whole"), (1, "whole")]
)
@pytest.mark.parametrize("period", ["", ', since: "2025-01-01", until: "2025-03-31"'])
async def test_leaders_have_the_coverage_that_is_asked_for(
    opened: Opened, share: float, names: str, period: str
) -> None:
    """Of one of two posts of `half` nothing is known."""
    lines = {
        "half": [500, f"Article:{opened.days.half}"],
        "whole": [70, f"Article:{opened.days.whole}"],
    }
    expected = [[place, *lines[name]] for place, name in enumerate(names.split(), 1)]
    literal = f"of: ARTICLES, minimumCoverage: {share}{period}"
    assert await opened.leaders(literal) == expected
    variable = f"of: ARTICLES, minimumCoverage: $share{period}"
    assert await opened.leaders(variable, share=share) == expected


REFUSED = [
    ("leaderboard(of: ARTICLES, minimumCoverage: 1.5) { rank }", "from 0 to 1, not 1.5"),
    ("leaderboard(of: ARTICLES, minimumCoverage: -0.1) { rank }", "from 0 to 1, not -0.1"),
    (
        'leaderboard(of: ARTICLES, since: "2025-03-02", until: "2025-03-01") { rank }',
        "`since` (2025-03-02) is later than `until` (2025-03-01)",
    ),
    (
        'network { gained(since: "2025-03-02", until: "2025-03-01") { value } }',
        "`since` (2025-03-02) is later than `until` (2025-03-01)",
    ),
    (
        'network { series(since: "1999-12-31") { value } }',
        "`since` (1999-12-31) lies outside the years 2000 to 2199",
    ),
    (
        'network { gained(until: "2200-01-01") { value } }',
        "`until` (2200-01-01) lies outside the years 2000 to 2199",
    ),
]


@pytest.mark.parametrize(("asked", "message"), REFUSED)
async def test_what_cannot_be_meant_is_refused_before_anything_runs(
    opened: Opened, asked: str, message: str
) -> None:
    opened.graph.statements.clear()
    error = await opened.graph.error(f"{{ {asked} }}")
    assert message in error["message"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert opened.graph.statements == []
