"""/account: what somebody sees and does of their own account."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import segno
from markupsafe import Markup
from starlette.responses import Response
from starlette.routing import Route

from api.people.pages import Failed, Visit, visiting
from domain.access import Act
from domain.problems import Invalid, NotFound, Problem
from domain.secrets import SecretBox
from domain.users.actions import second_factor, sessions
from domain.users.actions.acting import as_user
from domain.users.actions.signing_in import change_password
from domain.users.codes import address_of
from domain.users.models import UserPassword

Page = Callable[[Visit, sessions.Found], Awaitable[Response]]


def signed_in(page: Page) -> Callable[[Visit], Awaitable[Response]]:
    """Whoever is not signed in goes to do so first, and comes back."""

    async def handler(visit: Visit) -> Response:
        found = await visit.session()
        if found is None:
            back = visit.request.url.path if visit.request.method == "GET" else "/account"
            return visit.go(f"/sign-in?next={back}")
        return await page(visit, found)

    return handler


async def show(visit: Visit, found: sessions.Found) -> Response:
    user = found.user
    standing = await second_factor.standing(user.id, _box(visit))
    return visit.page(
        "account.html",
        user=user,
        own=found.session.id,
        has_password=await UserPassword.filter(user_id=user.id).exists(),
        codes_left=standing.codes_left,
        sessions=await sessions.listed(user.id, visit.settings.lifetimes, now=visit.now),
        zone=visit.settings.zone,
    )


async def end_session(visit: Visit, found: sessions.Found) -> Response:
    try:
        number = visit.request.path_params["session_id"]
        await sessions.end(_act(visit, found), found.user.id, number)
    except NotFound:
        raise Failed("NOT_HERE", 404) from None
    return visit.go("/account")


async def show_password(visit: Visit, found: sessions.Found) -> Response:
    return visit.page("password.html")


async def submit_password(visit: Visit, found: sessions.Found) -> Response:
    form = await visit.form()
    try:
        if form.get("new", "") != form.get("again", ""):
            raise Invalid("the two passwords differ", code="DIFFERENT")
        act, session_id = _act(visit, found), found.session.id
        old, new = form.get("old", ""), form.get("new", "")
        await change_password(act, found.user, session_id, old, new)
    except Problem as problem:
        return visit.refused("password.html", problem)
    return visit.go("/account")


async def show_factor(visit: Visit, found: sessions.Found) -> Response:
    return visit.page("second_factor.html", **await _factor(visit, found))


async def begin_factor(visit: Visit, found: sessions.Found) -> Response:
    form = await visit.form()
    password = form.get("password", "")
    try:
        act, session_id = _act(visit, found), found.session.id
        await second_factor.begin(act, found.user, session_id, password, _box(visit))
    except Problem as problem:
        return await _refused(visit, found, problem)
    return visit.go("/account/second-factor")


async def confirm_factor(visit: Visit, found: sessions.Found) -> Response:
    form = await visit.form()
    code = "".join(form.get("code", "").split())
    try:
        codes = await second_factor.confirm(_act(visit, found), found.user, code, _box(visit))
    except Problem as problem:
        return await _refused(visit, found, problem)
    return visit.page("recovery_codes.html", codes=codes)


async def remove_factor(visit: Visit, found: sessions.Found) -> Response:
    form = await visit.form()
    try:
        act = _act(visit, found)
        await second_factor.remove(act, found.user, form.get("code", ""), _box(visit))
    except Problem as problem:
        return await _refused(visit, found, problem)
    return visit.go("/account")


async def _refused(visit: Visit, found: sessions.Found, problem: Problem) -> Response:
    if problem.code == "WRONG_STATUS":  # done already, in another tab
        return visit.go("/account/second-factor")
    values = await _factor(visit, found)
    return visit.refused("second_factor.html", problem, **values)


async def _factor(visit: Visit, found: sessions.Found) -> dict[str, Any]:
    standing = await second_factor.standing(found.user.id, _box(visit))
    qr = ""
    if standing.key is not None:
        code = segno.make(address_of(standing.key, found.user.email), error="m")
        # Only a path of numbers, which segno made; a stylesheet gives the size.
        qr = Markup(code.svg_inline(omitsize=True, svgclass=None, lineclass=None, border=0))
    return {"key": standing.key, "qr": qr, "is_on": standing.codes_left is not None}


def _act(visit: Visit, found: sessions.Found) -> Act:
    return as_user(found.user, visit.now, visit.request_id)


def _box(visit: Visit) -> SecretBox:
    box: SecretBox = visit.request.app.state.secret_box
    return box


def _route(path: str, page: Page, method: str = "GET") -> Route:
    return Route(path, visiting(signed_in(page)), methods=[method])


routes = [
    _route("/account", show),
    _route("/account/sessions/{session_id:int}/end", end_session, "POST"),
    _route("/account/password", show_password),
    _route("/account/password", submit_password, "POST"),
    _route("/account/second-factor", show_factor),
    _route("/account/second-factor", begin_factor, "POST"),
    _route("/account/second-factor/confirm", confirm_factor, "POST"),
    _route("/account/second-factor/remove", remove_factor, "POST"),
]
