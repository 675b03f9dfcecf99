"""Where what is counted changes, counts people, or is counted elsewhere already; and periods that
overlap. Pure rules first, by worked examples and against brute force, then sums in a district."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from domain.engagement.actions.rollup import roll_up_all
from domain.engagement.actions.verify import verify
from domain.engagement.cover import Period, finest_cover
from domain.engagement.derivation import Derived, Observed, Total, derive
from domain.engagement.rules import Addition, ValueKind
from domain.engagement.segments import Break
from tests import engagement_district as d

SHANGHAI = ZoneInfo("Asia/Shanghai")
LONG_AGO = datetime(2025, 9, 1, tzinfo=UTC)
OLD, PEOPLE, WEIBO = "wechat.page_reads", "wechat.read_users/2025-11", "weibo.reads/2013-03"
NEVER, UNLESS = Addition.NEVER, Addition.UNLESS_ORIGINAL


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2025, 10, day, hour, tzinfo=SHANGHAI).astimezone(UTC)


def said(value: int, moment: datetime, definition: str = "") -> Observed:
    return Observed(value, moment, definition=definition)


def period(value: int, starts: datetime, hours: int, definition: str = "") -> Observed:
    ends = starts + timedelta(hours=hours)
    kind = ValueKind.INTERVAL
    return Observed(
        value, at(30), kind, period_starts_at=starts, period_ends_at=ends, definition=definition
    )


def derived(*observations: Observed) -> Derived:
    return derive(observations, posted_at=LONG_AGO, zone=SHANGHAI)


def test_nothing_is_subtracted_across_a_break() -> None:
    found = derived(
        said(900, at(1, 9), OLD),
        said(1000, at(1, 20), OLD),
        said(300, at(2, 9), PEOPLE),
        said(350, at(2, 20), PEOPLE),
        said(360, at(3, 9), PEOPLE),
    )
    assert found.total == Total(360, at(3, 9), definition=PEOPLE, addition=NEVER)
    assert found.daily == {date(2025, 10, 1): 100, date(2025, 10, 2): 50, date(2025, 10, 3): 10}
    assert [found.addition(day) for day in found.daily] == [Addition.ALWAYS, NEVER, NEVER]
    assert found.breaks == (Break(at(2, 9), OLD, PEOPLE),)


def test_a_day_holds_the_gains_of_one_definition() -> None:
    morning = [said(900, at(1, 8), OLD), said(1000, at(1, 9), OLD), said(300, at(1, 10), PEOPLE)]
    assert derived(*morning).daily == {date(2025, 10, 1): 100}
    found = derived(*morning, said(320, at(1, 11), PEOPLE))
    assert found.daily == {date(2025, 10, 1): 20}
    assert found.addition(date(2025, 10, 1)) is NEVER


def test_what_the_former_definition_still_says_is_set_aside() -> None:
    found = derived(
        said(300, at(2, 9), PEOPLE), said(2000, at(3, 9), OLD), said(310, at(4, 9), PEOPLE)
    )
    assert found == Derived(
        Total(310, at(4, 9), definition=PEOPLE, addition=NEVER),
        {date(2025, 10, 4): 10},
        {at(4, 9): 10},
        {date(2025, 10, 4): NEVER, at(4, 9): NEVER},
    )


def test_a_partners_own_wording_goes_with_whichever_leads() -> None:
    found = derived(said(10, at(1), "ours"), said(30, at(2), WEIBO), said(35, at(3), "ours"))
    assert found.total == Total(35, at(3), definition=WEIBO, addition=UNLESS)
    assert found.breaks == ()
    assert found.daily == {date(2025, 10, 2): 20, date(2025, 10, 3): 5}


def test_cumulative_series_by_date_of_publication() -> None:
    """WeChat: each stat_date says everything since publication, as of that day's end."""
    end_of_day = [at(day + 1) - timedelta(seconds=1) for day in (5, 6, 7)]
    told = [
        said(value, end, PEOPLE) for value, end in zip((120, 180, 190), end_of_day, strict=True)
    ]
    found = derive(told, posted_at=at(5, 9), zone=SHANGHAI)
    assert found.daily == {date(2025, 10, 5): 120, date(2025, 10, 6): 60, date(2025, 10, 7): 10}
    corrected = derive([*told, said(170, end_of_day[1], PEOPLE)], posted_at=at(5, 9), zone=SHANGHAI)
    assert corrected.daily == found.daily  # of two words for one moment the higher
    later = derive(told[::-1] + told, posted_at=at(5, 9), zone=SHANGHAI)
    assert later == found


