"""The rules of when a post is asked about next."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.engagement.derivation import stale_at
from domain.engagement.rules import Metric, ValueKind
from domain.pulling import rules, schedule
from domain.pulling.rules import CounterValue, FailureKind, Rhythm
from domain.pulling.schedule import LIVELIEST, QUIETEST, Asked, Manner, first_news_at, next_at
from tests.pulling.world import SHANGHAI

NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
"""Noon in Shanghai."""
DAILY = Rhythm(timedelta(days=30), time(8, 5), SHANGHAI)


@pytest.mark.parametrize(
    ("age_days", "shortest", "seconds"),
    [(0, 300, 300), (3, 300, 300), (30, 300, 30_000), (60, 300, 86_400), (60, 90_000, 90_000)],
)
def test_older_posts_are_asked_about_less_often(
    age_days: float, shortest: float, seconds: float
) -> None:
    assert schedule.pull_interval_seconds(age_days * 86_400, shortest) == seconds


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


@pytest.mark.parametrize(
    ("age_days", "quiet", "seconds"),
    [
        (1, 0, 300),
        (1, -2, 300),
        (1, 3, 2400),
        (29, -2, 300 * (29 / 3) ** 2 / 4),
        (29, 3, 86_400),
        (60, -1, 43_200),
        (60, 1, 2 * 86_400),
        (60, 3, 7 * 86_400),
    ],
)
def test_a_post_that_moves_is_asked_about_more_often(
    age_days: float, quiet: int, seconds: float
) -> None:
    assert schedule.pull_interval_seconds(age_days * 86_400, 300, quiet) == seconds


@given(
    age=st.timedeltas(timedelta(0), timedelta(days=3000)),
    shortest=st.floats(1, 1800),
    quiet=st.integers(LIVELIEST, QUIETEST),
)
def test_no_value_becomes_stale_between_two_answers(
    age: timedelta, shortest: float, quiet: int
) -> None:
    interval = schedule.pull_interval_seconds(age.total_seconds(), shortest, quiet)
    assert interval >= shortest
    fresh_until = stale_at(NOON, NOON - age, gone=False)
    assert fresh_until is not None
    assert NOON + timedelta(seconds=interval) < fresh_until


@pytest.mark.parametrize(
    ("quiet", "before", "after", "then"),
    [
        (0, None, 100, 0),
        (0, 1000, 1000, 1),
        (3, 1000, 1000, 3),
        (0, 10_000, 10_009, 1),
        (0, 10_000, 10_010, 0),
        (2, 10_000, 10_010, 2),
        (0, 10_000, 10_100, -1),
        (0, 10_000, 9_900, -1),
        (-2, 10_000, 20_000, -2),
        (3, 10_000, 20_000, 0),
        (0, 0, 0, 1),
        (0, 0, 1, -1),
    ],
)
def test_movement_makes_lively_and_standing_still_quiet(
    quiet: int, before: int | None, after: int, then: int
) -> None:
    assert schedule.quiet_after(quiet, before, after) == then


def test_of_a_series_the_newest_word_counts_and_of_periods_all() -> None:
    def value(number: int, day: int, kind: ValueKind = ValueKind.CUMULATIVE) -> CounterValue:
        moment = NOON + timedelta(days=day)
        return CounterValue("1", Metric.READS, number, "x.reads", kind, observed_at=moment)

    likes = CounterValue("1", Metric.LIKES, 7, "x.likes")
    assert schedule.sum_of([value(5, 1), value(9, 3), value(8, 2), likes]) == 16
    gains = [value(5, 1, ValueKind.INTERVAL), value(8, 2, ValueKind.INTERVAL)]
    assert schedule.sum_of([*gains, likes]) == 20
    assert schedule.sum_of([]) == 0


@pytest.mark.parametrize(
    ("posted_at", "first"),
    [
        ("2026-03-01T23:59:00+08:00", "2026-03-02T08:05:00+08:00"),
        ("2026-03-02T00:00:00+08:00", "2026-03-03T08:05:00+08:00"),
        ("2026-03-01T16:30:00+00:00", "2026-03-03T08:05:00+08:00"),
    ],
)
def test_a_platform_that_counts_by_day_has_news_on_the_next(posted_at: str, first: str) -> None:
    found = first_news_at(DAILY, datetime.fromisoformat(posted_at))
    assert found == datetime.fromisoformat(first)


@pytest.mark.parametrize(
    ("post", "rhythm", "then"),
    [
        (Asked(NOON, 0, True), Rhythm(), NOON + timedelta(minutes=5)),
        (Asked(NOON, 2, True), Rhythm(), NOON + timedelta(minutes=5)),
        (Asked(NOON, 2, False), Rhythm(), NOON + timedelta(minutes=15)),
        (Asked(NOON - timedelta(days=9), 0, True), DAILY, NOON + timedelta(hours=20, minutes=5)),
        (Asked(NOON, 0, True, deferrals=1), DAILY, NOON + timedelta(minutes=30)),
        (Asked(NOON, 0, True, deferrals=3), DAILY, NOON + timedelta(minutes=30)),
        (Asked(NOON, 0, True, deferrals=4), DAILY, NOON + timedelta(hours=20, minutes=5)),
        (Asked(NOON - timedelta(days=30), 0, True), DAILY, None),
        (Asked(NOON - timedelta(days=30), 3, False), DAILY, None),
        (
            Asked(NOON - timedelta(days=30), 1, True),
            DAILY,
            NOON + timedelta(hours=20, minutes=5),
        ),
    ],
)
def test_when_a_post_is_asked_about_next(
    post: Asked, rhythm: Rhythm, then: datetime | None
) -> None:
    assert next_at(post, Manner(rhythm, 300), NOON) == then
