"""Weibo's counters, free and commercial, in Weibo's shapes.

The data set has reads 阅读, discussions 讨论 (shown as comments) and original posts 原创 (shown as
reposts). It has no likes, so that `attitudes` is left out: unknown is not zero.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.limits import Limit, every
from sandbox.platform import EXPIRED, Double, endpoint
from sandbox.state import Shown, View, caller_of, sandbox_of

MOST_IDS = 100
ERRORS = {
    10001: "System error",
    10002: "Service unavailable",
    10006: "Source paramter (appkey) is missing",
    10014: "Insufficient app permissions",
    10016: "Error: miss required parameter (ids)",
    10017: "Parameter (ids)'s value invalid",
    10022: "IP requests out of rate limit",
    10023: "User requests out of rate limit",
    20101: "Target weibo does not exist!",
    21327: "Expired token",
}
CODE_OF_STATUS = {401: 21327, 403: 10014, 429: 10022, 500: 10001, 503: 10002}


class WeiboError(Exception):
    def __init__(self, status: int, code: int) -> None:
        super().__init__(code)
        self.status, self.code = status, code


def token_of(request: Request) -> str:
    """From the query or from `Authorization: OAuth2 …`."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return request.query_params.get("access_token") or (given if scheme == "OAuth2" else "")


def envelope(status: int, code: int) -> Response:
    error = {"request": "/2/", "error_code": code, "error": ERRORS[code]}
    return JSONResponse(error, status_code=status)


def refuse(status: int) -> Response:
    if status == EXPIRED:
        return envelope(401, 21327)
    return envelope(status, CODE_OF_STATUS.get(status, 10001 if status >= 500 else 10014))


def _checked(answer: Callable[[Request, View], Any]) -> Callable[[Request, View], Response]:
    """The token and the allowance first; what `answer` refuses becomes an envelope."""

    def run(request: Request, view: View) -> Response:
        try:
            token = token_of(request)
            if not token:
                raise WeiboError(403, 10006)
            allowance = sandbox_of(request).limits["weibo"].take(caller_of(request, token))
            if allowance.exceeded:
                raise WeiboError(403, 10023)
            return JSONResponse(answer(request, view))
        except WeiboError as error:
            return envelope(error.status, error.code)

    return run


def _ids(request: Request) -> list[int]:
    texts = [text for text in request.query_params.get("ids", "").split(",") if text]
    if not texts:
        raise WeiboError(400, 10016)
    if len(texts) > MOST_IDS or not all(text.isascii() and text.isdigit() for text in texts):
        raise WeiboError(400, 10017)
    return sorted({int(text) for text in texts})


def _posts(request: Request, view: View) -> list[Shown]:
    posts = [view.post(post_id) for post_id in _ids(request)]
    return [post for post in posts if post is not None]


def _counts(post: Shown, names: dict[str, str]) -> dict[str, int]:
    return {theirs: post.counters[ours] for theirs, ours in names.items() if ours in post.counters}


FREE = {"comments": "discussions", "reposts": "original_posts"}
COMMERCIAL = {**FREE, "reads": "reads"}
SHOWN = {"comments_count": "discussions", "reposts_count": "original_posts"}


def count(request: Request, view: View) -> Any:
    return [{"id": post.id, **_counts(post, FREE)} for post in _posts(request, view)]


def media_count(request: Request, view: View) -> Any:
    """Posts of accounts outside the media class are left out without a word."""
    posts = _posts(request, view)
    if not token_of(request).startswith("media"):
        return []
    rows = [{"id": post.id, **_counts(post, COMMERCIAL)} for post in posts]
    return [{name: str(value) for name, value in row.items()} for row in rows]


def show(request: Request, view: View) -> Any:
    text = request.query_params.get("id", "")
    post = view.post(int(text)) if text.isascii() and text.isdigit() else None
    if post is None:
        raise WeiboError(400, 20101)
    return {"id": post.id, "idstr": str(post.id), "text": post.title, **_counts(post, SHOWN)}


def route(path: str, answer: Callable[[Request, View], Any]) -> Route:
    return Route(f"/weibo/2{path}", endpoint(_checked(answer), refuse))


DOUBLE = Double(
    routes=[
        route("/statuses/count.json", count),
        route("/media_statuses/count_sp/biz.json", media_count),
        route("/statuses/show.json", show),
    ],
    limits={"weibo": Limit(100, every(24 * 3600))},
    asks=[
        "GET /weibo/2/statuses/count.json?ids=…&access_token=…",
        "GET /weibo/2/media_statuses/count_sp/biz.json?ids=…, tokens that start with media",
        "GET /weibo/2/statuses/show.json?id=…",
    ],
)
