"""The rules of the ledger: worked examples, then properties that hold for any history."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.engagement.derivation import (
    Derived,
    Observed,
    Total,
    continued,
    day_starts_at,
    derive,
    hour_starts_at,
    needed_from,
    stale_at,
)
from domain.engagement.rules import MAX_VALUE, Bound, Finality, Source, ValueKind

SHANGHAI = ZoneInfo("Asia/Shanghai")
EXACT, AT_LEAST = Bound.EXACT, Bound.AT_LEAST
LONG_AGO = datetime(2025, 9, 1, tzinfo=UTC)


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of October 2025, Shanghai time."""
    return datetime(2025, 10, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def said(value: int, moment: datetime, bound: Bound = EXACT) -> Observed:
    return Observed(value, moment, bound=bound)


def part(value: int, starts_at: datetime, ends_at: datetime, reported_at: datetime) -> Observed:
    return Observed(
        value,
        reported_at,
        ValueKind.INTERVAL,
        period_starts_at=starts_at,
        period_ends_at=ends_at,
    )


def derived(*observations: Observed, posted_at: datetime = LONG_AGO) -> Derived:
    return derive(observations, posted_at=posted_at, zone=SHANGHAI)


def test_nothing_observed_is_unknown_not_zero() -> None:
    assert derived() == Derived(None, {}, {})


def test_an_observed_zero_is_a_value() -> None:
    assert derived(said(0, at(1, 9))).total == Total(0, at(1, 9))


def test_gains_are_differences_between_the_last_values_of_buckets() -> None:
    result = derived(
        said(100, at(1, 22)),
        said(130, at(1, 23, 10)),
        said(150, at(1, 23, 50)),
        said(155, at(2, 0, 10)),
    )
    assert result == Derived(
        Total(155, at(2, 0, 10)),
        {date(2025, 10, 1): 50, date(2025, 10, 2): 5},
        {at(1, 23): 50, at(2, 0): 5},
    )


def test_the_opening_of_an_old_post_belongs_to_no_day() -> None:
    assert derived(said(5_000, at(1, 9))) == Derived(Total(5_000, at(1, 9)), {}, {})


def test_the_opening_of_a_post_of_that_day_was_gained_on_it() -> None:
    result = derived(said(5_000, at(1, 9, 30)), posted_at=at(1))
    assert result == Derived(
        Total(5_000, at(1, 9, 30)), {date(2025, 10, 1): 5_000}, {at(1, 9): 5_000}
    )
    assert derived(said(5_000, at(1, 9, 30)), posted_at=at(1) - timedelta(seconds=1)).daily == {}


def test_the_first_bucket_after_a_gap_carries_the_difference() -> None:
    result = derived(said(100, at(1, 9)), said(110, at(1, 10)), said(900, at(5, 8)))
    assert result.daily == {date(2025, 10, 1): 10, date(2025, 10, 5): 790}
    assert result.hourly == {at(1, 10): 10, at(5, 8): 790}


def test_no_growth_seen_is_zero_and_nothing_seen_is_a_gap() -> None:
    result = derived(said(100, at(1, 9)), said(100, at(3, 9)))
    assert result.daily == {date(2025, 10, 3): 0}


def test_a_fall_is_a_signed_correction() -> None:
    result = derived(said(1_000, at(1, 9)), said(1_200, at(2, 9)), said(900, at(3, 9)))
    assert result.total == Total(900, at(3, 9))
    assert result.daily == {date(2025, 10, 2): 200, date(2025, 10, 3): -300}


def test_a_bound_does_not_unsay_a_larger_exact_value() -> None:
    result = derived(said(150_000, at(1, 9)), said(100_000, at(2, 9), AT_LEAST))
    assert result == Derived(Total(150_000, at(1, 9)), {}, {})


def test_a_bound_equal_to_an_exact_value_adds_nothing() -> None:
    result = derived(said(100_000, at(1, 9)), said(100_000, at(2, 9), AT_LEAST))
    assert result == Derived(Total(100_000, at(1, 9)), {}, {})


def test_a_larger_bound_replaces_the_value() -> None:
    result = derived(said(80_000, at(1, 9)), said(100_000, at(2, 9), AT_LEAST))
    assert result.total == Total(100_000, at(2, 9), at_least=True)
    assert result.daily == {date(2025, 10, 2): 20_000}


def test_a_bound_said_again_is_as_of_then_and_shows_no_growth() -> None:
    result = derived(said(100_000, at(1, 9), AT_LEAST), said(100_000, at(2, 9), AT_LEAST))
    assert result == Derived(Total(100_000, at(2, 9), at_least=True), {}, {})


def test_an_exact_value_replaces_a_bound_even_a_larger_one() -> None:
    result = derived(said(100_000, at(1, 9), AT_LEAST), said(90_000, at(2, 9)))
    assert result.total == Total(90_000, at(2, 9))
    assert result.daily == {date(2025, 10, 2): -10_000}


@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        (
            Observed(1, at(2), finality=Finality.FINAL, source=Source.PULL),
            Observed(9, at(2), finality=Finality.PROVISIONAL, source=Source.MANUAL),
        ),
        (
            Observed(1, at(2), source=Source.MANUAL, bound=AT_LEAST),
            Observed(9, at(2), source=Source.CSV),
        ),
        (Observed(1, at(2), source=Source.CSV), Observed(9, at(2), source=Source.PUSH)),
        (Observed(1, at(2), source=Source.PUSH), Observed(9, at(2), source=Source.PULL)),
        (Observed(1, at(2)), Observed(9, at(2), bound=AT_LEAST)),
        (Observed(9, at(2)), Observed(1, at(2))),
    ],
)
def test_at_one_moment_the_more_certain_word_wins(winner: Observed, loser: Observed) -> None:
    assert derived(winner, loser) == derived(loser, winner) == derived(winner)


