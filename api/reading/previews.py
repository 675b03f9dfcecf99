"""/preview/…: one revision of an article, for whoever has the link. Kept by nobody, named to
nobody."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from api.people.pages import TEMPLATES
from api.reading.asking import Preview, preview_of
from api.reading.pages import day_of, minute_of
from api.reading.replies import NO_LINK, POLICY, reading
from domain.articles.blocks.media_places import moved, place_of
from domain.previews.reading import note_use
from settings import Settings

HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow, noarchive",
}


async def preview(request: Request) -> Response:
    settings: Settings = request.app.state.settings
    secret: str = request.path_params["secret"]
    found = await preview_of(request, secret)
    below = f"/preview/{secret}"
    page = TEMPLATES.get_template("preview.html").render(
        article=found,
        at=found.saved_at,
        beside=_beside(found),
        body=moved(found.body, below),
        corrections=[(day_of(each.at, settings), each) for each in found.corrections],
        cover=f"{below}{place_of(found.cover)}" if found.cover else "",
        language=found.language,
        names=(found.organization, found.author),
        shown_at=f"保存于 {minute_of(found.saved_at, settings)}",
        site=settings.site_name,
        title=found.title,
        until=minute_of(found.expires_at, settings),
    )
    if request.method == "GET":
        await note_use(secret)
    return HTMLResponse(page, headers=HEADERS)


def _beside(found: Preview) -> list[tuple[str, str]]:
    """What readers see elsewhere than on the article's page."""
    told = [
        ("分类 Category", " / ".join(found.category.path) if found.category else ""),
        ("关键词 Keywords", "，".join(found.keywords)),
        ("分享标题 Share title", found.share_title),
        ("分享摘要 Share summary", found.share_summary),
    ]
    return [(name, value) for name, value in told if value]


routes = [Route("/preview/{secret}", reading(preview, NO_LINK), methods=["GET"])]
