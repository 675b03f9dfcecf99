"""Mastodon: `/api/v1/statuses?id[]=` of the instance the account lives on.

Another instance knows only what reached it, so that the origin is asked (mastodon#24082 [I]).
Sources: Mastodon's documentation of 2026-07 [D]; the batch bound from its source, v4.5.3 [S].
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote, urlsplit

from domain.engagement.definitions import definitions_on
from domain.engagement.rules import Metric
from domain.partners.rules import Platform
from domain.pulling.rules import BudgetRule
from workers.platforms.failures import PullFailure, Refused, Retryable
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
    aware,
    failure_of_status,
    json_of,
    object_of,
    objects_of,
    present,
    reading,
    text_id,
    throttled,
)

COUNTERS = {
    "favourites_count": Metric.LIKES,
    "replies_count": Metric.COMMENTS,
    "reblogs_count": Metric.SHARES,
}
CALLS_IN_FIVE_MINUTES = 300


class Mastodon(Adapter):
    """The account's base_url names its instance. A token is not needed for public posts."""

    platform = Platform.MASTODON
    batch_size = 20
    can_probe = True

    def budget(self, account: PulledAccount) -> BudgetRule:
        host = urlsplit(account.base_url).netloc
        return BudgetRule(f"mastodon:host:{host[:150]}", CALLS_IN_FIVE_MINUTES, 300)

    def build(self, account: PulledAccount, posts: Sequence[AskedPost], asking: Asking) -> Request:
        return _request(account, "/api/v1/statuses", [("id[]", post.external_id) for post in posts])

    def read(self, account: PulledAccount, posts: Sequence[AskedPost], answer: Answer) -> Reading:
        failure = _failure(answer)
        if failure is not None:
            raise failure
        rows = objects_of(json_of(answer))
        counters = [(text_id(row.get("id")), present(row, COUNTERS)) for row in rows]
        today = answer.received_at.date()
        return reading(posts, counters, definitions_on(self.platform, today))

    def build_probe(self, account: PulledAccount, post: AskedPost, asking: Asking) -> Request:
        return _request(account, f"/api/v1/statuses/{quote(post.external_id, safe='')}", [])

    def read_probe(self, account: PulledAccount, post: AskedPost, answer: Answer) -> bool:
        if answer.status in (404, 410):
            # A reverse proxy's own "not found" page is HTML; only Mastodon's word counts.
            object_of(json_of(answer))
            return False
        failure = _failure(answer)
        if failure is not None:
            raise failure
        if text_id(object_of(json_of(answer)).get("id")) != post.external_id:
            raise Retryable("the answer is about another post")
        return True


ADAPTER = Mastodon()


def _request(account: PulledAccount, path: str, params: Sequence[tuple[str, str]]) -> Request:
    if not account.base_url:
        raise Refused("the account names no instance")
    headers = {"Authorization": f"Bearer {account.token}"} if account.token else {}
    return Request("GET", f"{account.base_url}{path}", params, headers)


def _failure(answer: Answer) -> PullFailure | None:
    if answer.status == 429:
        return throttled(answer, "HTTP 429", _reset(answer))
    return failure_of_status(answer)


def _reset(answer: Answer) -> datetime | None:
    """X-RateLimit-Reset, an ISO time."""
    try:
        return aware(datetime.fromisoformat(answer.headers.get("x-ratelimit-reset", "")))
    except ValueError:
        return None