def test_people_of_several_periods_are_at_least_those_of_the_largest() -> None:
    found = derived(period(70, at(1), 24, PEOPLE), period(50, at(2), 24, PEOPLE))
    assert found.total == Total(70, at(3), at_least=True, definition=PEOPLE, addition=NEVER)
    assert found.daily == {date(2025, 10, 1): 70, date(2025, 10, 2): 50}
    one = derived(period(70, at(1), 24, PEOPLE))
    assert one.total == Total(70, at(2), definition=PEOPLE, addition=NEVER)


def test_a_day_is_told_by_its_hours_only_if_all_are_there() -> None:
    day = period(240, at(1), 24)
    hours = [period(11, at(1, hour), 1) for hour in range(24)]
    whole = derived(day, *hours)
    assert whole.total == Total(264, at(2))
    assert len(whole.hourly) == 24
    missing = derived(day, *hours[1:])
    assert missing.total == Total(240, at(2))
    assert missing.hourly == {}


def test_time_that_no_chosen_period_covers_makes_the_total_a_bound() -> None:
    found = derived(period(30, at(1), 24), period(40, at(1, 12), 24))
    assert found.total == Total(40, at(2, 12), at_least=True)


@st.composite
def some_periods(draw: st.DrawFn) -> list[Period]:
    bounds = st.tuples(st.integers(0, 8), st.integers(1, 4))
    drawn = draw(st.lists(bounds, min_size=1, max_size=8, unique=True))
    return [(at(1, start), at(1, start + length)) for start, length in drawn]