def test_the_last_word_decides_whether_the_total_is_provisional() -> None:
    early = Observed(10, at(1), finality=Finality.PROVISIONAL)
    assert derived(early).total == Total(10, at(1), provisional=True)
    assert derived(early, said(12, at(2))).total == Total(12, at(2))


def test_parts_add_up_on_the_day_they_start() -> None:
    result = derived(
        part(30, at(1), at(2), reported_at=at(2, 9)),
        part(40, at(2), at(3), reported_at=at(3, 9)),
        part(5, at(3, 7), at(3, 8), reported_at=at(3, 9)),
    )
    assert result == Derived(
        Total(75, at(3, 8)),
        {date(2025, 10, 1): 30, date(2025, 10, 2): 40, date(2025, 10, 3): 5},
        {at(3, 7): 5},
    )


def test_a_period_restated_counts_once() -> None:
    result = derived(
        part(30, at(1), at(2), reported_at=at(2, 9)),
        part(25, at(1), at(2), reported_at=at(4, 9)),
    )
    assert result == Derived(Total(25, at(2)), {date(2025, 10, 1): 25}, {})


def test_a_period_reported_before_its_end_holds_as_of_the_report() -> None:
    assert derived(part(30, at(1), at(2), reported_at=at(1, 9))).total == Total(30, at(1, 9))


def test_a_part_that_is_a_bound_or_provisional_makes_the_total_so() -> None:
    bound = part(30, at(1), at(2), at(3))._replace(bound=AT_LEAST)
    provisional = part(30, at(2), at(3), at(3))._replace(finality=Finality.PROVISIONAL)
    assert derived(bound, provisional).total == Total(60, at(3), at_least=True, provisional=True)


def test_a_running_total_is_not_added_to_its_parts() -> None:
    result = derived(part(30, at(1), at(2), at(2, 9)), said(100, at(2, 9)), said(110, at(3, 9)))
    assert result == Derived(Total(110, at(3, 9)), {date(2025, 10, 3): 10}, {at(3, 9): 10})


def test_absurd_parts_are_capped_and_said_to_be_a_bound() -> None:
    parts = [part(MAX_VALUE, at(1, 2 * n), at(1, 2 * n + 2), at(9)) for n in range(3)]
    assert derived(*parts) == Derived(
        Total(MAX_VALUE, at(1, 6), at_least=True), {date(2025, 10, 1): MAX_VALUE}, {}
    )


def test_days_are_the_zones() -> None:
    moments = [said(1, at(1, 9)), said(3, at(1, 23, 30)), said(7, at(2, 0, 30))]
    shanghai = derive(moments, posted_at=LONG_AGO, zone=SHANGHAI)
    utc = derive(moments, posted_at=LONG_AGO, zone=ZoneInfo("UTC"))
    assert shanghai.daily == {date(2025, 10, 1): 2, date(2025, 10, 2): 4}
    assert utc.daily == {date(2025, 10, 1): 6}


