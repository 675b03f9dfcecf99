"""Douyin's open platform: counters as they are now, or the statistics of days that are over.

Errors come with HTTP 200. Sources: copies of developer.open-douyin.com [D]; the fields of `base`,
that its totals are those of 30 days, and 1,000 calls a day until 08:00: clients and notes [S/W].
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from domain.engagement.definitions import definitions_on
from domain.engagement.rules import Metric, ValueKind
from domain.partners.credentials import Secrets
from domain.partners.rules import Platform
from domain.pulling.rules import BudgetRule, CounterValue, Rhythm
from workers.platforms.daily import day_period
from workers.platforms.envelopes import code_of, content_of, midnight_after
from workers.platforms.failures import Expired, PullFailure, Refused, Retryable
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
    object_of,
    objects_of,
    present,
    reading,
    text_id,
    throttled,
    wait_seconds,
)
from workers.platforms.tokens import REFRESH_TOKEN, fresh_token

HOST = "https://open.douyin.com"
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW, TOTALS, DAILY = "now", "totals", "daily"
STATISTICS = {
    "play_count": Metric.READS,
    "digg_count": Metric.LIKES,
    "comment_count": Metric.COMMENTS,
    "share_count": Metric.SHARES,
}
BASE = {
    "total_play": Metric.READS,
    "total_like": Metric.LIKES,
    "total_comment": Metric.COMMENTS,
    "total_share": Metric.SHARES,
}
DAILY_PLAYS = "douyin.daily_plays"
DAYS_ASKED = "30"
FIRST_DAY = date(2016, 9, 1)
"""Douyin opened then."""
SHOWN_FOR = timedelta(days=30)
COUNTED_AT = time(10)
"""When the figures of a day are there, on the next day; "about"."""

BUSY = {10001, 2100004, 28001005, 28001006}
TOKEN = {10008, 2190002, 2190008, 28001003, 28001008}
CONSENT = {10010}
QUOTA, FREQUENCY = 28003017, 28003018
PARAMETERS = 2100005

CALLS_A_DAY = 1000
"""Of each capability; an account's option "calls_per_day" goes before it."""
QUOTA_ZONE = ZoneInfo("UTC")
"""Its midnight is 08:00 in Shanghai."""
ITEMS_AT_ONCE = 20
"""No bound is documented; a page of the list of videos has as many [X]."""


class Douyin(Adapter):
    """The account's external_id is the user's open_id, a post's is the item_id. The credential has
    client_key, refresh_token and access_token.

    Options of an account: calls_per_day (int), interface (text): what the application may use.
    "now" (capability video.data): the counters as they are. "totals" and "daily" (capability
    data.external.item, videos of the last 30 days): the totals by the end of the last counted day,
    or what each day brought, of plays only.
    """

    platform = Platform.DOUYIN
    batch_size = ITEMS_AT_ONCE

    def budget(self, account: PulledAccount) -> BudgetRule:
        own = account.options.get("calls_per_day")
        units = own if isinstance(own, int) and own > 0 else CALLS_A_DAY
        return BudgetRule(
            f"douyin:account:{account.id}:{_interface(account)}", units, zone=QUOTA_ZONE
        )

    def rhythm(self, account: PulledAccount) -> Rhythm:
        if _interface(account) == NOW:
            return Rhythm()
        return Rhythm(SHOWN_FOR, daily_at=time(10, 5), zone=SHANGHAI)

    def choose(
        self, account: PulledAccount, posts: Sequence[AskedPost], now: datetime
    ) -> Sequence[AskedPost]:
        return posts[: self.batch_size if _interface(account) == NOW else 1]

    def build(self, account: PulledAccount, posts: Sequence[AskedPost], asking: Asking) -> Request:
        if not account.has_token(asking.now):
            raise Expired("the account has no token that holds")
        if _interface(account) not in (NOW, TOTALS, DAILY):
            raise Refused("the account's option interface is none of now, totals, daily")
        headers = {"access-token": account.token, "Content-Type": "application/json"}
        user = ("open_id", account.external_id)
        if _interface(account) == NOW:
            wish = {"item_ids": [post.external_id for post in posts]}
            path, body = "/api/douyin/v1/video/video_data/", json.dumps(wish).encode()
            return Request("POST", _url(account, path), [user], headers, body=body)
        item = ("item_id", posts[0].external_id)
        if _interface(account) == TOTALS:
            return Request("GET", _url(account, "/data/external/item/base/"), [user, item], headers)
        params = [user, item, ("date_type", DAYS_ASKED)]
        return Request("GET", _url(account, "/data/external/item/play/"), params, headers)

    def read(self, account: PulledAccount, posts: Sequence[AskedPost], answer: Answer) -> Reading:
        try:
            data = object_of(_content(answer).get("data"))
        except WrongParameters:
            if _interface(account) != NOW and answer.received_at - posts[0].posted_at > SHOWN_FOR:
                return Reading()
            raise
        if _interface(account) == NOW:
            return _read_now(posts, data, answer)
        if _interface(account) == TOTALS:
            return _read_totals(posts[0], data, answer)
        return _read_daily(posts[0], data, answer)

    def renewal(self, account: PulledAccount, asking: Asking) -> Request | None:
        """The refresh token's own end, 30 days after the user's consent, does not move: then the
        user must consent anew."""
        key, refresh = (account.secrets.get(name) for name in ("client_key", REFRESH_TOKEN))
        if not key or not refresh:
            return None
        form = {"client_key": key, "grant_type": "refresh_token", "refresh_token": refresh}
        return Request(
            "POST",
            _url(account, "/oauth/refresh_token/"),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=urlencode(form).encode(),
            shows_body=False,
        )

    def read_renewal(self, account: PulledAccount, answer: Answer) -> Secrets:
        return fresh_token(object_of(_content(answer).get("data")), answer)