@given(periods=some_periods())
def test_the_cover_is_the_best_of_all_disjoint_choices(periods: list[Period]) -> None:
    def merit(chosen: tuple[Period, ...]) -> tuple[timedelta, int]:
        return sum((end - start for start, end in chosen), timedelta()), len(chosen)

    disjoint = [
        chosen
        for size in range(1, len(periods) + 1)
        for chosen in combinations(sorted(periods), size)
        if all(one[1] <= other[0] for one, other in pairwise(chosen))
    ]
    found, is_complete = finest_cover(periods)
    assert tuple(found) in disjoint
    assert merit(tuple(found)) == max(merit(chosen) for chosen in disjoint)
    known = {
        start + timedelta(hours=hour)
        for start, end in periods
        for hour in range((end - start) // timedelta(hours=1))
    }
    assert is_complete == (merit(tuple(found))[0] == timedelta(hours=len(known)))
    assert finest_cover(periods[::-1]) == (found, is_complete)


@st.composite
def histories(draw: st.DrawFn) -> list[Observed]:
    moments = st.integers(0, 90).map(lambda hours: at(1) + timedelta(hours=hours))
    codes = st.sampled_from(["", "ours", OLD, PEOPLE, WEIBO])
    words = st.builds(said, st.integers(0, 500), moments, codes)
    spans = st.builds(period, st.integers(0, 500), moments, st.sampled_from([1, 6, 24]), codes)
    only_spans = draw(st.booleans())
    return draw(st.lists(spans if only_spans else words | spans, min_size=1, max_size=14))


@given(history=histories(), draw=st.data())
def test_order_and_repetition_change_nothing(history: list[Observed], draw: st.DataObject) -> None:
    again = draw.draw(st.permutations(history + draw.draw(st.lists(st.sampled_from(history)))))
    assert derived(*again) == derived(*history)


@given(history=histories())
def test_what_is_never_added_counts_people(history: list[Observed]) -> None:
    found = derived(*history)
    assert found.total is not None
    assert (found.total.addition is NEVER) == (found.total.definition == PEOPLE)
    assert found.total.value >= 0
    assert len(found.breaks) <= 2
    assert [each.at for each in found.breaks] == sorted(each.at for each in found.breaks)


@given(history=histories(), number=st.integers(0, 13), value=st.integers(0, 500))
def test_a_restatement_taken_back_leaves_no_trace(
    history: list[Observed], number: int, value: int
) -> None:
    spans = [each for each in history if each.value_kind is ValueKind.INTERVAL]
    if len(spans) < len(history):
        spans = []
    for span in spans[number : number + 1]:
        stands = derived(*history)
        last = derived(*(each for each in spans if each[6:8] == span[6:8]))
        assert last.total is not None
        wrong = span._replace(value=value, observed_at=at(30, 1))
        right = span._replace(value=last.total.value, observed_at=at(30, 2))
        if len({each.definition for each in spans if each[6:8] == span[6:8]}) == 1:
            assert derived(*history, wrong, right) == stands


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def district(database: str) -> d.District:
    return await d.build()


async def coverage(kind: str, subject_id: int) -> tuple[Any, ...]:
    found = await d.figures(kind, subject_id)
    return tuple(found[name] for name in ("value", "known", "counted", "people", "reposts"))


async def test_people_are_shown_on_the_post_and_never_added(district: d.District) -> None:
    home: dict[str, Any] = {"organization_id": district.point, "article_id": district.article}
    plain = await d.post(district, "plain", **home)
    people = await d.post(district, "people", **home)
    await d.take(
        d.reads(plain, 100, d.POSTED + timedelta(hours=1), definition="ours"),
        d.reads(people, 900, at(2), definition=OLD),
        d.reads(people, 950, at(2, 5), definition=OLD),
    )
    await roll_up_all(zone=d.ZONE)
    assert await coverage("ARTICLE", district.article) == (1050, 2, 2, 0, 0)
    await d.take(
        d.reads(people, 300, at(3), definition=PEOPLE),
        d.reads(people, 320, at(4), definition=PEOPLE),
    )
    await roll_up_all(zone=d.ZONE)
    assert await coverage("POST", people) == (320, 1, 1, 1, 0)
    for kind, number in (("ARTICLE", district.article), ("NETWORK", 0)):
        assert await coverage(kind, number) == (100, 2, 1, 1, 0)
        # What was counted as reads before the break stays in the days before it.
        assert await d.days(kind, number) == {date(2025, 10, 1): 100, date(2025, 10, 2): 50}
    assert await d.days("POST", people) == {date(2025, 10, 2): 50, date(2025, 10, 4): 20}
    assert await verify(zone=d.ZONE, report=d.silent) == []


async def test_a_repost_is_left_out_where_its_original_stands(district: d.District) -> None:
    before = await coverage("ORGANIZATION", district.centre)
    original = await d.post(district, "original", organization_id=district.point)
    repost = await d.post(
        district,
        "repost",
        organization_id=district.other_branch,
        account_id=district.other_account,
        repost_of_id=original,
    )
    await d.take(
        d.reads(original, 500, at(2), definition=WEIBO),
        d.reads(repost, 90, at(2), definition=WEIBO),
        d.reads(repost, 95, at(2, 1), definition=WEIBO),
    )
    await roll_up_all(zone=d.ZONE)
    # Both belong to the partner and stand below the centre; the account and the branch have the
    # repost alone.
    assert await coverage("POST", repost) == (95, 1, 1, 0, 0)
    assert await coverage("ACCOUNT", district.other_account) == (95, 1, 1, 0, 0)
    assert await coverage("ORGANIZATION", district.other_branch) == (95, 1, 1, 0, 0)
    assert await d.days("ACCOUNT", district.other_account) == {date(2025, 10, 2): 5}
    value, known, counted, people, reposts = before
    assert await coverage("ORGANIZATION", district.centre) == (
        (value or 0) + 500,
        known + 2,
        counted + 1,
        people,
        reposts + 1,
    )
    assert await verify(zone=d.ZONE, report=d.silent) == []
