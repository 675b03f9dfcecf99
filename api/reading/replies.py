"""Answers that may be kept outside for a while, and asked for again by their tag."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.etags import matches, tag_of
from api.people.pages import TEMPLATES
from api.reading.asking import NotThere
from domain.outages import OUTAGES, TimedOut
from domain.reader import Unavailable

KEPT = "public, max-age={seconds}, stale-while-revalidate=600"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' https: data:; media-src 'self' https:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Of article pages: nothing runs; pictures, sound and video may stand elsewhere."""

AWAY: tuple[type[BaseException], ...] = (Unavailable, TimedOut, *OUTAGES)
"""What is raised while the database is away, or too slow."""

Handler = Callable[[Request], Awaitable[Response]]
NO_ARTICLE = ("没有这篇文章", "There is no such page.")
NO_LINK = (
    "此链接无效：不存在、已过期或已收回",
    "This link opens nothing: it is unknown, has expired or was taken back.",
)
"""What is said, as a title and in English, of what is not there."""


def kept(
    request: Request, body: str, media_type: str, *, seconds: int, policy: str = ""
) -> Response:
    """304 where the client has it already. seconds: how long it may be kept unasked."""
    content = body.encode()
    headers = {"cache-control": KEPT.format(seconds=seconds), "etag": tag_of(content).decode()}
    if policy:
        headers["content-security-policy"] = policy
    known = request.headers.get("if-none-match", "").encode("latin-1")
    if known and matches(known, tag_of(content)):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def reading(handler: Handler, nothing: tuple[str, str] = NO_ARTICLE) -> Handler:
    """An address's endpoint. What is not there is a page that says so; so is a database away."""

    async def endpoint(request: Request) -> Response:
        try:
            return await handler(request)
        except NotThere:
            return _message(request, 404, *nothing)
        except AWAY:
            response = _message(request, 503, "请稍后再试", "Please try again in a moment.")
            response.headers["retry-after"] = "5"
            return response

    return endpoint


def _message(request: Request, status: int, title: str, text: str) -> Response:
    site = request.app.state.settings.site_name
    page = TEMPLATES.get_template("reading_message.html").render(
        site=site, title=title, text=text, language="zh-CN"
    )
    return HTMLResponse(page, status, {"cache-control": "no-store"})
