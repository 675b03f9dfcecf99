"""Weibo: `2/statuses/count`, and for media accounts the commercial count with reads.

Sources: open.weibo.com wiki copies [D]; the meaning of 阅读数 [W].
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from domain.engagement.definitions import definitions_on
from domain.engagement.rules import Metric
from domain.partners.rules import Platform
from domain.pulling.rules import BudgetRule
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

ITS_ZONE = ZoneInfo("Asia/Shanghai")
FREE_HOST = "https://api.weibo.com"
COMMERCIAL_HOST = "https://c.api.weibo.com"
COUNTERS = {
    "reads": Metric.READS,
    "attitudes": Metric.LIKES,
    "comments": Metric.COMMENTS,
    "reposts": Metric.SHARES,
}

BUSY = {10001, 10002, 10011}
RATE = {10004, 10022, 10023, 10024}
TOKEN = {10006, 21314, 21315, 21316, 21317, 21319, 21327, 21332}
NO_SUCH_POST = 20101

FREE_CALLS_A_DAY = 100
"""Per authorised user and application on the present free tier; older tiers had more, so that an
account's option "calls_per_day" goes before it."""
COMMERCIAL_CALLS_AN_HOUR = 50_000
"""Per address."""


class Weibo(Adapter):
    """Options of an account: media (bool: it is of the media class), calls_per_day (int)."""

    platform = Platform.WEIBO
    batch_size = 100
    can_probe = True

    def budget(self, account: PulledAccount) -> BudgetRule:
        if _is_media(account):
            return BudgetRule("weibo:commercial", COMMERCIAL_CALLS_AN_HOUR, 3600)
        return _free_budget(account)

    def build(self, account: PulledAccount, posts: Sequence[AskedPost], asking: Asking) -> Request:
        ids = ("ids", ",".join(post.external_id for post in posts))
        if _is_media(account):
            path = "/2/media_statuses/count_sp/biz.json"
            return _request(account, COMMERCIAL_HOST, path, ids)
        return _request(account, FREE_HOST, "/2/statuses/count.json", ids)

    def read(self, account: PulledAccount, posts: Sequence[AskedPost], answer: Answer) -> Reading:
        rows = objects_of(_content(answer))
        counters = [(text_id(row.get("id")), present(row, COUNTERS)) for row in rows]
        today = answer.received_at.astimezone(ITS_ZONE).date()
        return reading(posts, counters, definitions_on(self.platform, today))

    def probe_budget(self, account: PulledAccount) -> BudgetRule:
        return _free_budget(account)

    def build_probe(self, account: PulledAccount, post: AskedPost, asking: Asking) -> Request:
        return _request(account, FREE_HOST, "/2/statuses/show.json", ("id", post.external_id))

    def read_probe(self, account: PulledAccount, post: AskedPost, answer: Answer) -> bool:
        try:
            row = object_of(_content(answer))
        except NoSuchPost:
            return False
        if post.external_id not in (text_id(row.get("id")), text_id(row.get("idstr"))):
            raise Retryable("the answer is about another post")
        return True


ADAPTER = Weibo()


class NoSuchPost(Refused):
    """20101: the post does not exist, or no longer."""


def _is_media(account: PulledAccount) -> bool:
    return account.options.get("media") is True


def _free_budget(account: PulledAccount) -> BudgetRule:
    own = account.options.get("calls_per_day")
    units = own if isinstance(own, int) and own > 0 else FREE_CALLS_A_DAY
    return BudgetRule(f"weibo:account:{account.id}", units)


def _request(account: PulledAccount, host: str, path: str, param: tuple[str, str]) -> Request:
    if not account.token:
        raise Expired("the account has no credential")
    headers = {"Authorization": f"OAuth2 {account.token}"}
    return Request("GET", f"{account.base_url or host}{path}", [param], headers)


def _content(answer: Answer) -> Any:
    """What a good answer holds. Errors come as {request, error_code, error}, at any status."""
    try:
        content = json_of(answer)
    except Retryable:
        raise failure_of_status(answer) or Retryable("the answer is not JSON") from None
    code = content.get("error_code") if isinstance(content, dict) else None
    if code is not None:
        raise _failure(answer, text_id(code))
    failure = failure_of_status(answer)
    if failure is not None:
        raise failure
    return content


def _failure(answer: Answer, text: str) -> PullFailure:
    code = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    reason = f"Weibo error {code}, HTTP {answer.status}"
    if code in RATE or answer.status == 429:
        return throttled(answer, reason)
    if code in TOKEN or answer.status == 401:
        return Expired(reason)
    if code == NO_SUCH_POST:
        return NoSuchPost(reason)
    if code in BUSY or answer.status >= 500:
        return Retryable(reason, wait_seconds(answer))
    return Refused(reason)
