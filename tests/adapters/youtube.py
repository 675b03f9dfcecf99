"""YouTube's answers, after its documentation."""

from __future__ import annotations

from typing import Any

from domain.engagement.rules import Metric
from domain.partners.rules import Platform
from domain.pulling.rules import CounterValue
from tests.adapters.sample import NOW, SECRET, Failing, Place, Sample, post
from workers.platforms.failures import Expired, PullFailure, Refused, Retryable, Throttled
from workers.platforms.protocol import PulledAccount

COUNTERS = {
    "viewCount": (Metric.READS, "youtube.views"),
    "likeCount": (Metric.LIKES, "youtube.likes"),
    "commentCount": (Metric.COMMENTS, "youtube.comments"),
}
IDS = ("dQw4w9WgXcQ", "9bZkp7q19f0")
ITEMS: list[dict[str, Any]] = [
    {
        "kind": "youtube#video",
        "id": IDS[0],
        "statistics": {"viewCount": "1802345678", "likeCount": "18900000", "commentCount": "0"},
    },
    {
        "kind": "youtube#video",
        "id": IDS[1],
        "statistics": {"viewCount": "0", "likeCount": "7", "commentCount": "3"},
    },
]


def envelope(reason: str, status: int) -> dict[str, Any]:
    """The older way: reasons in `errors`."""
    errors = [{"message": "…", "domain": "youtube", "reason": reason}]
    return {"error": {"code": status, "message": "…", "errors": errors}}


def newer(reason: str, status: int) -> dict[str, Any]:
    """The newer way: a reason in `details`, and an old one that says nothing."""
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}]
    errors = [{"message": "…", "domain": "global", "reason": "badRequest"}]
    return {"error": {"code": status, "message": "…", "errors": errors, "details": details}}


def values(reads: str = "youtube.views") -> dict[Place, CounterValue]:
    codes = {**COUNTERS, "viewCount": (Metric.READS, reads)}
    return {
        ("items", index, "statistics", name): CounterValue(
            item["id"], codes[name][0], int(given), codes[name][1]
        )
        for index, item in enumerate(ITEMS)
        for name, given in item["statistics"].items()
    }


KINDS: list[tuple[str, int, type[PullFailure]]] = [
    ("quotaExceeded", 403, Throttled),
    ("dailyLimitExceeded", 403, Throttled),
    ("rateLimitExceeded", 403, Throttled),
    ("userRateLimitExceeded", 403, Throttled),
    ("rateLimitExceeded", 429, Throttled),
    ("keyInvalid", 400, Expired),
    ("keyExpired", 400, Expired),
    ("authError", 401, Expired),
    ("accessNotConfigured", 403, Refused),
    ("forbidden", 403, Refused),
    ("invalidParameter", 400, Refused),
    ("backendError", 500, Retryable),
    ("backendError", 200, Retryable),
]
FAILURES = {
    f"{reason} at {status}": Failing(envelope(reason, status), kind, status)
    for reason, status, kind in KINDS
} | {"API_KEY_INVALID": Failing(newer("API_KEY_INVALID", 400), Expired, 400)}

CONTENT = {"kind": "youtube#videoListResponse", "items": ITEMS}
SECRETS = {"access_token": SECRET}
SAMPLES = {
    "youtube": Sample(
        account=PulledAccount(7, Platform.YOUTUBE, "UC7", secrets=SECRETS),
        posts=(post(IDS[0]), post(IDS[1])),
        request="GET https://www.googleapis.com/youtube/v3/videos?part=statistics&id="
        + ",".join(IDS),
        content=CONTENT,
        values=values(),
        rows=("items",),
        exists={"items": [{"id": IDS[0]}]},
        failures=FAILURES,
    ),
    "youtube-shorts": Sample(
        account=PulledAccount(
            8, Platform.YOUTUBE, "UC8", secrets=SECRETS, options={"batch_stats": True}
        ),
        posts=[
            post(name, posted_at=NOW, url=f"https://www.youtube.com/shorts/{name}") for name in IDS
        ],
        request="GET https://www.googleapis.com/youtube/v3/videos:batchGetStats?part=statistics&id="
        + ",".join(IDS),
        content={**CONTENT, "summary": {"failedVideoIds": []}},
        values=values("youtube.short-views/2025-03"),
        rows=("items",),
        exists={"items": [{"id": IDS[0]}]},
    ),
}
