"""Bilibili's answers, after the copies of its documentation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.engagement.rules import Metric
from domain.partners.rules import Platform
from domain.pulling.rules import CounterValue
from tests.adapters.sample import NOW, SECRET, Failing, Renewal, Sample, post
from workers.platforms.failures import Expired, PullFailure, Refused, Retryable, Throttled
from workers.platforms.protocol import PulledAccount

VIDEO = "BV1xx411c7mD"
COUNTERS = {
    "view": (Metric.READS, "bilibili.views"),
    "like": (Metric.LIKES, "bilibili.likes"),
    "reply": (Metric.COMMENTS, "bilibili.replies"),
    "share": (Metric.SHARES, "bilibili.shares"),
}
DATA: dict[str, Any] = {
    "title": "…",
    "ptime": 1772000000,
    "view": 100,
    "danmaku": 6,
    "reply": 7,
    "favorite": 4,
    "coin": 3,
    "share": 5,
    "like": 20,
}


def envelope(code: Any, data: Any = None) -> dict[str, Any]:
    content = {"code": code, "message": "…", "ttl": 1, "request_id": "758"}
    return content if data is None else {**content, "data": data}


KINDS: list[tuple[Any, type[PullFailure]]] = [
    (127200, Retryable),
    (127201, Retryable),
    (127001, Expired),
    (127011, Expired),
    (122000, Expired),
    (122007, Expired),
    ("127001", Expired),
    (127009, Throttled),
    (127000, Refused),
    (127004, Refused),
    (127007, Refused),
    (127012, Refused),
    (127100, Refused),
    (-400, Refused),
    ("?", Refused),
]
SAMPLES = {
    "bilibili": Sample(
        account=PulledAccount(
            31,
            Platform.BILIBILI,
            "user-31",
            secrets={
                "app_id": f"client-{SECRET}",
                "app_secret": f"secret-{SECRET}",
                "refresh_token": f"refresh-{SECRET}",
                "access_token": f"token-{SECRET}",
            },
        ),
        posts=(post(VIDEO),),
        request=f"GET https://member.bilibili.com/arcopen/fn/data/arc/stat?resource_id={VIDEO}",
        content=envelope(0, DATA),
        values={
            ("data", name): CounterValue(VIDEO, metric, DATA[name], code)
            for name, (metric, code) in COUNTERS.items()
        },
        exists=envelope(0, DATA),
        renewal=Renewal(
            request="POST https://api.bilibili.com/x/account-oauth2/v1/refresh_token",
            content=envelope(
                0,
                {
                    "access_token": "fresh",
                    "refresh_token": "next",
                    "expires_in": int((NOW + timedelta(days=30)).timestamp()),
                    "scopes": ["ARC_DATA"],
                },
            ),
            secrets={
                "access_token": "fresh",
                "refresh_token": "next",
                "expires_at": (NOW + timedelta(days=30, minutes=-5)).isoformat(),
            },
        ),
        failures={
            f"{code!r} at {status}": Failing(envelope(code), kind, status)
            for code, kind in KINDS
            for status in (200, 400)
        },
    ),
}
