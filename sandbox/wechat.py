"""WeChat's article statistics (datacube, the family of 2025-11), in WeChat's shapes.

An official account is an appid that ends in a hexadecimal digit, its secret
`secret-of-<appid>`; a sixteenth of the topics are its articles, `<number>_1`. Reads 阅读
are shown as reading users, original posts 原创 as sharing users, discussions 讨论 as
comments; the data set has no likes, and they are left out. Errors come with HTTP 200.
Yesterday is counted from 08:00 on; until then, and while the fault `delayed` is on, it
is shown as far as 20:00 and `is_delay` says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.accounts import owns, secret_of
from sandbox.calendar import day_of, hours_of, moment_of, published_on
from sandbox.limits import Limit, day_in
from sandbox.platform import EXPIRED, Double, endpoint
from sandbox.state import View, sandbox_of
from sandbox.topics import Topic

FIRST_DAY = date(2025, 11, 1)
SHOWN_DAYS = 30
READY_HOUR = 8
PARTIAL_HOUR = 20
TOKEN_SECONDS = 7200
NAMES = {"read_user": "reads", "share_user": "original_posts", "comment_count": "discussions"}
RETIRED = (
    "getarticlesummary",
    "getarticletotal",
    "getuserread",
    "getuserreadhour",
    "getusershare",
    "getusersharehour",
)
ERRORS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40013: "invalid appid",
    40097: "invalid args",
    40125: "invalid appsecret",
    41001: "access_token missing",
    45009: "reach max api daily quota limit",
    47001: "data format error",
    47009: "this api is offline, please use the new api",
    48001: "api unauthorized",
    61500: "date format error",
    61501: "date range error",
    61503: "data not ready, please try later",
}
SHANGHAI = ZoneInfo("Asia/Shanghai")


class WeChatError(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def envelope(code: int, status: int = 200) -> Response:
    text = ERRORS.get(code, "unknown error")
    error = {"errcode": code, "errmsg": f"{text} rid: sandbox"}
    return JSONResponse(error, status_code=status)


def refuse(status: int) -> Response:
    """WeChat's own errors come with HTTP 200; another status is its gateway's."""
    if status == EXPIRED:
        return envelope(40001)
    return envelope(-1, status)


def stable_token(request: Request, view: View) -> Response:
    """The account's token, a new one only where the old is over or `force_refresh` asks for it."""
    try:
        given = _body(view)
        app_id = str(given.get("appid"))
        if not app_id.startswith("wx"):
            raise WeChatError(40013)
        if given.get("secret") != secret_of(app_id):
            raise WeChatError(40125)
        if given.get("grant_type") != "client_credential":
            raise WeChatError(40097)
        sandbox = sandbox_of(request)
        if sandbox.limits["wechat tokens"].take(app_id).exceeded or view.hit.code:
            raise WeChatError(view.hit.code or 45009)
        standing = None if given.get("force_refresh") else sandbox.tokens.standing(app_id)
        token = standing or sandbox.tokens.issue(app_id, TOKEN_SECONDS)
        seconds = int(token.ends_at - sandbox.tokens.now())
        return JSONResponse({"access_token": token.text, "expires_in": seconds})
    except WeChatError as error:
        return envelope(error.code)


def datacube(name: str, most_days: int, answer: Callable[..., Any]) -> Route:
    """answer: of the appid, the view and the days that are asked about."""

    def run(request: Request, view: View) -> Response:
        try:
            app_id = _allowed(request, view, name)
            rows = answer(app_id, view, *_days(view, most_days))
        except WeChatError as error:
            return envelope(error.code)
        return JSONResponse({"list": list(rows), "is_delay": _is_delayed(view)})

    return Route(f"/wechat/datacube/{name}", endpoint(run, refuse), methods=["POST"])


def retired(name: str) -> Route:
    def run(request: Request, view: View) -> Response:
        return envelope(47009)

    return Route(f"/wechat/datacube/{name}", endpoint(run, refuse), methods=["POST"])


def _allowed(request: Request, view: View, name: str) -> str:
    """The appid. Its token first, then what its allowance of this endpoint leaves."""
    sandbox = sandbox_of(request)
    token = request.query_params.get("access_token", "")
    app_id = sandbox.tokens.owner(token)
    if app_id is None:
        raise WeChatError(40001 if token else 41001)
    if view.hit.code is not None:
        raise WeChatError(view.hit.code)
    if sandbox.limits["wechat"].take(f"{app_id} {name}").exceeded:
        raise WeChatError(45009)
    return app_id


def _body(view: View) -> Mapping[str, Any]:
    try:
        given = json.loads(view.body)
    except ValueError:
        raise WeChatError(47001) from None
    if not isinstance(given, dict):
        raise WeChatError(47001)
    return given


