"""Douyin's answers, after the copies of its documentation and its clients."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.engagement.rules import Metric, ValueKind
from domain.partners.rules import Platform
from domain.pulling.rules import CounterValue
from tests.adapters.sample import NOW, SECRET, Failing, Place, Renewal, Sample, post
from workers.platforms.douyin import WrongParameters
from workers.platforms.failures import Expired, PullFailure, Refused, Retryable, Throttled
from workers.platforms.protocol import PulledAccount

SHANGHAI = ZoneInfo("Asia/Shanghai")
ITEM, OTHER = "@9VxS1+qoV/aJM0g==", "@8hxdhauTC/bXP3g=="
URL = "https://open.douyin.com"
ENCODED = "open_id=open-21&item_id=%409VxS1%2BqoV%2FaJM0g%3D%3D"
STATISTICS = {
    "play_count": (Metric.READS, "douyin.plays"),
    "digg_count": (Metric.LIKES, "douyin.likes"),
    "comment_count": (Metric.COMMENTS, "douyin.comments"),
    "share_count": (Metric.SHARES, "douyin.shares"),
}
TOTALS = {
    "total_play": (Metric.READS, "douyin.plays"),
    "total_like": (Metric.LIKES, "douyin.likes"),
    "total_comment": (Metric.COMMENTS, "douyin.comments"),
    "total_share": (Metric.SHARES, "douyin.shares"),
}


def enveloped(**data: Any) -> dict[str, Any]:
    extra = {"error_code": 0, "description": "", "sub_error_code": 0, "logid": "2026", "now": 1}
    return {"data": {"error_code": 0, "description": "", **data}, "extra": extra}


def error(code: Any) -> dict[str, Any]:
    told = {"error_code": code, "description": "…"}
    return {"data": told, "extra": {**told, "sub_error_code": 0, "logid": "2026", "now": 1}}


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A moment of February 2026 in Shanghai; day 29 is 1 March, the day of NOW."""
    start = datetime(2026, 2, 1, tzinfo=SHANGHAI)
    return start + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second)


def _account(**options: Any) -> PulledAccount:
    secrets = {
        "client_key": f"key-{SECRET}",
        "refresh_token": f"rft-{SECRET}",
        "access_token": f"act-{SECRET}",
    }
    return PulledAccount(21, Platform.DOUYIN, "open-21", secrets=secrets, options=options)


def video(item_id: str, *counts: int) -> dict[str, Any]:
    statistics = dict(zip(STATISTICS, counts, strict=True))
    more = {"forward_count": 7, "download_count": 2}
    return {"item_id": item_id, "title": "…", "video_status": 1, "statistics": statistics | more}


VIDEOS = enveloped(list=[video(ITEM, 4_300_000_000, 21, 8, 3), video(OTHER, 0, 1, 0, 0)])
BASE = enveloped(
    result={
        "total_play": 5200,
        "total_like": 310,
        "total_comment": 44,
        "total_share": 19,
        "avg_play_duration": 12.5,
    }
)
PLAYS = {27: 4100, 28: 1100}
DAILY = enveloped(
    result_list=[{"date": f"2026-02-{day}", "play": plays} for day, plays in PLAYS.items()]
)
KINDS: list[tuple[Any, type[PullFailure]]] = [
    (10001, Retryable),
    (2100004, Retryable),
    (28001005, Retryable),
    (28001006, Retryable),
    (10008, Expired),
    (10010, Expired),
    (2190002, Expired),
    (2190008, Expired),
    (28001003, Expired),
    (28001008, Expired),
    ("28001008", Expired),
    (28003017, Throttled),
    (28003018, Throttled),
    (28001007, Refused),
    (28001014, Refused),
    (28001016, Refused),
    (28001018, Refused),
    (28001019, Refused),
    (2100005, WrongParameters),
    ("?", Refused),
]
FAILURES = {
    f"{code!r} at {status}": Failing(error(code), kind, status)
    for code, kind in KINDS
    for status in (200, 400)
}
FAILURES["told in extra only"] = Failing({"extra": {"error_code": 28001008}}, Expired)
FAILURES["told in data only"] = Failing({"data": {"error_code": 2100005}}, WrongParameters)
RENEWAL = Renewal(
    request=f"POST {URL}/oauth/refresh_token/",
    content={
        "data": {
            "access_token": "act.fresh",
            "error_code": 0,
            "expires_in": "1296000",
            "open_id": "open-21",
            "refresh_expires_in": "2592000",
            "refresh_token": f"rft-{SECRET}",
            "scope": "user_info",
        },
        "message": "success",
    },
    secrets={
        "access_token": "act.fresh",
        "expires_at": (NOW + timedelta(days=15, minutes=-5)).isoformat(),
        "refresh_token": f"rft-{SECRET}",
    },
)


def _now(place: int, item_id: str, name: str, value: int) -> tuple[Place, CounterValue]:
    metric, code = STATISTICS[name]
    return ("data", "list", place, "statistics", name), CounterValue(item_id, metric, value, code)


def _daily(place: int, day: int, plays: int) -> tuple[Place, CounterValue]:
    return ("data", "result_list", place, "play"), CounterValue(
        ITEM,
        Metric.READS,
        plays,
        "douyin.daily_plays",
        value_kind=ValueKind.INTERVAL,
        period_starts_at=at(day, 0),
        period_ends_at=at(day + 1, 0),
        observed_at=at(29, 10),
    )


SAMPLES = {
    "douyin": Sample(
        account=_account(),
        posts=(post(ITEM), post(OTHER)),
        request=f"POST {URL}/api/douyin/v1/video/video_data/?open_id=open-21"
        f' {{"item_ids": ["{ITEM}", "{OTHER}"]}}',
        content=VIDEOS,
        values=dict(
            _now(place, row["item_id"], name, row["statistics"][name])
            for place, row in enumerate(VIDEOS["data"]["list"])
            for name in STATISTICS
        ),
        rows=("data", "list"),
        row_id=("item_id",),
        renewal=RENEWAL,
        failures=FAILURES,
    ),
    "douyin-totals": Sample(
        account=_account(interface="totals"),
        posts=(post(ITEM),),
        request=f"GET {URL}/data/external/item/base/?{ENCODED}",
        content=BASE,
        values={
            ("data", "result", name): CounterValue(
                ITEM, metric, BASE["data"]["result"][name], code, observed_at=at(28, 23, 59, 59)
            )
            for name, (metric, code) in TOTALS.items()
        },
        renewal=RENEWAL,
        failures=FAILURES,
    ),
    "douyin-daily": Sample(
        account=_account(interface="daily"),
        posts=(post(ITEM),),
        request=f"GET {URL}/data/external/item/play/?{ENCODED}&date_type=30",
        content=DAILY,
        values=dict(_daily(place, day, plays) for place, (day, plays) in enumerate(PLAYS.items())),
        renewal=RENEWAL,
        failures=FAILURES,
    ),
}
