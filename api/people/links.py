"""/link/…: the page behind an invitation or a password reset."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from api.people.pages import Failed, Visit, visiting
from domain.problems import Invalid, NotFound, Problem
from domain.users.actions import links
from domain.users.rules import LinkKind

PATH = "/link/"


async def show(visit: Visit) -> Response:
    """Looking uses nothing up."""
    return visit.page("link.html", **_form(await _shown(visit)))


async def submit(visit: Visit) -> Response:
    shown = await _shown(visit)
    form = await visit.form()
    try:
        if form.get("new", "") != form.get("again", ""):
            raise Invalid("the two passwords differ", code="DIFFERENT")
        await links.use(
            _secret(visit), form.get("new", ""), now=visit.now, request_id=visit.request_id
        )
    except NotFound as problem:
        raise Failed(problem.code, 404) from None
    except Problem as problem:
        return visit.refused("link.html", problem, **_form(shown))
    return visit.go("/sign-in?done=password")


async def _shown(visit: Visit) -> links.Shown:
    try:
        return await links.shown(_secret(visit), now=visit.now)
    except NotFound as problem:
        raise Failed(problem.code, 404) from None


def _secret(visit: Visit) -> str:
    return str(visit.request.path_params["secret"])


def _form(shown: links.Shown) -> dict[str, Any]:
    return {"email": shown.user.email, "invitation": shown.kind is LinkKind.INVITATION}


routes = [
    Route("/link/{secret}", visiting(show), methods=["GET"]),
    Route("/link/{secret}", visiting(submit), methods=["POST"]),
]
