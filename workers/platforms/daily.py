"""What adapters share whose platforms count by day or by hour, in a time zone of the site's own.

A day that is over is asked about again on the two days after it: figures correct themselves.
Asking about all days each time would only say the same words again.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.engagement.definitions import definition
from domain.engagement.rules import Finality, Metric, ValueKind
from domain.partners.rules import Platform
from domain.pulling.rules import CounterValue
from workers.platforms.failures import Expired, Refused
from workers.platforms.protocol import AskedPost, PulledAccount

USUAL_ZONE = "Asia/Shanghai"
SETTLING_DAYS = 1
"""Days before the last that was seen which are asked about once more."""
MOST_DAYS = 365
"""Days that are made up for a post that was never seen before."""


class Period(NamedTuple):
    """From its start until before its end; in UTC, where no moment is there twice."""

    starts_at: datetime
    ends_at: datetime


def zone_of(account: PulledAccount) -> ZoneInfo:
    """The account's option time_zone. Raises Refused when it names none."""
    name = account.options.get("time_zone", USUAL_ZONE)
    try:
        return ZoneInfo(str(name))
    except (ValueError, OSError, KeyError) as error:
        raise Refused("the account's option time_zone is no time zone") from error


def first_day(post: AskedPost, now: datetime, zone: ZoneInfo) -> date:
    """The first day that an answer of `now` can add to what is known of the post."""
    today = now.astimezone(zone).date()
    posted = max(post.posted_at.astimezone(zone).date(), today - timedelta(MOST_DAYS))
    if post.seen_at is None:
        return min(posted, today)
    seen = post.seen_at.astimezone(zone).date()
    if seen >= today:
        return today
    return max(seen - timedelta(SETTLING_DAYS), posted)


def day_period(day: date, zone: ZoneInfo) -> Period:
    """A day there: 23 or 25 hours where clocks are changed."""
    ends = (datetime.combine(each, time(), zone) for each in (day, day + _DAY))
    return Period(*(moment.astimezone(UTC) for moment in ends))


def hour_period(local: datetime, zone: ZoneInfo) -> Period:
    """The hour of a naive local time; two hours where clocks are put back within it."""
    ends = (moment.replace(tzinfo=zone) for moment in (local, local + _HOUR))
    return Period(*(moment.astimezone(UTC) for moment in ends))


def gained(
    platform: Platform, post: AskedPost, value: int, period: Period, now: datetime, zone: ZoneInfo
) -> CounterValue:
    """The reads of a post within a day or an hour, in the words of the platform's definition."""
    day = period.starts_at.astimezone(zone).date()
    return CounterValue(
        external_id=post.external_id,
        metric=Metric.READS,
        value=value,
        definition=definition(platform, Metric.READS, day).code,
        value_kind=ValueKind.INTERVAL,
        finality=finality(period, now, zone),
        period_starts_at=period.starts_at,
        period_ends_at=period.ends_at,
    )


def bearing(account: PulledAccount) -> dict[str, str]:
    """The header that says who asks. Raises Expired when there is nothing to say it with."""
    if not account.token:
        raise Expired("the account has no credential")
    return {"Authorization": f"Bearer {account.token}"}


def finality(period: Period, now: datetime, zone: ZoneInfo) -> Finality:
    """What belongs to the current day may still grow."""
    over = period.starts_at.astimezone(zone).date() < now.astimezone(zone).date()
    return Finality.FINAL if over else Finality.PROVISIONAL


def key_scope(token: str) -> str:
    """Names whoever has a key, for an allowance that goes with it, and does not tell the key."""
    return sha256(token.encode()).hexdigest()[:16]


_DAY, _HOUR = timedelta(1), timedelta(hours=1)
