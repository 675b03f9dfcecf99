"""POST /v1/engagement: a partner pushes its statistics."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.metrics.families import PUSHED_ITEMS
from api.metrics.tally import Tally
from api.push_body import encoding_of, read_body, unpacked
from api.push_items import NotJson, read_batch
from api.push_load import Gate
from api.push_refusals import Refusal, json_response, refusing
from api.push_sender import check_signature, partner_of, signature_of
from api.push_signature import Signed
from api.request_ids import PLACE
from api.waiting import within
from domain.access import Act, Kind, Viewer
from domain.deliveries.actions import Receipt, receive
from domain.deliveries.push import Push
from domain.ids import format_id
from domain.problems import Conflict, Invalid
from settings import Settings

MOST_BYTES = 2**20
REPLAYED = "idempotent-replayed"


async def push_engagement(request: Request) -> Response:
    """200 means: in the database. Every other answer is {"error": {"code", "message"}}."""
    now = datetime.now(UTC)
    partner_id, encoding = partner_of(request), encoding_of(request)
    signed = signature_of(request, now)
    settings: Settings = request.app.state.settings
    sent = await read_body(request, most=MOST_BYTES, seconds=settings.body_seconds)
    body = unpacked(sent, encoding, most=MOST_BYTES)
    seconds = settings.statement_timeout_seconds
    gate: Gate = request.app.state.gate
    with gate.slot():
        await within(seconds, gate.check_backlog())
        receipt = await within(seconds, _take(request, partner_id, signed, body, now))
    if receipt.delivery_id is not None and not receipt.replayed:
        _count(request.app.state.tally, receipt)
    return json_response(200, receipt.answer, {REPLAYED: "true"} if receipt.replayed else {})


def _count(tally: Tally, receipt: Receipt) -> None:
    answer = receipt.answer
    tally.count(PUSHED_ITEMS, "accepted", by=answer["accepted"])
    tally.count(PUSHED_ITEMS, "duplicate", by=answer["duplicates"])
    tally.count(PUSHED_ITEMS, "rejected", by=len(answer["rejected"]))


async def _take(
    request: Request, partner_id: int, signed: Signed, body: bytes, now: datetime
) -> Receipt:
    """Nothing is read before its signature is verified."""
    state = request.app.state
    await check_signature(state.secret_box, partner_id, signed, body, now=now)
    push = _push(partner_id, signed, body, state.settings)
    viewer = Viewer(Kind.PARTNER, partner_id, format_id("Partner", partner_id))
    try:
        return await receive(Act(viewer, now, request.scope[PLACE]), push)
    except Conflict as problem:
        if problem.code == "OVERTAKEN":
            raise Refusal(503, problem.code, problem.message, retry_after=1) from None
        raise Refusal(409, problem.code, problem.message) from None


def _push(partner_id: int, signed: Signed, body: bytes, settings: Settings) -> Push:
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
        open_days=settings.push_open_days,
        dry_run=batch.dry_run,
        upserts_posts=batch.upserts_posts,
    )


routes = [Route("/v1/engagement", refusing(push_engagement), methods=["POST"])]
