"""Plausible, the Stats API v2: pageviews of a site's pages, by day or by hour.

A post's page is the path of its address. A page without any pageview among those asked for stays
unknown: its path may be wrong. Of a page that has some, the buckets that Plausible lists and gives
no row for are zero, for it leaves out empty ones.
Sources: plausible.io/docs, 208d58c of 2026-07 [D]; how a path is spelled, Plausible's source [D];
that the answer repeats the query's range with the site's offset from UTC, memory [M].
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from domain.partners.rules import Platform
from domain.pulling.rules import BudgetRule, CounterValue
from workers.platforms.daily import (
    Period,
    bearing,
    day_period,
    first_day,
    gained,
    hour_period,
    key_scope,
    zone_of,
)
from workers.platforms.failures import Refused
from workers.platforms.protocol import (
    Adapter,
    Answer,
    AskedPost,
    Asking,
    PulledAccount,
    Reading,
    Request,
)
from workers.platforms.reading import (
    counter,
    failure_of_status,
    json_of,
    object_of,
    objects_of,
)

HOST = "https://plausible.io"
CALLS_AN_HOUR = 600
MOST_ROWS = 10_000

Counts = dict[tuple[str, str], Any]
"""What is said of a page in a bucket, by the two as Plausible spells them; None where a row is
there and says nothing."""


class Plausible(Adapter):
    """The account's external_id is the site_id, its base_url a server of one's own.

    Options of an account: time_zone (text: the site's, "Asia/Shanghai" unless it says otherwise),
    hourly (bool: count by the hour; not to be changed once there are counts by the day).
    """

    platform = Platform.PLAUSIBLE
    batch_size = 100

    def budget(self, account: PulledAccount) -> BudgetRule:
        return BudgetRule(f"plausible:key:{key_scope(account.token)}", CALLS_AN_HOUR, 3600)

    def choose(
        self, account: PulledAccount, posts: Sequence[AskedPost], now: datetime
    ) -> Sequence[AskedPost]:
        """Those that need the same days as the newest one, as many as one answer holds."""
        zone = zone_of(account)
        first = first_day(posts[0], now, zone)
        days = (now.astimezone(zone).date() - first).days + 1
        most = MOST_ROWS // (days * (25 if _hourly(account) else 1))
        alike = [post for post in posts if first_day(post, now, zone) == first]
        return alike[: max(1, min(most, self.batch_size))]

    def build(self, account: PulledAccount, posts: Sequence[AskedPost], asking: Asking) -> Request:
        zone = zone_of(account)
        first = min(first_day(post, asking.now, zone) for post in posts)
        query = {
            "site_id": account.external_id,
            "metrics": ["pageviews"],
            "date_range": [first.isoformat(), asking.now.astimezone(zone).date().isoformat()],
            "dimensions": ["event:page", _bucket(account)],
            "filters": [["is", "event:page", sorted({_page(post) for post in posts})]],
            "include": {"time_labels": True},
            "pagination": {"limit": MOST_ROWS, "offset": 0},
        }
        return Request(
            "POST",
            f"{account.base_url or HOST}/api/v2/query",
            headers={**bearing(account), "Content-Type": "application/json"},
            body=json.dumps(query, ensure_ascii=False).encode(),
        )

    def read(self, account: PulledAccount, posts: Sequence[AskedPost], answer: Answer) -> Reading:
        content, zone = _content(answer), zone_of(account)
        _check_zone(content, zone)
        rows = objects_of(content.get("results"))
        if len(rows) >= MOST_ROWS:
            raise Refused("there are more rows than an answer holds")
        counts = _counts(rows)
        labels = _labels(content, counts)
        seen = {page for page, _ in counts}
        values: list[CounterValue] = []
        unreadable = 0
        for post in {post.external_id: post for post in posts}.values():
            page = _page(post)
            for label in labels if page in seen else ():
                period = _period(label, zone)
                if period is None or not _concerns(period, post, answer.received_at):
                    continue
                given = counts.get((page, label), 0)
                value = counter(given)
                unreadable += value is None and given is not None
                if value is not None:
                    values.append(
                        gained(self.platform, post, value, period, answer.received_at, zone)
                    )
        return Reading(tuple(values), unreadable)


ADAPTER = Plausible()


def _hourly(account: PulledAccount) -> bool:
    return account.options.get("hourly") is True


def _bucket(account: PulledAccount) -> str:
    return "time:hour" if _hourly(account) else "time:day"


def _page(post: AskedPost) -> str:
    """The path as Plausible keeps it: decoded, without blanks at its end."""
    return unquote(urlsplit(post.url).path or "/").rstrip() if post.url else post.external_id


def _counts(rows: Sequence[Mapping[str, Any]]) -> Counts:
    """Of a bucket given twice, the first word."""
    counts: Counts = {}
    for row in rows:
        match row.get("dimensions"), row.get("metrics"):
            case [str(page), str(label)], [*counted]:
                counts.setdefault((page, label), counted[0] if counted else None)
    return counts


def _labels(content: Mapping[str, Any], counts: Counts) -> Sequence[str]:
    """All buckets of the range; where Plausible lists none, those that have a row."""
    meta = content.get("meta")
    listed = meta.get("time_labels") if isinstance(meta, dict) else None
    labels = listed if isinstance(listed, list) else [label for _, label in counts]
    return list(dict.fromkeys(label for label in labels if isinstance(label, str)))


def _period(label: str, zone: ZoneInfo) -> Period | None:
    """Of a day like 2026-03-01, or of an hour like 2026-03-01 08:00:00, in the site's zone."""
    try:
        if len(label) == len("2026-03-01"):
            return day_period(date.fromisoformat(label), zone)
        local = datetime.fromisoformat(label)
        return hour_period(local.replace(tzinfo=None), zone) if local.tzinfo is None else None
    except (ValueError, OverflowError):
        return None


def _concerns(period: Period, post: AskedPost, now: datetime) -> bool:
    """Buckets before the post appeared, and those that have not begun, say nothing about it."""
    return period.ends_at > post.posted_at and period.starts_at <= now


def _check_zone(content: Mapping[str, Any], zone: ZoneInfo) -> None:
    """Raises Refused when the site's days are not those of the account's option."""
    for moment in _moments(content):
        if moment.tzinfo and moment.utcoffset() != moment.replace(tzinfo=zone).utcoffset():
            raise Refused("the site's time zone is not the account's option time_zone")


def _moments(content: Mapping[str, Any]) -> Iterator[datetime]:
    query = content.get("query")
    given = query.get("date_range") if isinstance(query, dict) else None
    for text in given if isinstance(given, list) else ():
        try:
            yield datetime.fromisoformat(text)
        except (TypeError, ValueError):
            continue


def _content(answer: Answer) -> Mapping[str, Any]:
    """What a good answer holds. Errors are {error: text}, with a status of their own."""
    failure = failure_of_status(answer)
    if failure is not None:
        raise failure
    return object_of(json_of(answer))
