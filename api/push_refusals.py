"""Answers of /v1 that are not 200: {"error": {"code", "message"}}."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response

from domain.outages import OUTAGES

log = structlog.get_logger()

RETRY_AFTER_SECONDS = 5


class Refusal(Exception):
    """An answer that is not 200. retry_after: seconds after which it may be another."""

    def __init__(self, status: int, code: str, message: str, *, retry_after: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after


Handler = Callable[[Request], Awaitable[Response]]


def refusing(handler: Handler) -> Handler:
    """The handler, with its refusals and the database's absence told as every address of /v1
    tells them."""

    async def handle(request: Request) -> Response:
        try:
            return await handler(request)
        except Refusal as refusal:
            return refused(refusal)
        except OUTAGES as outage:
            log.warning("refused, database away", error=type(outage).__name__)
            return refused(
                Refusal(
                    503,
                    "UNAVAILABLE",
                    "the database is away; send the same again, under the same webhook-id",
                    retry_after=RETRY_AFTER_SECONDS,
                )
            )

    return handle


def refused(refusal: Refusal) -> Response:
    headers = {"retry-after": str(refusal.retry_after)} if refusal.retry_after else {}
    error = {"code": refusal.code, "message": refusal.message}
    return json_response(refusal.status, {"error": error}, headers)


def json_response(status: int, content: Any, headers: dict[str, str] | None = None) -> Response:
    return Response(
        msgspec.json.encode(content), status, headers=headers, media_type="application/json"
    )
