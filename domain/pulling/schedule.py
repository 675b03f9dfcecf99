"""When a post is asked about next: by its age, its movement, and its platform's rhythm."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from domain.engagement.rules import ValueKind
from domain.pulling.rules import (
    DAY_SECONDS,
    DEFERRALS,
    DEFERRED_SECONDS,
    FRESH_SECONDS,
    BudgetRule,
    CounterValue,
    Rhythm,
)

OLD_SECONDS = 30 * DAY_SECONDS
WEEK_SECONDS = 7 * DAY_SECONDS

LIVELIEST, QUIETEST = -2, 3
"""In doublings of the interval its age says: at most 4 times as often, 8 times as rarely."""

LIVELY_GROWTH = 0.01
QUIET_GROWTH = 0.001
"""What a post gains from one answer to the next, as a share of what it had."""

LONGEST_UNSEEN_FACTOR = 8

OMISSIONS_BEFORE_PROBE = 3
"""Answers in a row that left a post out before the platform is asked whether it still exists."""


class Manner(NamedTuple):
    """How the posts of an account are asked about. shortest_seconds: between two answers."""

    rhythm: Rhythm
    shortest_seconds: float


class Asked(NamedTuple):
    """What is known of a post once an answer about it is read.

    missed: answers in a row that left it out. seen: whether any ever held it.
    quiet: LIVELIEST to QUIETEST. deferrals: how often in a row the platform was not ready.
    """

    posted_at: datetime
    missed: int
    seen: bool
    quiet: int = 0
    deferrals: int = 0


def next_at(post: Asked, manner: Manner, now: datetime) -> datetime | None:
    """When to ask again; None: never, its platform counts such old posts no longer and has said
    its last word."""
    if 0 < post.deferrals <= DEFERRALS:
        return now + timedelta(seconds=DEFERRED_SECONDS)
    if _is_over(post, manner.rhythm, now):
        return None
    age_seconds = (now - post.posted_at).total_seconds()
    interval = pull_interval_seconds(age_seconds, manner.shortest_seconds, post.quiet)
    if post.missed and not post.seen:
        interval *= unseen_factor(post.missed)
    if manner.rhythm.daily_at is not None:
        interval = min(interval, DAY_SECONDS / 2)
    return news_at(manner.rhythm, now + timedelta(seconds=interval))


def _is_over(post: Asked, rhythm: Rhythm, now: datetime) -> bool:
    if rhythm.changes_for is None or now < post.posted_at + rhythm.changes_for:
        return False
    return post.missed == 0 or post.missed >= OMISSIONS_BEFORE_PROBE


def pull_interval_seconds(age_seconds: float, shortest: float, quiet: int = 0) -> float:
    """How long until a post of this age is asked about again.

    By age: the shortest interval for three days; then with the square of the age, to once a day:
    at shortest 300, a post of 30 days is asked about every 8.3 hours. Then doubled `quiet` times
    (halved, when it is negative), but never shorter than the shortest interval, and never longer
    than a day, or a week once it is 30 days old: else its value would be called stale.
    """
    base = shortest * max(age_seconds / FRESH_SECONDS, 1.0) ** 2
    longest = WEEK_SECONDS if age_seconds >= OLD_SECONDS else DAY_SECONDS
    wished = min(base, DAY_SECONDS) * 2.0**quiet
    return max(min(wished, longest), shortest)


def paced_seconds(rule: BudgetRule, wished: float) -> float:
    """The wished interval, or the longer one at which the allowance lasts for its whole window."""
    return max(wished, rule.window_seconds / max(rule.calls, 1))


def quiet_after(quiet: int, before: int | None, after: int) -> int:
    """How quiet a post is once its counters' sum went from `before` (None: unknown) to `after`.

    A post that does not move becomes quieter step by step; one that wakes up is asked about at
    the pace of its age at once, and then livelier step by step. A fall is movement too.
    """
    if before is None:
        return quiet
    growth = abs(after - before) / max(before, 1)
    if growth >= LIVELY_GROWTH:
        return 0 if quiet > 0 else max(quiet - 1, LIVELIEST)
    if growth < QUIET_GROWTH:
        return min(quiet + 1, QUIETEST)
    return quiet


def sum_of(values: Iterable[CounterValue]) -> int:
    """One number for a post's counters: of each cumulative one the newest word, and all gains."""
    newest: dict[object, CounterValue] = {}
    gained = 0
    for value in values:
        if value.value_kind is ValueKind.INTERVAL:
            gained += value.value
            continue
        key = value.metric, value.definition
        known = newest.get(key)
        if known is None or _moment(known) < _moment(value):
            newest[key] = value
    return gained + sum(value.value for value in newest.values())


def _moment(value: CounterValue) -> datetime:
    return value.observed_at or datetime.max.replace(tzinfo=UTC)


def unseen_factor(missed: int) -> int:
    """How many times rarer a post is asked about that the platform has never shown."""
    return min(1 + missed, LONGEST_UNSEEN_FACTOR)


def should_probe(missed: int, seen: bool) -> bool:
    """Whether a post that answers leave out deserves the question if it still exists.

    A post the platform never showed is not gone: it is not there yet.
    """
    return seen and missed >= OMISSIONS_BEFORE_PROBE


def news_at(rhythm: Rhythm, moment: datetime) -> datetime:
    """The first moment from `moment` on at which the platform may have something new."""
    if rhythm.daily_at is None:
        return moment
    local = moment.astimezone(rhythm.zone)
    today = datetime.combine(local.date(), rhythm.daily_at, rhythm.zone)
    if moment <= today:
        return today
    return datetime.combine(local.date() + timedelta(days=1), rhythm.daily_at, rhythm.zone)


def first_news_at(rhythm: Rhythm, posted_at: datetime) -> datetime:
    """When the platform first counts a post: at once, or after the end of the post's day there."""
    if rhythm.daily_at is None:
        return posted_at
    day = posted_at.astimezone(rhythm.zone).date() + timedelta(days=1)
    return news_at(rhythm, datetime.combine(day, time(), rhythm.zone))
