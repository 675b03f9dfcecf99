"""YouTube: `videos`, or `videos:batchGetStats`, whose quota is one of its own.

Sources: developers.google.com/youtube/v3, 2026-07 [D]; that batchGetStats has its own 10,000 units,
clients [S]; names of errors, the vendor's list [D] and clients [S].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from domain.engagement.definitions import Definition, all_definitions, definitions_on
from domain.engagement.rules import Metric
from domain.partners.rules import Platform
from domain.pulling.rules import BudgetRule, window_of
from workers.platforms.daily import key_scope
from workers.platforms.failures import Expired, PullFailure, Refused, Retryable, Throttled
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
    failure_of_status,
    json_of,
    object_of,
    objects_of,
    present,
    reading,
    text_id,
    throttled,
    wait_seconds,
)

HOST = "https://www.googleapis.com/youtube"
COUNTERS = {
    "viewCount": Metric.READS,
    "likeCount": Metric.LIKES,
    "commentCount": Metric.COMMENTS,
}
UNITS_A_DAY = 10_000
"""Of each project and of each kind of call; an account's option "units_per_day" goes before it."""
PACIFIC = ZoneInfo("America/Los_Angeles")
"""Quotas are renewed at its midnight, and the definitions' days are its days."""

QUOTA = {"quotaExceeded", "dailyLimitExceeded"}
RATE = {"rateLimitExceeded", "userRateLimitExceeded", "servingLimitExceeded"}
KEY = {"keyInvalid", "keyExpired", "API_KEY_INVALID", "authError", "required"}
BUSY = {"backendError", "internalError", "SERVICE_UNAVAILABLE"}


class YouTube(Adapter):
    """The credential is an API key. Options of an account: batch_stats (bool: ask batchGetStats),
    units_per_day (int)."""

    platform = Platform.YOUTUBE
    batch_size = 50
    can_probe = True

    def budget(self, account: PulledAccount) -> BudgetRule:
        return _budget(account, "batchGetStats" if _batch(account) else "videos")

    def probe_budget(self, account: PulledAccount) -> BudgetRule:
        return _budget(account, "videos")

    def build(self, account: PulledAccount, posts: Sequence[AskedPost], asking: Asking) -> Request:
        path = "videos:batchGetStats" if _batch(account) else "videos"
        return _request(account, path, "statistics", [post.external_id for post in posts])

    def read(self, account: PulledAccount, posts: Sequence[AskedPost], answer: Answer) -> Reading:
        rows = [
            (text_id(item.get("id")), present(_statistics(item), COUNTERS))
            for item in objects_of(_content(answer).get("items"))
        ]
        today = answer.received_at.astimezone(PACIFIC).date()
        shorts = [post for post in posts if _is_short(post)]
        others = [post for post in posts if not _is_short(post)]
        usual = definitions_on(self.platform, today)
        first = reading(others, rows, usual)
        second = reading(shorts, rows, {**usual, Metric.READS: _short_views(today)})
        return Reading(first.values + second.values, first.unreadable + second.unreadable)

    def build_probe(self, account: PulledAccount, post: AskedPost, asking: Asking) -> Request:
        return _request(account, "videos", "id", [post.external_id])

    def read_probe(self, account: PulledAccount, post: AskedPost, answer: Answer) -> bool:
        """A video that was made private is gone too: nobody can see it."""
        ids = [text_id(item.get("id")) for item in objects_of(_content(answer).get("items"))]
        if ids and post.external_id not in ids:
            raise Retryable("the answer is about another post")
        return bool(ids)


ADAPTER = YouTube()


def _batch(account: PulledAccount) -> bool:
    return account.options.get("batch_stats") is True


def _budget(account: PulledAccount, bucket: str) -> BudgetRule:
    own = account.options.get("units_per_day")
    units = own if isinstance(own, int) and own > 0 else UNITS_A_DAY
    return BudgetRule(f"youtube:{bucket}:{key_scope(account.token)}", units, zone=PACIFIC)


def _request(account: PulledAccount, path: str, part: str, ids: Sequence[str]) -> Request:
    if not account.token:
        raise Expired("the account has no credential")
    return Request(
        "GET",
        f"{account.base_url or HOST}/v3/{path}",
        [("part", part), ("id", ",".join(ids))],
        secret_params=[("key", account.token)],
    )


def _is_short(post: AskedPost) -> bool:
    return urlsplit(post.url).path.startswith("/shorts/")


def _short_views(day: date) -> Definition:
    return next(
        each
        for each in all_definitions()
        if each.code.startswith("youtube.short-views") and each.holds_on(day)
    )


def _statistics(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Empty where an item has none: all its counters are unknown."""
    statistics = item.get("statistics")
    return statistics if isinstance(statistics, dict) else {}


def _content(answer: Answer) -> Mapping[str, Any]:
    """What a good answer holds. Errors are {error: {code, message, errors: [{reason}]}}."""
    try:
        content = object_of(json_of(answer))
    except Retryable as unreadable:
        raise failure_of_status(answer) or unreadable from None
    error = content.get("error")
    failure = _failure(answer, error) if isinstance(error, dict) else failure_of_status(answer)
    if failure is not None:
        raise failure
    return content


def _failure(answer: Answer, error: Mapping[str, Any]) -> PullFailure:
    reasons = _reasons(error)
    text = f"YouTube error {', '.join(sorted(reasons))[:80] or 'without a reason'}"
    reason = f"{text}, HTTP {answer.status}"
    if reasons & QUOTA:
        # Whatever it counted that we did not: the day's quota is gone until the next day.
        day = BudgetRule("", 1, zone=PACIFIC)
        return Throttled(reason, window_of(day, answer.received_at).ends_at)
    if reasons & RATE or answer.status == 429:
        return throttled(answer, reason)
    if reasons & KEY or answer.status == 401:
        return Expired(reason)
    if reasons & BUSY or answer.status >= 500 or answer.status == 408:
        return Retryable(reason, wait_seconds(answer))
    return Refused(reason)


def _reasons(error: Mapping[str, Any]) -> set[str]:
    """The vendor's names of what is wrong: of the old list `errors`, and of the newer `details`."""
    lists = (error.get("errors"), error.get("details"))
    items = (item for each in lists if isinstance(each, list) for item in each)
    found = (item.get("reason") for item in items if isinstance(item, dict))
    return {reason for reason in found if isinstance(reason, str) and reason.isprintable()}
