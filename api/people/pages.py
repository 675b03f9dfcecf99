"""What all pages for people have in common: who looks, what they sent, how they are answered."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import structlog
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.addresses import Addresses
from api.people import cookies
from api.people.languages import language_of
from api.people.own_pages import is_followed_link, is_own
from api.people.words import said
from api.replies import Headers, headers_of
from api.request_ids import PLACE
from domain.outages import OUTAGES
from domain.problems import Problem
from domain.users.actions import sessions
from domain.users.hashing import Busy
from domain.users.sessions import Device
from domain.users.throttling import Throttled
from settings import Settings

MOST_BYTES = 16_384
MOST_FIELDS = 16
FORM = "application/x-www-form-urlencoded"
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "same-origin",
}
"""Beside what every response has. same-origin: where there is no referrer at all, browsers do not
name the origin of a form either."""

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
Handler = Callable[["Visit"], Awaitable[Response]]
log = structlog.get_logger()


class Failed(Exception):
    """Answered with a page that only says why. key: in the words."""

    def __init__(self, key: str, status: int) -> None:
        super().__init__(key)
        self.key = key
        self.status = status

    def shown(self, visit: Visit) -> Response:
        error = said(self.key, visit.language)
        response = visit.page("message.html", self.status, error=error, title="Xinfeng 新风")
        if self.status == 503:
            response.headers["retry-after"] = "2"
        return response


@dataclass(frozen=True)
class Visit:
    """One request for a page. now: what the clock says of it."""

    request: Request
    headers: Headers
    settings: Settings
    now: datetime
    request_id: str
    language: str

    @property
    def device(self) -> Device:
        addresses: Addresses = self.request.app.state.addresses
        browser = self.headers.get(b"user-agent", b"").decode("latin-1")
        return Device(addresses.of(self.request.scope), _printable(browser))

    @property
    def cookie(self) -> str:
        return cookies.read(self.headers, cookies.name_of(self.settings.public_url))

    async def session(self) -> sessions.Found | None:
        return await sessions.found(self.cookie, self.settings.lifetimes, now=self.now)

    async def form(self) -> dict[str, str]:
        """What was sent with the page's form; the last of equal names. Raises Failed."""
        kind = self.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if kind != FORM.encode():
            raise Failed("INVALID", 415)
        body = b""
        async for chunk in self.request.stream():
            body += chunk
            if len(body) > MOST_BYTES:
                raise Failed("INVALID", 413)
        try:
            pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            raise Failed("INVALID", 400) from None
        return dict(pairs)

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """Values are escaped wherever they stand."""
        text = TEMPLATES.get_template(template).render(
            w=functools.partial(said, language=self.language),
            language=self.language,
            **{"error": "", "done": "", **values},
        )
        return HTMLResponse(text, status, HEADERS)

    def failure(self, problem: Problem) -> tuple[str, int, dict[str, str]]:
        """In words, the status, and more headers."""
        match problem:
            case Throttled():
                minutes = -(-problem.retry_after_seconds // 60)
                text = said("THROTTLED", self.language, minutes=minutes)
                return text, 429, {"retry-after": str(problem.retry_after_seconds)}
            case Busy():
                return said("BUSY", self.language), 503, {"retry-after": "2"}
            case _:
                return said(problem.code, self.language), 422, {}

    def refused(self, template: str, problem: Problem, **values: Any) -> Response:
        """The page again, with what was wrong."""
        text, status, more = self.failure(problem)
        response = self.page(template, status, error=text, **values)
        response.headers.update(more)
        log.info("refused", page=template, code=problem.code, request_id=self.request_id)
        return response

    def go(self, path: str) -> Response:
        """path: of ours, or where an OpenID provider is. 303: the browser asks for it with GET."""
        return RedirectResponse(path, 303, HEADERS)


def visiting(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """A page's endpoint. What is sent to it must come from a page of ours."""

    async def endpoint(request: Request) -> Response:
        headers = headers_of(request.scope)
        state = request.app.state
        visit = Visit(
            request,
            headers,
            state.settings,
            state.clock(),
            request.scope[PLACE],
            language_of(request.headers.get("accept-language", "")),
        )
        try:
            _check_origin(visit)
            return await handler(visit)
        except Failed as failed:
            return failed.shown(visit)
        except OUTAGES:
            return Failed("UNAVAILABLE", 503).shown(visit)

    return endpoint


def _check_origin(visit: Visit) -> None:
    headers, public_url = visit.headers, visit.settings.public_url
    if is_own(headers, public_url):
        return
    if visit.request.method in ("GET", "HEAD") and is_followed_link(headers):
        return
    raise Failed("CROSS_SITE", 403)


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())[:200]