def test_the_hour_that_comes_twice_is_two_hours() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    first, second = (datetime(2025, 10, 26, hour, 30, tzinfo=UTC) for hour in (0, 1))
    result = derive([said(5, first), said(9, second)], posted_at=first, zone=berlin)
    assert result.daily == {date(2025, 10, 26): 9}
    assert result.hourly == {
        datetime(2025, 10, 26, 0, tzinfo=UTC): 5,
        datetime(2025, 10, 26, 1, tzinfo=UTC): 4,
    }


def test_a_day_without_midnight_starts_when_its_clock_starts() -> None:
    cairo = ZoneInfo("Africa/Cairo")
    moment = datetime(2025, 4, 25, 12, tzinfo=cairo)
    assert day_starts_at(moment, cairo) == datetime(2025, 4, 24, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "fresh_for"),
    [
        (timedelta(hours=-1), timedelta(hours=6)),
        (timedelta(hours=71, minutes=59), timedelta(hours=6)),
        (timedelta(hours=72), timedelta(days=2)),
        (timedelta(days=29, hours=23), timedelta(days=2)),
        (timedelta(days=30), timedelta(days=14)),
    ],
)
def test_a_value_goes_stale_sooner_on_a_younger_post(age: timedelta, fresh_for: timedelta) -> None:
    assert stale_at(at(1) + age, at(1), False) == at(1) + age + fresh_for
    assert stale_at(at(1) + age, at(1), True) is None
    assert stale_at(at(1) + age, at(1), False, 33) == at(1) + age + fresh_for + timedelta(hours=33)
    assert stale_at(at(1) + age, at(1), True, 33) is None


def test_a_window_needs_nothing_before_its_anchor() -> None:
    history = [
        said(10, at(1, 9)),
        said(20, at(1, 11, 20)),
        said(100, at(1, 12), AT_LEAST),
        said(120, at(1, 13)),
    ]
    assert needed_from(history, since=at(1, 13, 59), zone=SHANGHAI) == at(1, 11, 20)
    assert needed_from(history, since=at(1, 11, 40), zone=SHANGHAI) == at(1, 9)
    assert needed_from(history, since=at(1, 9), zone=SHANGHAI) is None
    windowed = derive(history[1:], posted_at=at(1), zone=SHANGHAI, since=at(1, 13))
    assert windowed == Derived(Total(120, at(1, 13)), {date(2025, 10, 1): 20}, {at(1, 13): 20})
    assert continued(windowed, {at(1, 9): 10, at(1, 11): 10, at(1, 12): 80}, SHANGHAI) == derived(
        *history, posted_at=at(1)
    )


def test_a_moment_at_which_a_bound_might_win_is_no_anchor() -> None:
    history = [said(10, at(1, 9)), said(20, at(2, 9)), said(30, at(2, 9), AT_LEAST)]
    assert needed_from(history, since=at(3), zone=SHANGHAI) == at(1, 9)


ZONES = st.sampled_from(
    [ZoneInfo(name) for name in ("Asia/Shanghai", "UTC", "America/New_York", "Asia/Kathmandu")]
)
# Few distinct moments and values, so that ties and repetitions are common.
MOMENTS = st.integers(0, 200).map(lambda n: LONG_AGO + timedelta(minutes=40 * n))
VALUES = st.one_of(st.integers(0, 5), st.integers(0, MAX_VALUE))
CUMULATIVE = st.builds(
    Observed,
    value=VALUES,
    observed_at=MOMENTS,
    value_kind=st.just(ValueKind.CUMULATIVE),
    period_starts_at=st.none(),
    period_ends_at=st.none(),
    bound=st.sampled_from(Bound),
    finality=st.sampled_from(Finality),
    source=st.sampled_from(Source),
)


@st.composite
def intervals(draw: st.DrawFn) -> Observed:
    starts_at = draw(MOMENTS)
    return draw(CUMULATIVE)._replace(
        value=draw(st.integers(0, 1_000)),
        value_kind=ValueKind.INTERVAL,
        period_starts_at=starts_at,
        period_ends_at=starts_at + timedelta(hours=draw(st.sampled_from([1, 5, 24]))),
    )


HISTORIES = st.one_of(
    st.lists(CUMULATIVE, max_size=25),
    st.lists(intervals(), max_size=25),
    st.lists(CUMULATIVE | intervals(), max_size=25),
)


