"""WeChat official accounts: `datacube/getarticletotaldetail`, the family of 2025-11.

One request is about one day of publication of the whole account, and tells of each article what it
had by the end of each day since, for thirty days. A day is there from about 08:00 of the next [S];
`is_delay` says that yesterday is not final. Errors come with HTTP 200.
Sources: developers.weixin.qq.com and a client's page-by-page copy of 2026-10 [D/S]; the time of
day, the allowance and the end of the older endpoints: a production collector [S].
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.engagement.definitions import definition
from domain.engagement.rules import Metric
from domain.partners.credentials import Secrets
from domain.partners.rules import Platform
from domain.pulling.rules import BudgetRule, CounterValue, Rhythm
from workers.platforms.envelopes import code_of, content_of, midnight_after
from workers.platforms.failures import (
    Expired,
    NotReady,
    PullFailure,
    Refused,
    Retired,
    Retryable,
)
from workers.platforms.protocol import (
    Adapter,
    Answer,
    AskedPost,
    Asking,
    PulledAccount,
    Reading,
    Request,
)
from workers.platforms.reading import counter, objects_of, present, text_id, throttled, wait_seconds
from workers.platforms.tokens import fresh_token

HOST = "https://api.weixin.qq.com"
SHANGHAI = ZoneInfo("Asia/Shanghai")
COUNTERS = {
    "read_user": Metric.READS,
    "like_user": Metric.LIKES,
    "comment_count": Metric.COMMENTS,
    "share_user": Metric.SHARES,
}
FIRST_DAY = date(2025, 11, 1)
"""Nothing is told of articles from before."""
SHOWN_DAYS = 30

BUSY = -1
TOKEN = {40001, 40014, 41001, 42001}
APPLICATION = {40013, 40125, 41004}
QUOTA = 45009
RETIRED = 47009
NOT_READY = 61503

CALLS_A_DAY, CALLS_HELD_BACK = 1000, 200
"""Of each endpoint; not documented. 45009 was met earlier too [W], so that an account's option
"calls_per_day" goes before it."""


class WeChat(Adapter):
    """A post's external_id is its `msgid`, e.g. 12003_3. The credential has app_id and app_secret.

    Options of an account: calls_per_day (int).
    """

    platform = Platform.WECHAT
    batch_size = 100

    def budget(self, account: PulledAccount) -> BudgetRule:
        own = account.options.get("calls_per_day")
        scope = f"wechat:account:{account.id}:getarticletotaldetail"
        if isinstance(own, int) and own > 0:
            return BudgetRule(scope, own, zone=SHANGHAI)
        return BudgetRule(scope, CALLS_A_DAY, zone=SHANGHAI, reserve=CALLS_HELD_BACK)

    def rhythm(self, account: PulledAccount) -> Rhythm:
        return Rhythm(timedelta(days=SHOWN_DAYS), daily_at=time(8, 5), zone=SHANGHAI)

    def choose(
        self, account: PulledAccount, posts: Sequence[AskedPost], now: datetime
    ) -> Sequence[AskedPost]:
        same_day = [post for post in posts if _day(post) == _day(posts[0])]
        return same_day[: self.batch_size]

    def build(self, account: PulledAccount, posts: Sequence[AskedPost], asking: Asking) -> Request:
        if not account.has_token(asking.now):
            raise Expired("the account has no token that holds")
        day = _day(posts[0])
        if day >= asking.now.astimezone(SHANGHAI).date():
            raise NotReady("WeChat counts a day when it is over")
        return Request(
            "POST",
            f"{account.base_url or HOST}/datacube/getarticletotaldetail",
            headers={"Content-Type": "application/json"},
            secret_params=[("access_token", account.token)],
            body=_json({"begin_date": day.isoformat(), "end_date": day.isoformat()}),
        )

    def read(self, account: PulledAccount, posts: Sequence[AskedPost], answer: Answer) -> Reading:
        content = _content(answer)
        wanted = {post.external_id for post in posts}
        values: dict[tuple[str, date, Metric], CounterValue] = {}
        unreadable = 0
        for external_id, day, row in _days(content, answer):
            for metric, given in present(row, COUNTERS).items() if external_id in wanted else ():
                value = _value(external_id, day, metric, given)
                unreadable += value is None
                if value is not None:
                    values.setdefault((external_id, day, metric), value)
        return Reading(tuple(values.values()), unreadable, content.get("is_delay") is True)

    def renewal(self, account: PulledAccount, asking: Asking) -> Request | None:
        """`stable_token` gives the token that holds, and a new one only when it is over: other
        programs of the same account keep theirs."""
        app_id, secret = (account.secrets.get(name) for name in ("app_id", "app_secret"))
        if not app_id or not secret:
            return None
        wish = {"grant_type": "client_credential", "appid": app_id, "secret": secret}
        return Request(
            "POST",
            f"{account.base_url or HOST}/cgi-bin/stable_token",
            headers={"Content-Type": "application/json"},
            body=_json(wish),
            shows_body=False,
        )

    def read_renewal(self, account: PulledAccount, answer: Answer) -> Secrets:
        return fresh_token(_content(answer), answer)


ADAPTER = WeChat()


def _day(post: AskedPost) -> date:
    """The day of publication to ask about. What is older than all there is to tell is asked about
    with the first day, whose answer leaves it out."""
    return max(post.posted_at.astimezone(SHANGHAI).date(), FIRST_DAY)


def _json(content: Mapping[str, str]) -> bytes:
    return json.dumps(content).encode()


def _days(
    content: Mapping[str, Any], answer: Answer
) -> Iterator[tuple[str, date, Mapping[str, Any]]]:
    """Each article's id, each day of it that is over, and what is said of that day.

    A day that is left out after one that is there brought no change [S], so that what was said of
    the day before holds; but not while yesterday is still being counted.
    """
    yesterday = answer.received_at.astimezone(SHANGHAI).date() - timedelta(days=1)
    for row in objects_of(content.get("list")):
        told = _told(row, yesterday)
        published, is_whole = _date(row.get("ref_date")), content.get("is_delay") is not True
        if told and published and published <= yesterday and is_whole:
            _fill(told, min(yesterday, published + timedelta(days=SHOWN_DAYS - 1)))
        for day, detail in told.items():
            yield text_id(row.get("msgid")), day, detail


def _told(row: Mapping[str, Any], yesterday: date) -> dict[date, Mapping[str, Any]]:
    """What stands there of days that are over; of a day given twice, the first word."""
    told: dict[date, Mapping[str, Any]] = {}
    details = row.get("detail_list")
    for detail in objects_of(details) if isinstance(details, list) else ():
        day = _date(detail.get("stat_date"))
        if day and day <= yesterday:
            told.setdefault(day, detail)
    return told


def _fill(told: dict[date, Mapping[str, Any]], last: date) -> None:
    day = min(told)
    while day < last:
        before, day = told[day], day + timedelta(days=1)
        told.setdefault(day, before)


def _date(given: Any) -> date | None:
    """None for what is none, and for days before the first there is."""
    try:
        day = date.fromisoformat(text_id(given))
    except ValueError:
        return None
    return day if day >= FIRST_DAY else None


def _value(external_id: str, day: date, metric: Metric, given: Any) -> CounterValue | None:
    """None for what is no counter. It holds as of the day's last second: the next belongs to the
    day after."""
    value = counter(given)
    if value is None:
        return None
    code = definition(Platform.WECHAT, metric, day).code
    moment = datetime.combine(day, time(23, 59, 59), SHANGHAI)
    return CounterValue(external_id, metric, value, code, observed_at=moment)


def _content(answer: Answer) -> dict[str, Any]:
    return content_of(answer, lambda content: code_of(content.get("errcode")), _failure)


def _failure(answer: Answer, code: int) -> PullFailure:
    reason = f"WeChat error {code}, HTTP {answer.status}"
    if code == QUOTA:
        return throttled(answer, reason, midnight_after(answer.received_at, SHANGHAI))
    if answer.status == 429:
        return throttled(answer, reason)
    if code == RETIRED:
        return Retired(reason)
    if code == NOT_READY:
        return NotReady(reason)
    if code in TOKEN or code in APPLICATION or answer.status == 401:
        return Expired(reason)
    if code == BUSY or answer.status >= 500:
        return Retryable(reason, wait_seconds(answer))
    return Refused(reason)
