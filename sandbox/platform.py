"""What all platform endpoints share: the request is noted, and the faults that are on befall it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sandbox.faults import Hit
from sandbox.limits import Limit
from sandbox.state import Sandbox, View, sandbox_of

Answer = Callable[[Request, View], Response]
Refuse = Callable[[int], Response]
Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]

SHOWN_BODY_BYTES = 4096
SECRET_PARAMS = frozenset({"access_token", "key"})

EXPIRED = -1
"""The status a platform's `refuse` is given for a token that no longer holds."""

GARBAGE = b"<html><body>\xff\xfe upstream {{ error }} </body>"
HUGE_BYTES = 8 * 1024 * 1024
PIECE = b" " * 65536


@dataclass(frozen=True, slots=True)
class Double:
    """One platform as the sandbox plays it.

    limits: its allowances, by a name of their own. asks: what can be asked, a line each.
    """

    routes: Sequence[Route]
    asks: Sequence[str]
    limits: Mapping[str, Limit] = field(default_factory=dict)


class Truncated(Response):
    """Promises the whole body and hangs up in the middle."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        half = self.body[: len(self.body) // 2]
        start = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": half, "more_body": True})
        raise ConnectionAbortedError("the sandbox hangs up, as it was told to")


class Huge(Response):
    """More than anybody should read, piece by piece and without a length."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for _ in range(HUGE_BYTES // len(PIECE)):
            await send({"type": "http.response.body", "body": PIECE, "more_body": True})
        await send({"type": "http.response.body", "body": b"[]", "more_body": False})


def endpoint(answer: Answer, refuse: Refuse, *, shows_body: bool = True) -> Endpoint:
    """answer: the platform behaving. refuse: its envelope for a status, or for EXPIRED.

    shows_body: whether what is sent holds no secret, and may be shown at /requests.
    """

    async def run(request: Request) -> Response:
        sandbox = sandbox_of(request)
        hit = sandbox.faults.take(request.url.path)
        body = await request.body()
        note = _note(sandbox, request, body if shows_body else b"")
        with suppress(TimeoutError):
            await asyncio.wait_for(sandbox.stopping.wait(), hit.slow_seconds)
        response = _response(request, sandbox, hit, body, answer, refuse)
        note["status"] = response.status_code
        sandbox.counts[request.url.path, response.status_code] += 1
        return response

    return run


def _response(
    request: Request, sandbox: Sandbox, hit: Hit, body: bytes, answer: Answer, refuse: Refuse
) -> Response:
    if "expired_token" in hit.marks:
        sandbox.tokens.end_all()
    if hit.status or "expired_token" in hit.marks:
        refused = refuse(EXPIRED if hit.status is None else hit.status)
        if hit.retry_after:
            refused.headers["retry-after"] = str(hit.retry_after)
        return refused
    if "garbage" in hit.marks:
        return Response(GARBAGE, media_type="text/html")
    if "huge" in hit.marks:
        return Huge()
    response = answer(request, _view(sandbox, hit, body))
    if "truncated" in hit.marks:
        return Truncated(response.body, response.status_code, media_type="application/json")
    return response


def _view(sandbox: Sandbox, hit: Hit, body: bytes) -> View:
    return View(sandbox.topics, sandbox.clock.hour(), hit, body, sandbox.postings)


def _note(sandbox: Sandbox, request: Request, body: bytes) -> dict[str, Any]:
    """A request as /requests shows it; status 0 while it is not answered."""
    shown = [
        (name, "…" if name in SECRET_PARAMS else value)
        for name, value in request.query_params.multi_items()
    ]
    text = body[:SHOWN_BODY_BYTES].decode(errors="replace")
    path = request.url.path
    note = {"at": time.time(), "path": path, "query": shown, "body": text, "status": 0}
    sandbox.requests.append(note)
    return note
