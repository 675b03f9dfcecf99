"""Bilibili's open platform: `arcopen/fn/data/arc/stat`, one video a request, with signed headers.

Errors come with HTTP 200. The unofficial web interface is not asked: its use is a legal risk.
Sources: copies of open.bilibili.com, its list of error codes among them [D].
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from domain.engagement.definitions import definitions_on
from domain.engagement.rules import Metric
from domain.partners.credentials import Secrets
from domain.partners.rules import Platform
from domain.pulling.rules import BudgetRule
from workers.platforms.daily import key_scope
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
from workers.platforms.reading import object_of, present, reading, throttled, wait_seconds
from workers.platforms.tokens import REFRESH_TOKEN, fresh_token

HOST = "https://member.bilibili.com"
RENEWAL_HOST = "https://api.bilibili.com"
SHANGHAI = ZoneInfo("Asia/Shanghai")
COUNTERS = {
    "view": Metric.READS,
    "like": Metric.LIKES,
    "reply": Metric.COMMENTS,
    "share": Metric.SHARES,
}

BUSY = {127200, 127201}
TOKEN = {122000, 122001, 122007, 127001, 127011}
CALLS_USED_UP = 127009
NO_SUCH_VIDEO = {127107, 127124}

CALLS_A_DAY = 10_000
"""Of an application; the platform tells no number [X]. An account's option "calls_per_day" goes
before it."""


class Bilibili(Adapter):
    """A post's external_id is its BV number. The credential has app_id (the client_id), app_secret,
    refresh_token and access_token.

    Options of an account: calls_per_day (int).
    """

    platform = Platform.BILIBILI
    can_probe = True

    def budget(self, account: PulledAccount) -> BudgetRule:
        own = account.options.get("calls_per_day")
        units = own if isinstance(own, int) and own > 0 else CALLS_A_DAY
        application = key_scope(account.secrets.get("app_id", ""))
        return BudgetRule(f"bilibili:application:{application}", units, zone=SHANGHAI)

    def build(self, account: PulledAccount, posts: Sequence[AskedPost], asking: Asking) -> Request:
        return _request(account, posts[0], asking)

    def read(self, account: PulledAccount, posts: Sequence[AskedPost], answer: Answer) -> Reading:
        try:
            data = object_of(_content(answer).get("data"))
        except NoSuchVideo:
            return Reading()
        today = answer.received_at.astimezone(SHANGHAI).date()
        found = (posts[0].external_id, present(data, COUNTERS))
        return reading(posts, [found], definitions_on(self.platform, today))

    def build_probe(self, account: PulledAccount, post: AskedPost, asking: Asking) -> Request:
        return _request(account, post, asking)

    def read_probe(self, account: PulledAccount, post: AskedPost, answer: Answer) -> bool:
        try:
            object_of(_content(answer).get("data"))
        except NoSuchVideo:
            return False
        return True

    def renewal(self, account: PulledAccount, asking: Asking) -> Request | None:
        """A refresh token is good once: the answer brings the next."""
        wish = {
            "client_id": account.secrets.get("app_id", ""),
            "client_secret": account.secrets.get("app_secret", ""),
            "grant_type": REFRESH_TOKEN,
            "refresh_token": account.secrets.get(REFRESH_TOKEN, ""),
        }
        if not all(wish.values()):
            return None
        return Request(
            "POST",
            f"{account.base_url or RENEWAL_HOST}/x/account-oauth2/v1/refresh_token",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=urlencode(wish).encode(),
            shows_body=False,
        )

    def read_renewal(self, account: PulledAccount, answer: Answer) -> Secrets:
        """expires_in is the moment of the end, in unix seconds [S]."""
        return fresh_token(object_of(_content(answer).get("data")), answer)


ADAPTER = Bilibili()


class NoSuchVideo(Refused):
    """127107, 127124: the user has no such video, or no longer."""


def _request(account: PulledAccount, post: AskedPost, asking: Asking) -> Request:
    if not account.has_token(asking.now):
        raise Expired("the account has no token that holds")
    key, secret = (account.secrets.get(name, "") for name in ("app_id", "app_secret"))
    if not key or not secret:
        raise Expired("the credential has no app_id or no app_secret")
    return Request(
        "GET",
        f"{account.base_url or HOST}/arcopen/fn/data/arc/stat",
        [("resource_id", post.external_id)],
        {"Access-Token": account.token, **_signed(key, secret, asking)},
    )


def _signed(key: str, secret: str, asking: Asking) -> Mapping[str, str]:
    """The signature is of these fields alone, in the order of their names, for a GET without a
    body. The timestamp may be ten minutes off, a nonce is good once."""
    fields = {
        "x-bili-accesskeyid": key,
        "x-bili-content-md5": hashlib.md5(b"", usedforsecurity=False).hexdigest(),
        "x-bili-signature-method": "HMAC-SHA256",
        "x-bili-signature-nonce": asking.nonce,
        "x-bili-signature-version": "2.0",
        "x-bili-timestamp": str(int(asking.now.timestamp())),
    }
    lines = "\n".join(f"{name}:{value}" for name, value in sorted(fields.items()))
    signature = hmac.new(secret.encode(), lines.encode(), hashlib.sha256).hexdigest()
    return {**fields, "Authorization": signature}


def _content(answer: Answer) -> dict[str, Any]:
    return content_of(answer, lambda content: code_of(content.get("code")), _failure)


def _failure(answer: Answer, code: int) -> PullFailure:
    reason = f"Bilibili error {code}, HTTP {answer.status}"
    if code == CALLS_USED_UP:
        return throttled(answer, reason, midnight_after(answer.received_at, SHANGHAI))
    if answer.status == 429:
        return throttled(answer, reason)
    if code in NO_SUCH_VIDEO:
        return NoSuchVideo(reason)
    if code in TOKEN or answer.status == 401:
        return Expired(reason)
    if code in BUSY or answer.status >= 500:
        return Retryable(reason, wait_seconds(answer))
    return Refused(reason)
