"""Pages of articles in plain HTML: one for each, and the newest."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.people.pages import TEMPLATES
from api.reading.asking import article_of, articles_of
from api.reading.replies import POLICY, kept, reading
from api.reading.structured import in_script, news_article
from domain.articles.rules import page_of
from settings import Settings

LANGUAGE = "zh-CN"
ON_A_PAGE = 30
SECONDS = 60


def address_of(settings: Settings, slug: str) -> str:
    """The canonical address of an article."""
    return f"{settings.address}{page_of(slug)}"


async def article(request: Request) -> Response:
    settings: Settings = request.app.state.settings
    found = await article_of(request, request.path_params["slug"])
    url = address_of(settings, found.slug)
    data = news_article(found, url, settings.address, settings.site_name)
    page = TEMPLATES.get_template("article.html").render(
        article=found,
        at=found.published_at,
        body=found.body,
        corrections=[(day_of(each.at, settings), each) for each in found.corrections],
        cover=f"{settings.address}{found.cover_path}" if found.cover else "",
        data=in_script(data),
        language=found.language,
        names=(found.organization.name, found.author.name),
        shown_at=minute_of(found.published_at, settings),
        site=settings.site_name,
        title=found.title,
        url=url,
    )
    return kept(request, page, "text/html; charset=utf-8", seconds=SECONDS, policy=POLICY)


def day_of(at: datetime, settings: Settings) -> str:
    return at.astimezone(settings.zone).strftime("%Y-%m-%d")


def minute_of(at: datetime, settings: Settings) -> str:
    return at.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M")


async def articles(request: Request) -> Response:
    """after: the cursor that the page before ended with."""
    settings: Settings = request.app.state.settings
    after = request.query_params.get("after") or None
    found = await articles_of(request, first=ON_A_PAGE, after=after)
    more = found.page_info.end_cursor if found.page_info.has_next_page else None
    page = TEMPLATES.get_template("articles.html").render(
        articles=[(each, day_of(each.published_at, settings)) for each in found.nodes],
        language=LANGUAGE,
        more=f"/articles?{urlencode({'after': more})}" if more else "",
        site=settings.site_name,
        title=settings.site_name,
        url=f"{settings.address}/articles",
    )
    return kept(request, page, "text/html; charset=utf-8", seconds=SECONDS, policy=POLICY)


routes = [
    Route("/articles", reading(articles), methods=["GET"]),
    Route("/articles/{slug}", reading(article), methods=["GET"]),
]
