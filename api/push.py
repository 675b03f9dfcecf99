"""POST /v1/engagement: a partner pushes its statistics."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from api.push_items import NotJson, read_batch
from api.push_signature import Signed, read_headers, verify
from api.waiting import within
from domain.deliveries.actions import Push, Receipt, receive
from domain.ids import parse_id
from domain.outages import OUTAGES
from domain.partners.secrets import current_secrets
from domain.problems import Conflict, Forbidden, Invalid
from domain.secrets import SecretBox

log = structlog.get_logger()

MOST_BYTES = 2**20
RETRY_AFTER_SECONDS = 5
REPLAYED = "idempotent-replayed"


class Refusal(Exception):
    """An answer that is not 200."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


async def push_engagement(request: Request) -> Response:
    """200 means: in the database. Every other answer is {"error": {"code", "message"}}."""
    try:
        return await _answer(request, now=datetime.now(UTC))
    except Refusal as refusal:
        return _error(refusal.status, refusal.code, refusal.message)
    except OUTAGES as outage:
        log.warning("push refused, database away", error=type(outage).__name__)
        return _error(
            503,
            "UNAVAILABLE",
            "the database is away; send the same again, under the same webhook-id",
            {"retry-after": str(RETRY_AFTER_SECONDS)},
        )


async def _answer(request: Request, *, now: datetime) -> Response:
    partner_id = _partner(request)
    signed = _read_headers(request, now)
    body = await _read_body(request)
    box = request.app.state.secret_box
    seconds = request.app.state.settings.statement_timeout_seconds
    receipt = await within(seconds, _take(box, partner_id, signed, body, now))
    headers = {REPLAYED: "true"} if receipt.replayed else {}
    return _json(200, receipt.answer, headers)


async def _take(
    box: SecretBox, partner_id: int, signed: Signed, body: bytes, now: datetime
) -> Receipt:
    """Everything that needs the database."""
    secrets = await current_secrets(box, partner_id, now=now)
    _verify(signed, body, secrets)
    return await _receive(_push(partner_id, signed, body), now)


def _partner(request: Request) -> int:
    try:
        return parse_id(request.query_params.get("partner", ""), "Partner", path=("partner",))[1]
    except Invalid as problem:
        message = f"the query parameter partner names who pushes: {problem.message}"
        raise Refusal(400, problem.code, message) from None


def _read_headers(request: Request, now: datetime) -> Signed:
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Refusal(415, "UNSUPPORTED_ENCODING", "the body may not be compressed")
    try:
        return read_headers(request.headers, now=now)
    except Invalid as problem:
        raise Refusal(400, problem.code, problem.message) from None


async def _read_body(request: Request) -> bytes:
    """No more of it is read than may be kept."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > MOST_BYTES:
        raise _too_large()
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > MOST_BYTES:
                raise _too_large()
    except ClientDisconnect:
        raise Refusal(400, "TRUNCATED", "the connection ended before the body did") from None
    if declared.isdecimal() and int(declared[:20]) != len(body):
        raise Refusal(400, "TRUNCATED", "the body is shorter than content-length says")
    return bytes(body)


def _too_large() -> Refusal:
    return Refusal(413, "TOO_LARGE", f"a body has at most {MOST_BYTES:,} bytes; send several")


def _verify(signed: Signed, body: bytes, secrets: list[str]) -> None:
    try:
        verify(signed, body, secrets)
    except UnicodeDecodeError:
        raise Refusal(400, "NOT_UTF8", "the body is not UTF-8") from None
    except Forbidden as problem:
        raise Refusal(401, problem.code, problem.message) from None


def _push(partner_id: int, signed: Signed, body: bytes) -> Push:
    try:
        batch = read_batch(body)
    except NotJson as fault:
        raise Refusal(400, "NOT_JSON", f"the body is no JSON document: {fault}") from None
    except Invalid as problem:
        raise Refusal(422, problem.code, problem.message) from None
    return Push(
        partner_id=partner_id,
        webhook_id=signed.webhook_id,
        payload_sha256=hashlib.sha256(body).digest(),
        sent_at=signed.sent_at,
        items=batch.items,
        dry_run=batch.dry_run,
    )


async def _receive(push: Push, now: datetime) -> Receipt:
    try:
        return await receive(push, now=now)
    except Conflict as problem:
        raise Refusal(409, problem.code, problem.message) from None


def _error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Response:
    return _json(status, {"error": {"code": code, "message": message}}, headers or {})


def _json(status: int, content: Any, headers: dict[str, str]) -> Response:
    return Response(
        msgspec.json.encode(content), status, headers=headers, media_type="application/json"
    )


routes = [Route("/v1/engagement", push_engagement, methods=["POST"])]
