"""Mastodon's statuses, in Mastodon's shapes.

A new status may be posted with a token; an Idempotency-Key is used once. Discussions 讨论 are shown
as replies and original posts 原创 as reblogs. The data set has no likes, so that `favourites_count`
is left out: unknown is not zero. Mastodon never tells reads.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.limits import Allowance, Limit, every
from sandbox.platform import EXPIRED, Double, endpoint
from sandbox.state import Shown, View, caller_of, sandbox_of

MOST_IDS = 20
MOST_CHARACTERS = 500
PLACE = "https://mastodon.sandbox.example/@sandbox"
ERRORS = {
    401: "The access token is invalid",
    403: "This action is not allowed",
    404: "Record not found",
    422: f"Too many ids, {MOST_IDS} are the most",
    429: "Too many requests",
    503: "Remote SSL certificate could not be verified",
}
NAMES = {"replies_count": "discussions", "reblogs_count": "original_posts"}


def error(status: int) -> Response:
    return JSONResponse({"error": ERRORS.get(status, "Internal error")}, status_code=status)


def refuse(status: int) -> Response:
    return error(401 if status == EXPIRED else status)


def _status(post: Shown) -> dict[str, Any]:
    counters = {
        theirs: post.counters[ours] for theirs, ours in NAMES.items() if ours in post.counters
    }
    return {"id": str(post.id), "content": f"<p>{post.title}</p>", **counters}


def _limited(answer: Callable[[Request, View], Response]) -> Callable[[Request, View], Response]:
    def run(request: Request, view: View) -> Response:
        token = request.headers.get("authorization", "")
        allowance = sandbox_of(request).limits["mastodon"].take(caller_of(request, token))
        response = error(429) if allowance.exceeded else answer(request, view)
        response.headers.update(_limit_headers(allowance))
        return response

    return run


def _limit_headers(allowance: Allowance) -> dict[str, str]:
    resets_at = datetime.fromtimestamp(allowance.resets_at, UTC)
    return {
        "X-RateLimit-Limit": str(allowance.limit),
        "X-RateLimit-Remaining": str(allowance.remaining),
        "X-RateLimit-Reset": resets_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def several(request: Request, view: View) -> Response:
    texts = request.query_params.getlist("id[]")
    if len(texts) > MOST_IDS:
        return error(422)
    ids = sorted({int(text) for text in texts if text.isascii() and text.isdigit()})
    posts = [view.post(post_id) for post_id in ids]
    return JSONResponse([_status(post) for post in posts if post is not None])


def one(request: Request, view: View) -> Response:
    text = request.path_params["id"]
    post = view.post(int(text)) if text.isascii() and text.isdigit() else None
    return error(404) if post is None else JSONResponse(_status(post))


def new(request: Request, view: View) -> Response:
    if not request.headers.get("authorization", "").startswith("Bearer "):
        return error(401)
    try:
        text = json.loads(view.body)["status"]
    except (ValueError, KeyError, TypeError):
        return _refused("Text can't be blank")
    if not isinstance(text, str) or not text.strip():
        return _refused("Text can't be blank")
    if len(text) > MOST_CHARACTERS:
        return _refused(f"Text character limit of {MOST_CHARACTERS} exceeded")
    key = request.headers.get("idempotency-key") or secrets.token_hex(16)
    posted = view.put(f"mastodon:{key}", text, text)
    number = str(posted.id)
    return JSONResponse({"id": number, "url": f"{PLACE}/{number}", "content": text})


def _refused(why: str) -> Response:
    return JSONResponse({"error": f"Validation failed: {why}"}, status_code=422)


DOUBLE = Double(
    routes=[
        Route("/mastodon/api/v1/statuses", endpoint(_limited(several), refuse), methods=["GET"]),
        Route("/mastodon/api/v1/statuses", endpoint(_limited(new), refuse), methods=["POST"]),
        Route("/mastodon/api/v1/statuses/{id}", endpoint(_limited(one), refuse)),
    ],
    limits={"mastodon": Limit(300, every(300))},
    asks=[
        "GET /mastodon/api/v1/statuses?id[]=…",
        "GET /mastodon/api/v1/statuses/…",
        "POST /mastodon/api/v1/statuses",
    ],
)