def _days(view: View, most_days: int) -> tuple[date, date]:
    given = _body(view)
    try:
        first, last = (date.fromisoformat(given[name]) for name in ("begin_date", "end_date"))
    except (KeyError, TypeError, ValueError):
        raise WeChatError(61500) from None
    today = day_of(view.hour)
    if not FIRST_DAY <= first <= last < today or (last - first).days >= most_days:
        raise WeChatError(61501)
    if first == today - timedelta(1) and moment_of(view.hour).hour < READY_HOUR:
        raise WeChatError(61503)
    return first, last


def _is_delayed(view: View) -> bool:
    return "delayed" in view.hit.marks or moment_of(view.hour).hour < READY_HOUR


def _counted_hours(view: View, day: date) -> range:
    """Those of a day that are counted by now: none of today's."""
    hours = hours_of(day)
    yesterday = day_of(view.hour) - timedelta(1)
    if day > yesterday:
        return hours[:0]
    return hours[:PARTIAL_HOUR] if day == yesterday and _is_delayed(view) else hours


def total_detail(app_id: str, view: View, day: date, _: date) -> Iterator[dict[str, Any]]:
    """By day of publication, each day's figures counted since publication."""
    for post_id, topic in _articles(app_id, view):
        if published_on(topic) != day:
            continue
        days = [day + timedelta(count) for count in range(SHOWN_DAYS)]
        rows = _changes(view, topic, days)
        if rows:
            yield {
                "ref_date": day.isoformat(),
                "msgid": f"{post_id}_1",
                "publish_type": 1,
                "title": topic.title,
                "content_url": f"https://mp.weixin.qq.com/s?mid={post_id}&idx=1",
                "detail_list": rows,
            }


def _changes(view: View, topic: Topic, days: list[date]) -> list[dict[str, Any]]:
    """A day on which no counter moved has no row."""
    rows: list[dict[str, Any]] = []
    before: dict[str, int] | None = None
    for day in days:
        hours = _counted_hours(view, day)
        known = topic.at(hours[-1]) if hours else None
        if known is None or known == before:
            continue
        before = known
        figures = {
            theirs: view.fallen(known[ours]) for theirs, ours in NAMES.items() if ours in known
        }
        rows.append({"stat_date": day.isoformat(), **figures, **_sources(figures)})
    return rows


def daily(name: str) -> Callable[[str, View, date, date], Iterator[dict[str, Any]]]:
    """By day of the event; an article to which nothing happened that day is absent."""

    def answer(app_id: str, view: View, day: date, _: date) -> Iterator[dict[str, Any]]:
        hours = _counted_hours(view, day)
        for post_id, _topic in _articles(app_id, view):
            gained = view.gained(post_id, NAMES[name], hours)
            if gained:
                figures = {name: gained}
                yield {
                    "ref_date": day.isoformat(),
                    "msgid": f"{post_id}_1",
                    "detail": {**figures, **_sources(figures)},
                }

    return answer


def summary(app_id: str, view: View, first: date, last: date) -> Iterator[dict[str, Any]]:
    """People who read two articles are one person: at least as many as the most read article had.

    Comments and publications are things, and are added up."""
    for offset in range((last - first).days + 1):
        day = first + timedelta(offset)
        hours = _counted_hours(view, day)
        gained = {
            name: [view.gained(post_id, ours, hours) or 0 for post_id, _ in _articles(app_id, view)]
            for name, ours in NAMES.items()
        }
        sent = sum(published_on(topic) == day for _, topic in _articles(app_id, view))
        yield {
            "ref_date": day.isoformat(),
            "read_user": max(gained["read_user"], default=0),
            "share_user": max(gained["share_user"], default=0),
            "comment_count": sum(gained["comment_count"]),
            "send_page_count": sent,
        }


def _sources(figures: Mapping[str, int]) -> dict[str, Any]:
    """From where people came; the data set knows only that they did."""
    if "read_user" not in figures:
        return {}
    return {"read_user_source": [{"user_count": figures["read_user"], "scene_desc": "全部"}]}


def _articles(app_id: str, view: View) -> Iterator[tuple[int, Topic]]:
    for post_id, topic in view.topics.by_id.items():
        if owns(app_id, post_id) and view.post(post_id) is not None:
            yield post_id, topic


DOUBLE = Double(
    routes=[
        Route(
            "/wechat/cgi-bin/stable_token",
            endpoint(stable_token, refuse, shows_body=False),
            methods=["POST"],
        ),
        datacube("getarticletotaldetail", 1, total_detail),
        datacube("getarticleread", 1, daily("read_user")),
        datacube("getarticleshare", 1, daily("share_user")),
        datacube("getbizsummary", 30, summary),
        *(retired(name) for name in RETIRED),
    ],
    limits={
        "wechat": Limit(1000, day_in(SHANGHAI)),
        "wechat tokens": Limit(2000, day_in(SHANGHAI)),
    },
    asks=[
        'POST /wechat/cgi-bin/stable_token {"grant_type": "client_credential", "appid": "wx…7", …}',
        'POST /wechat/datacube/getarticletotaldetail?access_token=… {"begin_date": …}',
        "POST /wechat/datacube/getarticleread, getarticleshare, getbizsummary",
    ],
)
