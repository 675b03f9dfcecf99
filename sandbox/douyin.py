"""Douyin's video statistics, daily and real-time, in Douyin's shapes.

A user is an open_id that ends in a hexadecimal digit and has a sixteenth of the topics
as videos; the refresh token is `rft.<open_id>`, the application's client_key anything.
Item ids are opaque and need URL encoding (`item_id_of`). Reads 阅读 are shown as plays,
original posts 原创 as shares, discussions 讨论 as comments; the data set has no likes, and
they are left out. Errors come with HTTP 200.

The user authorised the application on the first day of the data: daily figures begin
with the day after. They are there for a day from 10:00 of the next, of videos that are
not older than 30 days.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.accounts import owns
from sandbox.calendar import day_of, hours_of, moment_of, published_on
from sandbox.limits import Limit, day_in
from sandbox.platform import EXPIRED, Double, endpoint
from sandbox.state import View, sandbox_of
from sandbox.topics import Topic

READY_HOUR = 10
SHOWN_DAYS = 30
SPANS = (7, 15, 30)
MOST_ITEMS = 20
TOKEN_SECONDS = 15 * 24 * 3600
REFRESH_SECONDS = 30 * 24 * 3600
REFRESH = "rft."
TOTALS = {"total_play": "reads", "total_share": "original_posts", "total_comment": "discussions"}
STATISTICS = {
    "play_count": "reads",
    "share_count": "original_posts",
    "comment_count": "discussions",
}
DAILY = {"play": "reads", "share": "original_posts", "comment": "discussions", "like": "likes"}
PARAMETERS = 2100005
ERRORS = {
    10010: "refresh_token expired",
    28001003: "access_token is invalid",
    28001005: "system error, please retry",
    28001008: "access_token has expired",
    28001016: "the application is banned or offline",
    28001018: "the application has no such capability",
    28003017: "quota is used up",
    28003018: "requests are too frequent",
    PARAMETERS: "Parameter error",
}
CODE_OF_STATUS = {401: 28001003, 403: 28001018, 429: 28003018}


class DouyinError(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def item_id_of(post_id: int) -> str:
    """An id as Douyin's: it holds characters that mean something else in a URL."""
    digest = sha256(str(post_id).encode()).digest()[:6]
    return "@" + b64encode(post_id.to_bytes(7, "big") + digest).decode()


def _post_id(item_id: str) -> int | None:
    try:
        post_id = int.from_bytes(b64decode(item_id.removeprefix("@"), validate=True)[:7], "big")
    except ValueError:
        return None
    return post_id if item_id_of(post_id) == item_id else None


def envelope(code: int, status: int = 200, **data: Any) -> Response:
    text = ERRORS.get(code, "unknown error") if code else ""
    told = {"error_code": code, "description": text}
    extra = {**told, "sub_error_code": 0, "sub_description": "", "logid": "sandbox", "now": 0}
    return JSONResponse({"data": {**data, **told}, "extra": extra}, status_code=status)


def refuse(status: int) -> Response:
    if status == EXPIRED:
        return envelope(28001008)
    return envelope(CODE_OF_STATUS.get(status, 28001005), status)


def endpoint_of(answer: Callable[[str, Request, View], Mapping[str, Any]]) -> Any:
    """answer: of the open_id whose token was shown."""

    def run(request: Request, view: View) -> Response:
        try:
            return envelope(0, **answer(_allowed(request, view), request, view))
        except DouyinError as error:
            return envelope(error.code)

    return endpoint(run, refuse)


def _allowed(request: Request, view: View) -> str:
    """The open_id. Its token first, then what its allowance of this endpoint leaves."""
    sandbox = sandbox_of(request)
    token = request.headers.get("access-token", "")
    open_id = sandbox.tokens.owner(token)
    if open_id is None:
        raise DouyinError(28001008 if sandbox.tokens.was_issued(token) else 28001003)
    if request.query_params.get("open_id") != open_id:
        raise DouyinError(PARAMETERS)
    if view.hit.code is not None:
        raise DouyinError(view.hit.code)
    if sandbox.limits["douyin"].take(f"{open_id} {request.url.path}").exceeded:
        raise DouyinError(28003017)
    return open_id


