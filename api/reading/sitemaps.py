"""For search engines: sitemaps (sitemaps.org 0.9), a news sitemap, robots.txt."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from api.reading.asking import NotThere
from api.reading.pages import address_of
from api.reading.replies import kept, reading
from api.reading.xml import add, text_of
from domain.articles import published
from settings import Settings

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
XML = "application/xml; charset=utf-8"
SECONDS = 600
MOST_PARTS = 50_000
HIDDEN = (
    "/graphql",
    "/v1/",
    "/account",
    "/sign-in",
    "/sign-out",
    "/link/",
    "/review/",
    "/preview/",
)
"""Of no use to search engines. What nobody may see is guarded otherwise."""


async def index(request: Request) -> Response:
    """Of all sitemaps."""
    settings: Settings = request.app.state.settings
    root = Element("sitemapindex", xmlns=SITEMAP)
    for part in await published.parts():
        entry = SubElement(root, "sitemap")
        add(entry, "loc", f"{settings.address}/sitemaps/articles-{part.number}.xml")
        add(entry, "lastmod", part.changed_at.isoformat())
    add(SubElement(root, "sitemap"), "loc", f"{settings.address}/sitemaps/news.xml")
    return kept(request, text_of(root), XML, seconds=SECONDS)


async def articles(request: Request) -> Response:
    """Raises NotThere for a part without articles."""
    settings: Settings = request.app.state.settings
    number: int = request.path_params["part"]
    found = await published.places(number) if 0 < number <= MOST_PARTS else []
    if not found:
        raise NotThere
    root = Element("urlset", xmlns=SITEMAP)
    for place in found:
        entry = SubElement(root, "url")
        add(entry, "loc", address_of(settings, place.slug))
        add(entry, "lastmod", place.changed_at.isoformat())
    return kept(request, text_of(root), XML, seconds=SECONDS)


async def news(request: Request) -> Response:
    settings: Settings = request.app.state.settings
    root = Element("urlset", {"xmlns": SITEMAP, "xmlns:news": NEWS})
    for each in await published.news(request.app.state.clock()):
        entry = SubElement(root, "url")
        add(entry, "loc", address_of(settings, each.slug))
        told = SubElement(entry, "news:news")
        publication = SubElement(told, "news:publication")
        add(publication, "news:name", settings.site_name)
        add(publication, "news:language", each.language.lower())
        add(told, "news:publication_date", each.published_at.isoformat())
        add(told, "news:title", each.title)
    return kept(request, text_of(root), XML, seconds=SECONDS)


async def robots(request: Request) -> Response:
    settings: Settings = request.app.state.settings
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in HIDDEN)]
    lines += ["", f"Sitemap: {settings.address}/sitemap.xml", ""]
    return PlainTextResponse("\n".join(lines), headers={"cache-control": "public, max-age=3600"})


routes = [
    Route("/robots.txt", robots, methods=["GET"]),
    Route("/sitemap.xml", reading(index), methods=["GET"]),
    Route("/sitemaps/articles-{part:int}.xml", reading(articles), methods=["GET"]),
    Route("/sitemaps/news.xml", reading(news), methods=["GET"]),
]
