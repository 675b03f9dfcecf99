"""YouTube's statistics, in the shapes of the YouTube Data API v3.

Reads 阅读 are shown as views, discussions 讨论 as comments. The data set has no likes: every video
hides them, and `likeCount` is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.limits import Limit, day_in
from sandbox.platform import EXPIRED, Double, endpoint
from sandbox.state import Shown, View, sandbox_of

MOST_IDS = 50
PACIFIC = ZoneInfo("America/Los_Angeles")
NAMES = {"viewCount": "reads", "commentCount": "discussions"}
MESSAGES = {
    "keyInvalid": "API key not valid. Please pass a valid API key.",
    "forbidden": "Method doesn't allow unregistered callers.",
    "quotaExceeded": "The request cannot be completed because you have exceeded your quota.",
    "missingRequiredParameter": "No filter selected.",
    "invalidParameter": "The request specifies an invalid parameter value.",
    "rateLimitExceeded": "Resource has been exhausted (e.g. check quota).",
    "backendError": "Backend Error",
}
REASON_OF_STATUS = {400: "invalidParameter", 403: "forbidden", 429: "rateLimitExceeded"}


class YouTubeError(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


def envelope(status: int, reason: str) -> Response:
    message = MESSAGES[reason]
    domain = "youtube.quota" if reason == "quotaExceeded" else "global"
    details = [{"message": message, "domain": domain, "reason": reason}]
    error = {"code": status, "message": message, "errors": details}
    return JSONResponse({"error": error}, status_code=status)


def refuse(status: int) -> Response:
    if status == EXPIRED:
        return envelope(400, "keyInvalid")
    return envelope(status, REASON_OF_STATUS.get(status, "backendError"))


def _checked(
    bucket: str, answer: Callable[[Request, View], Any]
) -> Callable[[Request, View], Response]:
    """The key, then one unit of the bucket; what `answer` refuses becomes an envelope."""

    def run(request: Request, view: View) -> Response:
        try:
            key = request.query_params.get("key", "")
            if not key:
                raise YouTubeError(403, "forbidden")
            if key.startswith("invalid"):
                raise YouTubeError(400, "keyInvalid")
            if sandbox_of(request).limits[bucket].take(key).exceeded:
                raise YouTubeError(403, "quotaExceeded")
            return JSONResponse(answer(request, view))
        except YouTubeError as error:
            return envelope(error.status, error.reason)

    return run


def _asked(request: Request) -> list[str]:
    texts = [text for text in request.query_params.get("id", "").split(",") if text]
    if not texts or not request.query_params.get("part"):
        raise YouTubeError(400, "missingRequiredParameter")
    if len(texts) > MOST_IDS:
        raise YouTubeError(400, "invalidParameter")
    return list(dict.fromkeys(texts))


def _video(view: View, text: str) -> Shown | None:
    return view.post(int(text)) if text.isascii() and text.isdigit() else None


def _items(request: Request, view: View, kind: str) -> list[dict[str, Any]]:
    """What there is of the parts asked for; ids of no video are left out in silence."""
    parts = set(request.query_params["part"].split(","))
    videos = [_video(view, text) for text in _asked(request)]
    return [
        {
            "kind": kind,
            "id": str(video.id),
            **({"statistics": _statistics(video)} if "statistics" in parts else {}),
            **({"snippet": {"title": video.title}} if "snippet" in parts else {}),
        }
        for video in videos
        if video is not None
    ]


def _statistics(video: Shown) -> dict[str, str]:
    """Every number as text."""
    return {
        theirs: str(video.counters[ours])
        for theirs, ours in NAMES.items()
        if ours in video.counters
    }


def videos(request: Request, view: View) -> Any:
    _asked(request)
    items = _items(request, view, "youtube#video")
    page = {"totalResults": len(items), "resultsPerPage": len(items)}
    return {"kind": "youtube#videoListResponse", "items": items, "pageInfo": page}


def batch_stats(request: Request, view: View) -> Any:
    """Says which ids it has nothing for, which is no word about whether they exist."""
    asked = _asked(request)
    items = _items(request, view, "youtube#videoStats")
    shown = {item["id"] for item in items}
    failed = [text for text in asked if text not in shown]
    return {
        "kind": "youtube#batchGetStatsResponse",
        "items": items,
        "summary": {
            "requestedVideoCount": len(asked),
            "succeededVideoCount": len(items),
            "failedVideoCount": len(failed),
            "failedVideoIds": failed,
        },
    }


def route(path: str, bucket: str, answer: Callable[[Request, View], Any]) -> Route:
    return Route(f"/youtube/v3/{path}", endpoint(_checked(bucket, answer), refuse))


DOUBLE = Double(
    routes=[
        route("videos", "youtube", videos),
        route("videos:batchGetStats", "youtube.batchGetStats", batch_stats),
    ],
    limits={
        "youtube": Limit(10_000, day_in(PACIFIC)),
        "youtube.batchGetStats": Limit(10_000, day_in(PACIFIC)),
    },
    asks=[
        "GET /youtube/v3/videos?part=statistics&id=…&key=…",
        "GET /youtube/v3/videos:batchGetStats?part=statistics&id=…&key=…",
    ],
)
