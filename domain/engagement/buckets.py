"""How time is cut into days, ISO weeks and months of the deployment's time zone, as SQL."""

from __future__ import annotations

from domain.engagement.rules import Bucket

UNITS = {Bucket.HOUR: "hour", Bucket.DAY: "day", Bucket.WEEK: "week", Bucket.MONTH: "month"}
"""As PostgreSQL names them. Its weeks are those of ISO 8601: they begin on Mondays."""


def first_day(bucket: Bucket, day: str) -> str:
    """SQL of the first day of the bucket in which a day lies; not for hours."""
    return day if bucket is Bucket.DAY else f"date_trunc('{UNITS[bucket]}', {day}::timestamp)::date"


def next_first_day(bucket: Bucket, first: str) -> str:
    """SQL of the first day of the bucket after the one that begins on a day; not for hours."""
    return f"({first} + interval '1 {UNITS[bucket]}')::date"


def by_bucket(bucket: Bucket, days: str, keys: tuple[str, ...] = ()) -> str:
    """SELECT text of (keys, first_day, value, days_known): sums of daily rows that a FROM text
    gives. A day without a row is not known; a bucket without any has no row either."""
    listed = "".join(f"h.{key}, " for key in keys)
    if bucket is Bucket.DAY:
        return f"SELECT {listed}h.day AS first_day, h.value, 1 AS days_known FROM {days} h"
    places = ", ".join(str(place) for place in range(1, len(keys) + 2))
    return (
        f"SELECT {listed}{first_day(bucket, 'h.day')} AS first_day,"
        " sum(h.value)::bigint AS value, count(*)::integer AS days_known"
        f" FROM {days} h GROUP BY {places}"
    )