ADAPTER = Douyin()


class WrongParameters(Refused):
    """2100005. Of a video that is too old to be told of, the platform says no more than that."""


def _interface(account: PulledAccount) -> str:
    return str(account.options.get("interface", NOW))


def _url(account: PulledAccount, path: str) -> str:
    return f"{account.base_url or HOST}{path}"


def _read_now(posts: Iterable[AskedPost], data: Mapping[str, Any], answer: Answer) -> Reading:
    rows = [
        (text_id(row.get("item_id")), statistics)
        for row in objects_of(data.get("list"))
        if isinstance(statistics := row.get("statistics"), dict)
    ]
    today = answer.received_at.astimezone(SHANGHAI).date()
    found = [(external_id, present(row, STATISTICS)) for external_id, row in rows]
    return reading(posts, found, definitions_on(Platform.DOUYIN, today))


def _read_totals(post: AskedPost, data: Mapping[str, Any], answer: Answer) -> Reading:
    """As of the end of the last counted day, which the answer does not name."""
    day = _last_counted(answer.received_at)
    found = present(object_of(data.get("result")), BASE)
    told = reading([post], [(post.external_id, found)], definitions_on(Platform.DOUYIN, day))
    moment = datetime.combine(day, time(23, 59, 59), SHANGHAI)
    values = tuple(value._replace(observed_at=moment) for value in told.values)
    return replace(told, values=values)


def _read_daily(post: AskedPost, data: Mapping[str, Any], answer: Answer) -> Reading:
    """Of a day given twice, the first word. Said when the days were last counted: asking twice on
    a day learns nothing new."""
    last = _last_counted(answer.received_at)
    counted_at = datetime.combine(last + timedelta(days=1), COUNTED_AT, SHANGHAI)
    values: dict[date, CounterValue] = {}
    unreadable = 0
    for row in objects_of(data.get("result_list")):
        day = _date(row.get("date"))
        if day is None or day > last or row.get("play") is None:
            continue
        value = counter(row["play"])
        unreadable += value is None
        if value is not None:
            values.setdefault(day, _plays(post, day, value, counted_at))
    return Reading(tuple(values.values()), unreadable)


def _plays(post: AskedPost, day: date, value: int, counted_at: datetime) -> CounterValue:
    period = day_period(day, SHANGHAI)
    return CounterValue(
        post.external_id,
        Metric.READS,
        value,
        DAILY_PLAYS,
        value_kind=ValueKind.INTERVAL,
        period_starts_at=period.starts_at,
        period_ends_at=period.ends_at,
        observed_at=counted_at,
    )


def _last_counted(moment: datetime) -> date:
    local = moment.astimezone(SHANGHAI)
    return local.date() - timedelta(days=1 if local.time() >= COUNTED_AT else 2)


def _date(given: Any) -> date | None:
    """None for what is none, and for days before there was anything to count."""
    try:
        day = date.fromisoformat(text_id(given))
    except ValueError:
        return None
    return day if day >= FIRST_DAY else None


def _content(answer: Answer) -> dict[str, Any]:
    return content_of(answer, _code, _failure)


def _code(content: Mapping[str, Any]) -> int:
    """It stands in `data` and in `extra`, in one of them at least."""
    parts = (content.get("data"), content.get("extra"))
    codes = [code_of(part.get("error_code")) for part in parts if isinstance(part, dict)]
    return next((code for code in codes if code), 0)


def _failure(answer: Answer, code: int) -> PullFailure:
    reason = f"Douyin error {code}, HTTP {answer.status}"
    if code == QUOTA:
        return throttled(answer, reason, midnight_after(answer.received_at, QUOTA_ZONE))
    if code == FREQUENCY or answer.status == 429:
        return throttled(answer, reason)
    if code in TOKEN or code in CONSENT or answer.status == 401:
        return Expired(reason)
    if code == PARAMETERS:
        return WrongParameters(reason)
    if code in BUSY or answer.status >= 500:
        return Retryable(reason, wait_seconds(answer))
    return Refused(reason)
