"""WeChat's answers, after its documentation and a collector's archive."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.engagement.rules import Metric
from domain.partners.rules import Platform
from domain.pulling.rules import CounterValue
from tests.adapters.sample import NOW, SECRET, Failing, Place, Renewal, Sample, post
from workers.platforms.failures import (
    Expired,
    NotReady,
    PullFailure,
    Refused,
    Retired,
    Retryable,
    Throttled,
)
from workers.platforms.protocol import PulledAccount

SHANGHAI = ZoneInfo("Asia/Shanghai")
COUNTERS = {
    "read_user": (Metric.READS, "wechat.read_users/2025-11"),
    "share_user": (Metric.SHARES, "wechat.share_users/2025-11"),
    "like_user": (Metric.LIKES, "wechat.like_users/2025-11"),
    "comment_count": (Metric.COMMENTS, "wechat.comments/2025-11"),
}


def end_of(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T23:59:59").replace(tzinfo=SHANGHAI)


def detail(day: str, readers: int, sharers: int, likers: int, comments: int) -> dict[str, Any]:
    return {
        "stat_date": day,
        "read_user": readers,
        "read_user_source": [{"user_count": readers, "scene_desc": "全部"}],
        "share_user": sharers,
        "zaikan_user": 3,
        "like_user": likers,
        "comment_count": comments,
        "collection_user": 0,
        "praise_money": 0,
        "read_delivery_rate": 0.12,
        "read_finish_rate": 0.5,
        "read_jump_position": [{"position": 1, "rate": 0.25}],
    }


def article(msgid: str, *details: dict[str, Any]) -> dict[str, Any]:
    return {
        "ref_date": "2026-02-27",
        "msgid": msgid,
        "publish_type": 1,
        "title": "…",
        "content_url": "https://mp.weixin.qq.com/s?mid=2247&idx=1",
        "detail_list": list(details),
    }


def error(code: Any) -> dict[str, Any]:
    return {"errcode": code, "errmsg": "… rid: 65a-1"}


def _values(content: dict[str, Any]) -> dict[Place, CounterValue]:
    return {
        ("list", place, "detail_list", number, name): CounterValue(
            row["msgid"],
            metric,
            row_of_day[name],
            code,
            observed_at=end_of(row_of_day["stat_date"]),
        )
        for place, row in enumerate(content["list"])
        for number, row_of_day in enumerate(row["detail_list"])
        for name, (metric, code) in COUNTERS.items()
    }


CONTENT = {
    "list": [
        article(
            "2247_1", detail("2026-02-27", 950, 40, 12, 5), detail("2026-02-28", 1310, 52, 15, 6)
        ),
        article("2247_2", detail("2026-02-27", 88, 0, 1, 0), detail("2026-02-28", 90, 0, 1, 0)),
    ],
    "is_delay": False,
}
KINDS: list[tuple[Any, type[PullFailure]]] = [
    (-1, Retryable),
    ("-1", Retryable),
    (40001, Expired),
    (40014, Expired),
    (41001, Expired),
    (42001, Expired),
    (40013, Expired),
    (40125, Expired),
    (45009, Throttled),
    (47009, Retired),
    (61503, NotReady),
    (40097, Refused),
    (47001, Refused),
    (48001, Refused),
    (61500, Refused),
    (61501, Refused),
    (99999, Refused),
    ("?", Refused),
]
SAMPLES = {
    "wechat": Sample(
        account=PulledAccount(
            11,
            Platform.WECHAT,
            "gh_11",
            secrets={
                "app_id": f"wx-{SECRET}",
                "app_secret": f"secret-{SECRET}",
                "access_token": f"token-{SECRET}",
            },
        ),
        posts=(post("2247_1"), post("2247_2", NOW - timedelta(days=2, hours=5))),
        request="POST https://api.weixin.qq.com/datacube/getarticletotaldetail"
        ' {"begin_date": "2026-02-27", "end_date": "2026-02-27"}',
        content=CONTENT,
        values=_values(CONTENT),
        rows=("list",),
        row_id=("msgid",),
        renewal=Renewal(
            request="POST https://api.weixin.qq.com/cgi-bin/stable_token",
            content={"access_token": "fresh", "expires_in": 7200},
            secrets={
                "access_token": "fresh",
                "expires_at": (NOW + timedelta(seconds=6900)).isoformat(),
            },
        ),
        failures={
            f"{code!r} at {status}": Failing(error(code), kind, status)
            for code, kind in KINDS
            for status in (200, 400)
        },
    ),
}