@given(HISTORIES, MOMENTS, ZONES, st.data())
def test_order_and_repetition_change_nothing(
    history: list[Observed], posted_at: datetime, zone: ZoneInfo, data: st.DataObject
) -> None:
    repeated = history + (data.draw(st.lists(st.sampled_from(history))) if history else [])
    shuffled = data.draw(st.permutations(repeated))
    expected = derive(history, posted_at=posted_at, zone=zone)
    assert derive(shuffled, posted_at=posted_at, zone=zone) == expected


@given(HISTORIES, MOMENTS, ZONES)
def test_the_total_is_the_opening_and_the_sum_of_the_days(
    history: list[Observed], posted_at: datetime, zone: ZoneInfo
) -> None:
    result = derive(history, posted_at=posted_at, zone=zone)
    if result.total is None:
        assert history == []
        return
    running = [each for each in history if each.value_kind == ValueKind.CUMULATIVE]
    opening = 0
    if running:
        first_at = min(each.observed_at for each in running)
        if posted_at < day_starts_at(first_at, zone):
            at_first = [each for each in running if each.observed_at == first_at]
            first = derive(at_first, posted_at=posted_at, zone=zone)
            assert first.total is not None
            opening = first.total.value
        assert sum(result.hourly.values()) == sum(result.daily.values())
    assert result.total.value == opening + sum(result.daily.values())


@given(st.lists(CUMULATIVE, max_size=25), MOMENTS, MOMENTS, ZONES)
def test_a_window_continues_to_the_whole(
    history: list[Observed], since: datetime, posted_at: datetime, zone: ZoneInfo
) -> None:
    anchor = needed_from(history, since=since, zone=zone)
    if anchor is None:
        return
    whole = derive(history, posted_at=posted_at, zone=zone)
    needed = [each for each in history if each.observed_at >= anchor]
    windowed = derive(needed, posted_at=posted_at, zone=zone, since=since)
    first_day, first_hour = since.astimezone(zone).date(), hour_starts_at(since, zone)
    of_its_days = {h: g for h, g in whole.hourly.items() if h >= day_starts_at(since, zone)}
    earlier = {hour: gain for hour, gain in of_its_days.items() if hour < first_hour}
    assert all(hour >= first_hour for hour in windowed.hourly)
    assert continued(windowed, earlier, zone) == Derived(
        whole.total,
        {day: gain for day, gain in whole.daily.items() if day >= first_day},
        of_its_days,
    )


@given(st.lists(CUMULATIVE, max_size=25), CUMULATIVE, MOMENTS, ZONES)
def test_a_new_observation_changes_nothing_before_its_hour(
    history: list[Observed], new: Observed, posted_at: datetime, zone: ZoneInfo
) -> None:
    before = derive(history, posted_at=posted_at, zone=zone)
    after = derive([*history, new], posted_at=posted_at, zone=zone)
    day, hour = new.observed_at.astimezone(zone).date(), hour_starts_at(new.observed_at, zone)
    for was, now, first in (
        (before.daily, after.daily, day),
        (before.hourly, after.hourly, hour),
    ):
        assert {b: v for b, v in was.items() if b < first} == {
            b: v for b, v in now.items() if b < first
        }


@given(st.lists(CUMULATIVE.map(lambda each: each._replace(bound=EXACT)), min_size=1), MOMENTS)
def test_exact_totals_are_the_latest_word(history: list[Observed], posted_at: datetime) -> None:
    result = derive(history, posted_at=posted_at, zone=SHANGHAI)
    latest = max(each.observed_at for each in history)
    assert result.total is not None
    assert result.total.as_of == latest
    assert not result.total.at_least
    assert result.total.value in {each.value for each in history if each.observed_at == latest}


@given(st.lists(CUMULATIVE, min_size=1, max_size=25), MOMENTS)
def test_a_bound_never_lowers_what_stands(history: list[Observed], posted_at: datetime) -> None:
    before = derive(history, posted_at=posted_at, zone=SHANGHAI).total
    assert before is not None
    later = max(each.observed_at for each in history) + timedelta(hours=1)
    after = derive(
        [*history, said(before.value, later, AT_LEAST)], posted_at=posted_at, zone=SHANGHAI
    ).total
    assert after is not None
    assert (after.value, after.at_least) == (before.value, before.at_least)
