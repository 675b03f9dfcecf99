"""/sign-in/openid: to an OpenID provider and back."""

from __future__ import annotations

import hmac
import json
from typing import Any

import structlog
from starlette.responses import Response
from starlette.routing import Route

from api.people import cookies
from api.people.pages import Failed, Visit, visiting
from api.people.provider import Provider, ProviderError
from api.people.signing_in import destination, entered
from domain.problems import Forbidden
from domain.secrets import SecretBox
from domain.users.actions.openid import sign_in_with_openid

BACK = "/sign-in/openid/back"
SUFFIX = "-openid"
WITHIN_SECONDS = 600
"""How long somebody may be at the provider."""

log = structlog.get_logger()


async def go(visit: Visit) -> Response:
    """What is asked for again at the end travels in a sealed cookie: in this browser only."""
    provider = _provider(visit)
    try:
        begun = await provider.begin()
    except ProviderError as fault:
        raise _failed(visit, fault) from None
    kept = {
        "state": begun.state,
        "nonce": begun.nonce,
        "verifier": begun.verifier,
        "next": destination(visit.request.query_params.get("next", "")),
        "until": visit.now.timestamp() + WITHIN_SECONDS,
    }
    response = visit.go(begun.url)
    sealed = _box(visit).seal(json.dumps(kept)).decode()
    cookies.give(response, visit.settings.public_url, sealed, WITHIN_SECONDS, SUFFIX)
    return response


async def back(visit: Visit) -> Response:
    """The cookie is taken back whatever comes: nobody comes back twice by one flow."""
    try:
        response = await _enter(visit, _provider(visit))
    except ProviderError as fault:
        response = _failed(visit, fault).shown(visit)
    except Forbidden as problem:
        log.info("refused", page="openid", code=problem.code, request_id=visit.request_id)
        response = Failed(problem.code, 403).shown(visit)
    cookies.take_back(response, visit.settings.public_url, SUFFIX)
    return response


async def _enter(visit: Visit, provider: Provider) -> Response:
    given, kept = visit.request.query_params, _kept(visit)
    if not hmac.compare_digest(given.get("state", "").encode(), kept["state"].encode()):
        raise ProviderError("the state is not the one this browser went with")
    if "code" not in given:
        raise ProviderError("the provider sent no code")
    claimed = await provider.finish(
        given["code"],
        nonce=kept["nonce"],
        verifier=kept["verifier"],
        issuer=given.get("iss"),
        now=visit.now,
    )
    begun = await sign_in_with_openid(
        claimed,
        visit.device,
        creates=visit.settings.openid_creates_users,
        now=visit.now,
        request_id=visit.request_id,
        earlier=visit.cookie,
    )
    return entered(visit, begun, kept["next"])


def _kept(visit: Visit) -> dict[str, Any]:
    name = cookies.name_of(visit.settings.public_url, SUFFIX)
    try:
        sealed = cookies.read(visit.headers, name).encode("latin-1")
        kept: dict[str, Any] = json.loads(_box(visit).open(sealed))
    except ValueError:
        raise ProviderError("this browser went to no provider") from None
    if kept["until"] <= visit.now.timestamp():
        raise ProviderError("they were away for too long")
    return kept


def _provider(visit: Visit) -> Provider:
    provider: Provider | None = visit.request.app.state.openid
    if provider is None:
        raise Failed("NOT_HERE", 404)
    return provider


def _failed(visit: Visit, fault: ProviderError) -> Failed:
    log.warning("openid failed", fault=str(fault), request_id=visit.request_id)
    return Failed("OPENID_FAILED", 502)


def _box(visit: Visit) -> SecretBox:
    box: SecretBox = visit.request.app.state.secret_box
    return box


routes = [
    Route("/sign-in/openid", visiting(go), methods=["GET"]),
    Route(BACK, visiting(back), methods=["GET"]),
]
