"""/articles/…/record: the whole record of an article's reviews, to read and to print; the same as
a PDF at …/record.pdf."""

from __future__ import annotations

from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from api.callers import Callers, Unauthorized
from api.people.pages import HEADERS, Failed, Visit, visiting
from api.records import Sheet, record_page, record_pdf, sheet_of
from domain.access import Viewer
from domain.articles.records import organization_of, record_of
from domain.database import transaction
from domain.gates import may_at
from domain.permissions import Permission


async def show(visit: Visit) -> Response:
    """For who sees drafts at the article's organization; for others there is no such page."""
    sheet = await _sheet(visit)
    pdf = f"{visit.request.url.path}.pdf"
    page = partial(record_page, sheet, stylesheet="/static/record.css", pdf=pdf)
    return HTMLResponse(await run_in_threadpool(page), 200, HEADERS)


async def print_(visit: Visit) -> Response:
    sheet = await _sheet(visit)
    name = sheet.id.replace(":", "-")
    headers = {**HEADERS, "content-disposition": f'inline; filename="{name}.pdf"'}
    return Response(await run_in_threadpool(record_pdf, sheet), 200, headers, "application/pdf")


async def _sheet(visit: Visit) -> Sheet:
    """Raises Failed, for who may not see it and for what is not there alike, before anything of the
    record is read."""
    number = visit.request.path_params["number"]
    record = await record_of(number) if await _sees(await _viewer(visit), number) else None
    if record is None:
        raise Failed("NOT_HERE", 404)
    return sheet_of(record, zone=visit.settings.zone, language=visit.language)


async def _viewer(visit: Visit) -> Viewer:
    callers: Callers = visit.request.app.state.callers
    try:
        return await callers.viewer_of(visit.headers)
    except Unauthorized:
        raise Failed("NOT_HERE", 404) from None


async def _sees(viewer: Viewer, article_id: int) -> bool:
    async with transaction() as client:
        place = await organization_of(client, article_id)
        return await may_at(client, viewer, Permission.SEE_DRAFTS, place) and place is not None


routes = [
    Route("/articles/{number:int}/record", visiting(show), methods=["GET"]),
    Route("/articles/{number:int}/record.pdf", visiting(print_), methods=["GET"]),
]
