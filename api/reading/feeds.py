"""The newest articles as feeds: RSS 2.0, Atom (RFC 4287), JSON Feed 1.1."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlencode, urlsplit
from xml.etree.ElementTree import Element, SubElement, register_namespace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.reading.asking import Article, NotThere, articles_of
from api.reading.pages import LANGUAGE, address_of
from api.reading.replies import kept, reading
from api.reading.xml import ATOM, CONTENT, DC, add, text_of
from settings import Settings

NEWEST = 50
SECONDS = 300
FILTERS = {"organization": "within", "category": "inCategory", "tag": "tag"}
"""What a feed may be narrowed by, in its address, and the graph's word for it."""

for prefix, space in (("atom", ATOM), ("content", CONTENT), ("dc", DC)):
    register_namespace(prefix, space)


@dataclass(frozen=True, slots=True)
class Feed:
    """url: its own; home: of the pages it is about. updated_at: of its newest change."""

    title: str
    url: str
    home: str
    updated_at: datetime
    entries: Sequence[tuple[Article, str]]

    @property
    def host(self) -> str:
        """With its scheme."""
        return self.home.removesuffix("/articles")

    def id_of(self, article: Article) -> str:
        """The same for ever, whatever becomes of its address (RFC 4151)."""
        host = urlsplit(self.home).hostname or "localhost"
        return f"tag:{host},{article.published_at:%Y-%m-%d}:{article.id}"


def rss(feed: Feed) -> str:
    root = Element("rss", version="2.0")
    channel = SubElement(root, "channel")
    add(channel, "title", feed.title)
    add(channel, "link", feed.home)
    add(channel, "description", feed.title)
    add(channel, "language", LANGUAGE)
    add(channel, "lastBuildDate", format_datetime(feed.updated_at.astimezone(UTC), usegmt=True))
    add(channel, f"{{{ATOM}}}link", href=feed.url, rel="self", type="application/rss+xml")
    for article, url in feed.entries:
        item = SubElement(channel, "item")
        add(item, "title", article.title)
        add(item, "link", url)
        add(item, "guid", feed.id_of(article), isPermaLink="false")
        add(item, "pubDate", format_datetime(article.published_at.astimezone(UTC), usegmt=True))
        add(item, f"{{{DC}}}creator", article.author.name)
        for word in _words(article):
            add(item, "category", word)
        add(item, "description", article.summary)
        add(item, f"{{{CONTENT}}}encoded", article.body)
    return text_of(root)


def atom(feed: Feed) -> str:
    root = Element("feed", {"xmlns": ATOM, "xml:lang": LANGUAGE})
    add(root, "id", feed.url)
    add(root, "title", feed.title)
    add(root, "updated", feed.updated_at.isoformat())
    add(root, "link", href=feed.url, rel="self", type="application/atom+xml")
    add(root, "link", href=feed.home, rel="alternate", type="text/html")
    for article, url in feed.entries:
        entry = SubElement(root, "entry")
        add(entry, "id", feed.id_of(article))
        add(entry, "title", article.title)
        add(entry, "link", href=url, rel="alternate", type="text/html")
        add(entry, "published", article.published_at.isoformat())
        add(entry, "updated", article.updated_at.isoformat())
        add(SubElement(entry, "author"), "name", article.author.name)
        for word in _words(article):
            add(entry, "category", term=word)
        add(entry, "summary", article.summary)
        add(entry, "content", article.body, type="html")
    return text_of(root)


def json_feed(feed: Feed) -> str:
    items = [
        {
            "id": feed.id_of(article),
            "url": url,
            "title": article.title,
            "summary": article.summary,
            "content_html": article.body,
            "date_published": article.published_at.isoformat(),
            "date_modified": article.updated_at.isoformat(),
            "authors": [{"name": article.author.name}],
            "tags": _words(article),
            "language": article.language,
            **({"image": f"{feed.host}{article.cover_path}"} if article.cover else {}),
        }
        for article, url in feed.entries
    ]
    content = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.url,
        "language": LANGUAGE,
        "items": items,
    }
    return json.dumps(content, ensure_ascii=False)


def _words(article: Article) -> list[str]:
    return list(dict.fromkeys(word for word in (*article.filed, *article.tags) if word))


FORMS: Mapping[str, tuple[str, Callable[[Feed], str]]] = {
    "rss": ("application/rss+xml", rss),
    "atom": ("application/atom+xml", atom),
    "json": ("application/feed+json", json_feed),
}


async def feed(request: Request) -> Response:
    """Raises NotThere for a form, or a word in its address, that there is not."""
    settings: Settings = request.app.state.settings
    given = dict(request.query_params)
    form = FORMS.get(request.path_params["form"])
    if form is None or not set(given) <= set(FILTERS):
        raise NotThere
    wanted = {FILTERS[name]: value for name, value in given.items()}
    found = await articles_of(request, first=NEWEST, filter=wanted)
    asked = f"?{urlencode(given)}" if given else ""
    made = Feed(
        title=settings.site_name,
        url=f"{settings.address}{request.url.path}{asked}",
        home=f"{settings.address}/articles",
        updated_at=max((each.updated_at for each in found.nodes), default=EPOCH),
        entries=[(each, address_of(settings, each.slug)) for each in found.nodes],
    )
    media_type, written = form
    return kept(request, written(made), f"{media_type}; charset=utf-8", seconds=SECONDS)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without articles changed last."""

routes = [Route("/feeds/articles.{form}", reading(feed), methods=["GET"])]
