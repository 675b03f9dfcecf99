"""Bilibili's open platform: the statistics of one video a call, with signed headers.

An application is any client_id, its secret `secret-of-<client_id>`. A user is a name
that ends in a hexadecimal digit and has a sixteenth of the topics as videos, under ids
of their own (`bvid_of`). The user's first refresh token is `rt-<user>`; each is good
for one renewal. Reads 阅读 are shown as views, original posts 原创 as shares, discussions
讨论 as replies; the data set has no likes, and they are left out. Errors come with HTTP
200.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.accounts import owns, secret_of
from sandbox.calendar import moment_of
from sandbox.limits import Limit, day_in
from sandbox.platform import EXPIRED, Double, endpoint
from sandbox.state import View, sandbox_of

SIGNED = (
    "x-bili-accesskeyid",
    "x-bili-content-md5",
    "x-bili-signature-method",
    "x-bili-signature-nonce",
    "x-bili-signature-version",
    "x-bili-timestamp",
)
TOLERANCE_SECONDS = 600
TOKEN_SECONDS = 30 * 24 * 3600
FIRST_REFRESH = "rt-"
NAMES = {"view": "reads", "share": "original_posts", "reply": "discussions"}
DIGITS = "FcwAPNKTMug3GV5Lj7EJnHpWsx4tb8haYeviqBz6rkCy12mUSDQX9RdoZf"
ERRORS = {
    122007: "refreshToken不合法",
    127000: "缺少鉴权参数",
    127001: "access_token验证错误",
    127004: "client_id验证错误",
    127007: "应用无该接口权限",
    127009: "api请求次数达到上限",
    127012: "鉴权错误",
    127100: "请求参数错误",
    127107: "稿件已经被删除",
    127124: "不存在该稿件",
    127200: "业务异常,请联系开放平台",
    127201: "系统繁忙,请稍后再试",
}


class BilibiliError(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def bvid_of(post_id: int) -> str:
    """Ten characters of Bilibili's alphabet after "BV"."""
    digits = []
    for _ in range(10):
        post_id, digit = divmod(post_id, len(DIGITS))
        digits.append(DIGITS[digit])
    return "BV" + "".join(reversed(digits))


def _post_id(bvid: str) -> int | None:
    if len(bvid) != 12 or not bvid.startswith("BV") or not set(bvid[2:]) <= set(DIGITS):
        return None
    post_id = 0
    for character in bvid[2:]:
        post_id = post_id * len(DIGITS) + DIGITS.index(character)
    return post_id


def envelope(code: int, data: Any = None, status: int = 200) -> Response:
    text = ERRORS.get(code, "unknown error") if code else "0"
    content: dict[str, Any] = {"code": code, "message": text, "ttl": 1, "request_id": "sandbox"}
    return JSONResponse(content if data is None else {**content, "data": data}, status_code=status)


def refuse(status: int) -> Response:
    if status == EXPIRED:
        return envelope(127001)
    return envelope(127201, status=status)


def stat(request: Request, view: View) -> Response:
    try:
        user = _allowed(request, view)
        post_id = _post_id(request.query_params.get("resource_id", ""))
        if post_id is None:
            raise BilibiliError(127100)
        if post_id in view.hit.deleted:
            raise BilibiliError(127107)
        post = view.post(post_id)
        if post is None or not owns(user, post_id):
            raise BilibiliError(127124)
    except BilibiliError as error:
        return envelope(error.code)
    known = {theirs: post.counters[ours] for theirs, ours in NAMES.items() if ours in post.counters}
    first_hour = view.topics.by_id[post_id].hours[0]
    published = int(moment_of(first_hour).timestamp())
    return envelope(0, {"title": post.title, "ptime": published, **known})


def _allowed(request: Request, view: View) -> str:
    """The user. The signature first, then the token, then what the allowance leaves."""
    sandbox = sandbox_of(request)
    _check_signature(request.headers, view.body, sandbox.tokens.now())
    if not sandbox.nonces.use(request.headers["x-bili-signature-nonce"], 2 * TOLERANCE_SECONDS):
        raise BilibiliError(127012)
    user = sandbox.tokens.owner(request.headers.get("access-token", ""))
    if user is None:
        raise BilibiliError(127001)
    if view.hit.code is not None:
        raise BilibiliError(view.hit.code)
    client_id = request.headers["x-bili-accesskeyid"]
    if sandbox.limits["bilibili"].take(client_id).exceeded:
        raise BilibiliError(127009)
    return user


def _check_signature(headers: Mapping[str, str], body: bytes, now: float) -> None:
    given = {name: headers.get(name, "") for name in SIGNED}
    if not all(given.values()) or not headers.get("authorization"):
        raise BilibiliError(127000)
    lines = "\n".join(f"{name}:{given[name]}" for name in sorted(given))
    secret = secret_of(given["x-bili-accesskeyid"])
    right = hmac.new(secret.encode(), lines.encode(), hashlib.sha256).hexdigest()
    if (
        not hmac.compare_digest(right.encode(), headers["authorization"].encode())
        or given["x-bili-signature-method"] != "HMAC-SHA256"
        or given["x-bili-signature-version"] != "2.0"
        or given["x-bili-content-md5"] != hashlib.md5(body).hexdigest()
        or not _is_near(given["x-bili-timestamp"], now)
    ):
        raise BilibiliError(127012)


def _is_near(timestamp: str, now: float) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
        return False
    return abs(int(timestamp) - now) <= TOLERANCE_SECONDS


def refresh_token(request: Request, view: View) -> Response:
    """Both tokens anew. `expires_in` is the moment of the end, in unix seconds."""
    sandbox = sandbox_of(request)
    form = {name: values[0] for name, values in parse_qs(view.body.decode("latin-1")).items()}
    if form.get("client_secret") != secret_of(form.get("client_id", "")):
        return envelope(127004)
    if form.get("grant_type") != "refresh_token":
        return envelope(127100)
    given = form.get("refresh_token", "")
    user, _, number = given.removeprefix(FIRST_REFRESH).partition(".")
    used = sandbox.tokens.renewals[user]
    if not given.startswith(FIRST_REFRESH) or not user or number != (str(used) if used else ""):
        return envelope(122007)
    sandbox.tokens.renewals[user] += 1
    token = sandbox.tokens.issue(user, TOKEN_SECONDS)
    return envelope(
        0,
        {
            "access_token": token.text,
            "refresh_token": f"{FIRST_REFRESH}{user}.{used + 1}",
            "expires_in": int(token.ends_at),
            "scopes": ["ARC_DATA"],
        },
    )


DOUBLE = Double(
    routes=[
        Route("/bilibili/arcopen/fn/data/arc/stat", endpoint(stat, refuse)),
        Route(
            "/bilibili/x/account-oauth2/v1/refresh_token",
            endpoint(refresh_token, refuse, shows_body=False),
            methods=["POST"],
        ),
    ],
    limits={"bilibili": Limit(10_000, day_in(ZoneInfo("Asia/Shanghai")))},
    asks=[
        "POST /bilibili/x/account-oauth2/v1/refresh_token client_id=…&refresh_token=rt-…&…",
        "GET /bilibili/arcopen/fn/data/arc/stat?resource_id=BV…, with signed headers",
    ],
)
