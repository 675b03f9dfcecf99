"""GET /v1/deliveries: a partner reads what became of its pushes, signed as it signs these."""

from __future__ import annotations

import re
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.push_refusals import Refusal, json_response, refusing
from api.push_sender import check_signature, partner_of, signature_of
from api.waiting import within
from domain.deliveries.log import (
    deliveries_of,
    delivery_named,
    detailed,
    listed,
    restatements_of,
)
from domain.ids import format_id, parse_id
from domain.problems import Invalid

T = TypeVar("T")

MOST = 100
USUAL = 20


async def list_deliveries(request: Request) -> Response:
    """A page, newest first: {"deliveries": […], "next": the id to give as `after`, or null}."""
    first, before = _first(request), _after(request)
    partner_id = await _partner(request)
    rows = await _within(request, deliveries_of(partner_id, before=before, most=first + 1))
    page = rows[:first]
    more = format_id("Delivery", page[-1].id) if len(rows) > first else None
    return json_response(200, {"deliveries": [listed(row) for row in page], "next": more})


async def show_delivery(request: Request) -> Response:
    """One push, with every rejected item and its reason."""
    partner_id = await _partner(request)
    webhook_id = request.path_params["webhook_id"]
    found = await _within(request, delivery_named(partner_id, webhook_id))
    if found is None:
        raise Refusal(404, "NOT_FOUND", "no push of this webhook-id was taken")
    restatements = await _within(request, restatements_of(found))
    return json_response(200, detailed(found, restatements))


async def _partner(request: Request) -> int:
    """Who asks, once its signature, over an empty body, is verified."""
    now = datetime.now(UTC)
    partner_id, signed = partner_of(request), signature_of(request, now)
    box = request.app.state.secret_box
    await _within(request, check_signature(box, partner_id, signed, b"", now=now))
    return partner_id


async def _within(request: Request, work: Coroutine[Any, Any, T]) -> T:
    return await within(request.app.state.settings.statement_timeout_seconds, work)


def _first(request: Request) -> int:
    given = request.query_params.get("first", str(USUAL))
    if not re.fullmatch("[0-9]{1,4}", given) or not 1 <= int(given) <= MOST:
        raise Refusal(400, "INVALID_PAGE", f"first is a number from 1 to {MOST}")
    return int(given)


def _after(request: Request) -> int | None:
    given = request.query_params.get("after")
    if given is None:
        return None
    try:
        return parse_id(given, "Delivery", path=("after",))[1]
    except Invalid as problem:
        raise Refusal(400, "INVALID_PAGE", f"after: {problem.message}") from None


routes = [
    Route("/v1/deliveries", refusing(list_deliveries), methods=["GET"]),
    Route("/v1/deliveries/{webhook_id:path}", refusing(show_delivery), methods=["GET"]),
]
