"""WordPress.com, and sites with Jetpack: `stats/post/$id`, a post's views day by day.

Sources: developer.wordpress.com [D]; the list `data`, its clients [S]; that a token is refused as
`invalid_token`, memory [M]. Batches (`stats/views/posts`) give sums of days only, from which no day
can be restated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

from domain.partners.rules import Platform
from domain.pulling.rules import BudgetRule, CounterValue
from workers.platforms.daily import bearing, day_period, first_day, gained, zone_of
from workers.platforms.failures import Expired, Refused, Retryable
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

HOST = "https://public-api.wordpress.com"
CALLS_AN_HOUR = 3600
"""Of one site; a bound of ours, as none is documented [X]."""


class WordPress(Adapter):
    """The account's external_id is the site: its number or its domain. Option: time_zone, the
    site's, e.g. "Asia/Shanghai" (which it is unless it says otherwise)."""

    platform = Platform.WORDPRESS
    can_probe = True

    def budget(self, account: PulledAccount) -> BudgetRule:
        return BudgetRule(f"wordpress:site:{account.external_id[:150]}", CALLS_AN_HOUR, 3600)

    def build(self, account: PulledAccount, posts: Sequence[AskedPost], asking: Asking) -> Request:
        return _request(account, posts[0])

    def read(self, account: PulledAccount, posts: Sequence[AskedPost], answer: Answer) -> Reading:
        """Nothing for a post that the site does not know: it may be gone, which a probe tells."""
        try:
            content = _content(answer)
        except UnknownPost:
            return Reading()
        post, zone, now = posts[0], zone_of(account), answer.received_at
        first, today = first_day(post, now, zone), now.astimezone(zone).date()
        values: dict[date, CounterValue] = {}
        unreadable = 0
        for day, given in _days(content):
            if given is None or day in values or not first <= day <= today:
                continue
            value = counter(given)
            unreadable += value is None
            if value is not None:
                period = day_period(day, zone)
                values[day] = gained(self.platform, post, value, period, now, zone)
        return Reading(tuple(values.values()), unreadable)

    def build_probe(self, account: PulledAccount, post: AskedPost, asking: Asking) -> Request:
        return _request(account, post)

    def read_probe(self, account: PulledAccount, post: AskedPost, answer: Answer) -> bool:
        try:
            _content(answer)
        except UnknownPost:
            return False
        return True


ADAPTER = WordPress()


class UnknownPost(Refused):
    """unknown_post: the site has no such post, or no longer."""


def _request(account: PulledAccount, post: AskedPost) -> Request:
    headers = bearing(account)
    site, name = (quote(text, safe="") for text in (account.external_id, post.external_id))
    return Request(
        "GET",
        f"{account.base_url or HOST}/rest/v1.1/sites/{site}/stats/post/{name}",
        [("fields", "date,fields,data")],
        headers,
    )


def _days(content: Mapping[str, Any]) -> Iterator[tuple[date, Any]]:
    """Each day and what is said of it: rows of `data`, in the order that `fields` names."""
    names = content.get("fields")
    if not isinstance(names, list) or not {"period", "views"} <= {str(name) for name in names}:
        names = ["period", "views"]
    place, value = names.index("period"), names.index("views")
    for row in _lists(content.get("data")):
        if len(row) > max(place, value):
            try:
                yield date.fromisoformat(row[place]), row[value]
            except (TypeError, ValueError):
                continue


def _lists(value: Any) -> list[list[Any]]:
    objects_of(value)
    return [item for item in value if isinstance(item, list)]


def _content(answer: Answer) -> Mapping[str, Any]:
    """What a good answer holds. Errors are {error, message}, with a status of their own."""
    failure = failure_of_status(answer)
    try:
        content = object_of(json_of(answer))
    except Retryable as unreadable:
        raise failure or unreadable from None
    error = content.get("error")
    if error == "unknown_post":
        raise UnknownPost("unknown_post")
    if error == "invalid_token":
        raise Expired(f"WordPress.com error invalid_token, HTTP {answer.status}")
    if failure is None and error is not None:
        failure = Refused("WordPress.com answers with an error")
    if failure is not None:
        raise failure
    return content
