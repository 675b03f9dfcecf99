"""POST /v1/engagement/import: an administrator sends a file of figures."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.callers import Callers, Unauthorized
from api.openapi_import import PARAMETERS
from api.push_body import read_body
from api.push_refusals import Refusal, json_response, refusing
from api.request_ids import PLACE
from api.waiting import within
from domain.access import Act, Kind
from domain.ids import parse_id
from domain.imports.actions import File, import_file, open_file
from domain.imports.rows import Reading
from domain.imports.shown import shown_rows, told
from domain.imports.values import moment_of
from domain.partners.rules import Platform
from domain.permissions import Permission, places
from domain.problems import Conflict, Forbidden, Invalid, NotFound
from settings import Settings

MOST_BYTES = 10 * 2**20
MOST_ROWS = 20_000
PATIENCE = 6
"""A file takes as long as this many statements at the most, and comes as long as this many
bodies."""

SWITCHES = {"true": True, "false": False}
KNOWN = {"partner", "dryRun", *PARAMETERS}


async def import_engagement(request: Request) -> Response:
    """200 means: what was accepted is in the database. Sent again, the same file goes on."""
    now = datetime.now(UTC)
    headers = dict(request.scope["headers"])
    settings: Settings = request.app.state.settings
    try:
        callers: Callers = request.app.state.callers
        viewer = await callers.viewer_of(headers)
    except Unauthorized:
        raise Refusal(401, "UNAUTHENTICATED", "this token opens nothing") from None
    if viewer.kind is Kind.ANONYMOUS:
        raise Refusal(401, "UNAUTHENTICATED", "an administrator's token is needed")
    if not places(viewer, Permission.IMPORT_ENGAGEMENT):
        raise Refusal(403, "FORBIDDEN", "only an administrator may import figures")
    dry_run = _switch(request.query_params, "dryRun")
    with request.app.state.gate.slot():
        seconds = settings.body_seconds * PATIENCE
        content = await read_body(request, most=MOST_BYTES, seconds=seconds)
        try:
            file = await asyncio.to_thread(_open, request, content, settings)
            act = Act(viewer, now, request.scope[PLACE])
            work = import_file(act, file, open_days=settings.push_open_days, dry_run=dry_run)
            result = await within(settings.statement_timeout_seconds * PATIENCE, work)
        except Invalid as problem:
            raise Refusal(422, problem.code, problem.message) from None
        except Forbidden as problem:
            raise Refusal(403, problem.code, problem.message) from None
        except NotFound as problem:
            raise Refusal(404, problem.code, problem.message) from None
        except Conflict as problem:
            raise Refusal(503, problem.code, problem.message, retry_after=1) from None
    return json_response(200, told(result, shown_rows(file, now=now)))


def _open(request: Request, content: bytes, settings: Settings) -> File:
    given = request.query_params
    unknown = sorted(set(given) - KNOWN)
    if unknown:
        raise Invalid(f"there is no parameter {', '.join(unknown)}", code="INVALID_PARAMETER")
    observed_at = moment_of(given.get("observedAt", ""), settings.zone)
    reading = Reading(
        zone=settings.zone,
        platform=_platform(given.get("platform")),
        account=given.get("account", ""),
        observed_at=observed_at.at if observed_at else None,
        is_daily=_switch(given, "daily"),
        reason=given.get("reason", ""),
        definition=given.get("definition") or None,
    )
    file = open_file(
        content,
        reading,
        partner_id=parse_id(given.get("partner", ""), "Partner", path=("partner",))[1],
        told=given.getlist("map"),
        registers_posts=_switch(given, "registerPosts"),
        sheet=given.get("sheet", ""),
        encoding=given.get("encoding", ""),
    )
    if len(file.table.rows) > MOST_ROWS:
        message = f"at most {MOST_ROWS:,} rows; ./xinfeng import engagement takes more"
        raise Refusal(413, "TOO_MANY_ROWS", message)
    return file


def _platform(name: str | None) -> Platform | None:
    if name is None:
        return None
    if name not in Platform.__members__:
        raise Invalid(f"{name} is no platform", code="INVALID_PARAMETER")
    return Platform(name)


def _switch(given: Mapping[str, str], name: str) -> bool:
    value = given.get(name, "false")
    if value not in SWITCHES:
        raise Refusal(422, "INVALID_PARAMETER", f"{name} is true or false")
    return SWITCHES[value]


routes = [Route("/v1/engagement/import", refusing(import_engagement), methods=["POST"])]