def refresh_token(request: Request, view: View) -> Response:
    """A new access token; the refresh token stays and its end does not move."""
    form = {name: values[0] for name, values in parse_qs(view.body.decode("latin-1")).items()}
    open_id = form.get("refresh_token", "").removeprefix(REFRESH)
    if form.get("grant_type") != "refresh_token" or not form.get("client_key") or not open_id:
        return envelope(PARAMETERS)
    if view.hit.code is not None:
        return envelope(view.hit.code)
    token = sandbox_of(request).tokens.issue(open_id, TOKEN_SECONDS)
    return envelope(
        0,
        access_token=token.text,
        expires_in=str(TOKEN_SECONDS),
        open_id=open_id,
        refresh_expires_in=str(REFRESH_SECONDS),
        refresh_token=f"{REFRESH}{open_id}",
        scope="data.external.item,video.data",
    )


def video_data(open_id: str, request: Request, view: View) -> Mapping[str, Any]:
    """As of now. Videos that are not the user's, or are no more, are left out without a word."""
    try:
        items = json.loads(view.body)["item_ids"]
    except (ValueError, KeyError, TypeError):
        raise DouyinError(PARAMETERS) from None
    if not isinstance(items, list) or not 0 < len(items) <= MOST_ITEMS:
        raise DouyinError(PARAMETERS)
    rows = []
    for item_id in items:
        post = view.post(_post_id(item_id) or 0) if isinstance(item_id, str) else None
        if post is None or not owns(open_id, post.id):
            continue
        counters = {
            theirs: post.counters[ours]
            for theirs, ours in STATISTICS.items()
            if ours in post.counters
        }
        rows.append({"item_id": item_id, "title": post.title, "statistics": counters})
    return {"list": rows}


def base(open_id: str, request: Request, view: View) -> Mapping[str, Any]:
    """The sums of the last 30 days, which are all the days such a video has."""
    _, topic = _video(open_id, request, view)
    known = topic.at(hours_of(_last_day(view))[-1]) or {}
    totals = {theirs: view.fallen(known[ours]) for theirs, ours in TOTALS.items() if ours in known}
    return {"result": totals}


def daily(name: str) -> Callable[[str, Request, View], Mapping[str, Any]]:
    """What each of the last days brought, days that brought nothing included."""

    def answer(open_id: str, request: Request, view: View) -> Mapping[str, Any]:
        span = request.query_params.get("date_type", "")
        if span not in map(str, SPANS):
            raise DouyinError(PARAMETERS)
        post_id, topic = _video(open_id, request, view)
        consent = day_of(view.topics.first_hour)
        rows = []
        for offset in range(int(span)):
            day = _last_day(view) - timedelta(int(span) - 1 - offset)
            if day < published_on(topic) or day <= consent or DAILY[name] == "likes":
                continue
            gained = view.gained(post_id, DAILY[name], hours_of(day))
            rows.append({"date": day.isoformat(), name: gained})
        return {"result_list": rows}

    return answer


def _video(open_id: str, request: Request, view: View) -> tuple[int, Topic]:
    """One of the user's own, not older than 30 days."""
    post_id = _post_id(request.query_params.get("item_id", "")) or 0
    topic = view.topics.by_id.get(post_id)
    if topic is None or view.post(post_id) is None or not owns(open_id, post_id):
        raise DouyinError(PARAMETERS)
    if day_of(view.hour) - published_on(topic) >= timedelta(SHOWN_DAYS):
        raise DouyinError(PARAMETERS)
    return post_id, topic


def _last_day(view: View) -> date:
    """The last day that is counted."""
    days = 1 if moment_of(view.hour).hour >= READY_HOUR and "delayed" not in view.hit.marks else 2
    return day_of(view.hour) - timedelta(days)


DOUBLE = Double(
    routes=[
        Route(
            "/douyin/oauth/refresh_token/",
            endpoint(refresh_token, refuse, shows_body=False),
            methods=["POST"],
        ),
        Route("/douyin/api/douyin/v1/video/video_data/", endpoint_of(video_data), methods=["POST"]),
        Route("/douyin/data/external/item/base/", endpoint_of(base)),
        *(Route(f"/douyin/data/external/item/{name}/", endpoint_of(daily(name))) for name in DAILY),
    ],
    limits={"douyin": Limit(1000, day_in(ZoneInfo("UTC")))},
    asks=[
        "POST /douyin/oauth/refresh_token/ client_key=…&grant_type=refresh_token&…",
        'POST /douyin/api/douyin/v1/video/video_data/?open_id=… {"item_ids": […]}',
        "GET /douyin/data/external/item/base/?open_id=…&item_id=…",
        "GET /douyin/data/external/item/play/?open_id=…&item_id=…&date_type=30, like, …",
    ],
)
