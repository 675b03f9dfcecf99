"""Weibo's answers, after the copies of its wiki."""

from __future__ import annotations

from typing import Any

from domain.engagement.rules import Metric
from domain.partners.rules import Platform
from domain.pulling.rules import CounterValue
from tests.adapters.sample import SECRET, Failing, Place, Sample, post
from workers.platforms.failures import Expired, PullFailure, Refused, Retryable, Throttled
from workers.platforms.protocol import PulledAccount
from workers.platforms.weibo import NoSuchPost

COUNTERS = {
    "comments": (Metric.COMMENTS, "weibo.comments"),
    "reposts": (Metric.SHARES, "weibo.reposts"),
    "attitudes": (Metric.LIKES, "weibo.attitudes"),
    "reads": (Metric.READS, "weibo.reads/2013-03"),
}


def envelope(code: Any) -> dict[str, Any]:
    return {"request": "/2/statuses/count.json", "error_code": code, "error": "…"}


def _values(rows: list[dict[str, Any]]) -> dict[Place, CounterValue]:
    return {
        (index, name): CounterValue(str(row["id"]), metric, int(row[name]), code)
        for index, row in enumerate(rows)
        for name, (metric, code) in COUNTERS.items()
        if name in row
    }


KINDS: list[tuple[Any, type[PullFailure]]] = [
    (10001, Retryable),
    (10002, Retryable),
    (10004, Throttled),
    (10022, Throttled),
    (10023, Throttled),
    (10024, Throttled),
    ("10023", Throttled),
    (10005, Refused),
    (10014, Refused),
    (10016, Refused),
    (10017, Refused),
    (10006, Expired),
    (21327, Expired),
    (20101, NoSuchPost),
    (99999, Refused),
    ("?", Refused),
    ("9" * 99, Refused),
]
FAILURES = {
    f"{str(code)[:5]!r} at {status}": Failing(envelope(code), kind, status)
    for code, kind in KINDS
    for status in (200, 400, 403)
}

FREE = [
    {"id": 4918, "comments": 12, "reposts": 3, "attitudes": 250},
    {"id": 4919, "comments": 0, "reposts": 1, "attitudes": 9},
]
MEDIA = [
    {"id": "4918", "comments": "12", "reposts": "3", "reads": "3200000000"},
    {"id": "4919", "comments": "0", "reposts": "1", "reads": "0"},
]
SECRETS = {"access_token": SECRET}
SAMPLES = {
    "weibo": Sample(
        account=PulledAccount(7, Platform.WEIBO, "u7", secrets=SECRETS),
        posts=(post("4918"), post("4919")),
        request="GET https://api.weibo.com/2/statuses/count.json?ids=4918,4919",
        content=FREE,
        values=_values(FREE),
        rows=(),
        exists={"id": 4918, "idstr": "4918", "text": "…", "reposts_count": 3},
        failures=FAILURES,
    ),
    "weibo-media": Sample(
        account=PulledAccount(8, Platform.WEIBO, "u8", secrets=SECRETS, options={"media": True}),
        posts=(post("4918"), post("4919")),
        request="GET https://c.api.weibo.com/2/media_statuses/count_sp/biz.json?ids=4918,4919",
        content=MEDIA,
        values=_values(MEDIA),
        rows=(),
        exists={"id": 4918, "text": "…"},
    ),
}
