"""The id of each request: in its answer, in every line it causes to be logged, and in what it
leaves for the workers."""

from __future__ import annotations

import itertools
import re
import secrets
from functools import cache

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from api.replies import Headers, headers_of

GIVEN = re.compile(rb"[A-Za-z0-9._-]{1,64}")
NUMBERS = itertools.count()
HEADER = b"x-request-id"
PLACE = "xinfeng.request_id"
"""In an ASGI scope."""


def request_id_of(headers: Headers) -> str:
    """The id the caller gave, when it is a plain one, else a new one. From now on every line this
    task logs, and every task it starts, has it: a server runs each request in a task of its own."""
    given = headers.get(HEADER)
    if given is not None and GIVEN.fullmatch(given):
        request_id = given.decode()
    else:
        request_id = f"{process_name()}-{next(NUMBERS)}"
    bind_contextvars(request_id=request_id)
    return request_id


@cache
def process_name() -> str:
    """Random, so that ids of several processes, and of one started again, never meet."""
    return secrets.token_hex(8)


class Identified:
    """An application whose requests have an id, in scope[PLACE], and tell it in their answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = request_id_of(headers_of(scope))
        scope[PLACE] = request_id

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), (HEADER, request_id.encode())]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, told)
