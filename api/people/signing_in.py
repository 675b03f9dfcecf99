"""/sign-in and /sign-out."""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from api.people import cookies
from api.people.pages import Visit, visiting
from api.people.words import said
from domain.database import transaction
from domain.problems import Problem
from domain.users.actions import sessions
from domain.users.actions.acting import as_user
from domain.users.actions.second_factor import sign_in_with_code
from domain.users.actions.signing_in import sign_in

HOME = "/account"
LOCAL = re.compile(r"/(?![/\\])[\x21-\x7e]{0,500}")


def destination(given: str) -> str:
    """Where somebody goes once signed in: a path of ours, whatever was given."""
    return given if LOCAL.fullmatch(given) and "\\" not in given else HOME


async def show(visit: Visit) -> Response:
    query = visit.request.query_params
    goes_to = destination(query.get("next", ""))
    if await visit.session() is not None:
        return visit.go(goes_to)
    done = said("password_set", visit.language) if query.get("done") == "password" else ""
    done = said("ended", visit.language) if query.get("done") == "ended" else done
    return visit.page("sign_in.html", done=done, **_form(visit, "", goes_to))


async def submit(visit: Visit) -> Response:
    form = await visit.form()
    email, goes_to = form.get("email", ""), destination(form.get("next", ""))
    try:
        begun = await sign_in(
            email,
            form.get("password", ""),
            visit.device,
            now=visit.now,
            request_id=visit.request_id,
            earlier=visit.cookie,
        )
    except Problem as problem:
        return visit.refused("sign_in.html", problem, **_form(visit, email, goes_to))
    if begun.confirmed:
        return entered(visit, begun, goes_to)
    return entered(visit, begun, f"/sign-in/code?next={goes_to}")


def entered(visit: Visit, begun: sessions.Begun, goes_to: str) -> Response:
    response = visit.go(goes_to)
    settings = visit.settings
    cookies.give(response, settings.public_url, begun.secret, settings.session_seconds)
    return response


async def show_code(visit: Visit) -> Response:
    if await sessions.awaiting_code(visit.cookie, now=visit.now) is None:
        return visit.go("/sign-in")
    goes_to = destination(visit.request.query_params.get("next", ""))
    return visit.page("code.html", next=goes_to)


async def submit_code(visit: Visit) -> Response:
    waiting = await sessions.awaiting_code(visit.cookie, now=visit.now)
    if waiting is None:
        return visit.go("/sign-in")
    form = await visit.form()
    goes_to = destination(form.get("next", ""))
    try:
        begun = await sign_in_with_code(
            waiting,
            form.get("code", ""),
            visit.device,
            visit.request.app.state.secret_box,
            now=visit.now,
            request_id=visit.request_id,
        )
    except Problem as problem:
        return visit.refused("code.html", problem, next=goes_to)
    return entered(visit, begun, goes_to)


async def sign_out(visit: Visit) -> Response:
    found = await visit.session()
    if found is not None:
        act = as_user(found.user, visit.now, visit.request_id)
        await sessions.end(act, found.user.id, found.session.id)
    elif visit.cookie:
        async with transaction() as client:
            await sessions.drop(client, visit.cookie, now=visit.now)
    return _left(visit)


async def sign_out_everywhere(visit: Visit) -> Response:
    found = await visit.session()
    if found is not None:
        act = as_user(found.user, visit.now, visit.request_id)
        await sessions.end_everywhere(act, found.user.id)
    return _left(visit)


def _left(visit: Visit) -> Response:
    response = visit.go("/sign-in?done=ended")
    cookies.take_back(response, visit.settings.public_url)
    return response


def _form(visit: Visit, email: str, goes_to: str) -> dict[str, Any]:
    settings = visit.settings
    provider = settings.openid_name if settings.openid_issuer else ""
    return {"email": email[:254], "next": goes_to, "provider": provider}


routes = [
    Route("/sign-in", visiting(show), methods=["GET"]),
    Route("/sign-in", visiting(submit), methods=["POST"]),
    Route("/sign-in/code", visiting(show_code), methods=["GET"]),
    Route("/sign-in/code", visiting(submit_code), methods=["POST"]),
    Route("/sign-out", visiting(sign_out), methods=["POST"]),
    Route("/sign-out/everywhere", visiting(sign_out_everywhere), methods=["POST"]),
]
