"""What anybody reads without the graph: article pages, feeds, sitemaps; only what is public,
escaped, and kept for a while."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
import pytest_asyncio

from domain.articles import actions as articles
from domain.articles.models import Article
from domain.media.models import Media
from domain.media.rules import MediaKind, MediaState
from tests.asgi import Response, call
from tests.graph import Graph, graph
from tests.rows import EDITOR, World, make_article, make_category, make_world

SITE = "https://x.example"
TITLE = '春天 <b>来了</b> & "快" </script><script>alert(1)</script>'
SUMMARY = "一句 <话> & 一句"
BODY = '<p>你好 <a href="https://e.example/">链接</a></p><script>alert(1)</script>'
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
FORMS = ["rss", "atom", "json"]


@dataclass
class House:
    """public: one published article; hidden: a draft and one that was withdrawn."""

    graph: Graph
    world: World
    public: Article
    hidden: list[Article]

    async def get(self, path: str, **headers: str) -> Response:
        return await call(self.graph.app, "GET", path, headers=headers)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(database_url: str) -> AsyncIterator[House]:
    given = {"public_url": SITE, "site_name": "大兴融媒"}
    async with graph(database_url, **given) as opened:
        world = await make_world()
        act = EDITOR_NOW
        public = await make_article(
            world, title=TITLE, summary=SUMMARY, body=BODY, slug="春天", tags=["志愿", "a&b"]
        )
        await articles.publish(act, public, 1)
        draft = await make_article(world, title="秘密草稿", slug="secret-draft")
        withdrawn = await make_article(world, title="撤回了的", slug="withdrawn")
        await articles.publish(act, withdrawn, 1)
        await articles.withdraw(act, withdrawn, 2)
        rows = [await Article.get(id=number) for number in (public, draft, withdrawn)]
        yield House(opened, world, rows[0], rows[1:])


EDITOR_NOW = type(EDITOR)(EDITOR.viewer, datetime.now(UTC) - timedelta(hours=1))
PUBLIC = f"/articles/{quote('春天')}"


class Page(HTMLParser):
    """What a page holds. scripts: types and texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[str | None, str]] = []
        self._in_script: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append((dict(attrs).get("type"), ""))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "script" and self.scripts:
            kind, before = self.scripts[-1]
            self.scripts[-1] = (kind, before + data)
            self.tags.append(("#text", {}))

    def attributes(self, tag: str, **given: str) -> list[dict[str, str | None]]:
        return [
            found for name, found in self.tags if name == tag and given.items() <= found.items()
        ]


async def test_an_article_s_page(house: House) -> None:
    answer = await house.get(PUBLIC)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"].startswith("public, max-age=60")
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    page = Page(answer.body.decode())
    assert page.attributes("link", rel="canonical") == [
        {"rel": "canonical", "href": f"{SITE}{PUBLIC}"}
    ]
    assert page.attributes("html") == [{"lang": "zh-CN"}]
    card = {
        found["property"]: found["content"]
        for found in page.attributes("meta")
        if "property" in found
    }
    assert card["og:title"] == TITLE
    assert card["og:url"] == f"{SITE}{PUBLIC}"
    assert card["og:description"] == SUMMARY
    for landmark in ("header", "main", "article", "footer", "h1"):
        assert len(page.attributes(landmark)) == 1
    assert '<a href="https://e.example/"' in answer.body.decode()
    assert "alert(1)</script>" not in answer.body.decode().replace("&lt;/script&gt;", "")


async def test_its_structured_data(house: House) -> None:
    page = Page((await house.get(PUBLIC)).body.decode())
    ((kind, text),) = page.scripts  # data, and nothing that runs
    assert kind == "application/ld+json"
    told = json.loads(text)
    assert (told["@type"], told["headline"], told["@id"]) == (
        "NewsArticle",
        TITLE,
        f"{SITE}{PUBLIC}",
    )
    assert told["author"] == [{"@type": "Person", "name": "王编辑"}]
    assert told["publisher"]["name"] == "大兴中心"
    assert told["datePublished"] == EDITOR_NOW.now.isoformat()
    assert told["keywords"] == ["志愿", "a&b"]


async def picture(world: World) -> int:
    now = datetime.now(UTC)
    row = await Media.create(
        organization_id=world.organization_id,
        kind=MediaKind.IMAGE,
        mime="image/png",
        name="storm.png",
        alt="乌云",
        sha256=secrets.token_hex(32),
        size=1,
        width=1,
        height=1,
        state=MediaState.READY,
        uploaded_by="editor",
        created_at=now,
        updated_at=now,
    )
    return int(row.id)


async def test_all_an_article_says_of_itself(house: House) -> None:
    """And a correction, where readers see it: once it is public, and not before."""
    cover = await picture(house.world)
    number = await make_article(
        house.world,
        title="Storm",
        subtitle="It passed",
        slug="storm",
        language="en",
        keywords=["weather"],
        source="气象台",
        source_url="https://e.example/storm?a=1&b=2",
        credits=[{"role": "摄影", "name": "赵"}],
        share_title="Storm!",
        share_summary="All is well",
        cover=f"Media:{cover}",
    )
    await articles.publish(EDITOR_NOW, number, 1)
    correction = articles.ArticleChanges(correction="It was <two> storms")
    await articles.update(EDITOR_NOW, number, 2, correction)
    assert "storms" not in (await house.get("/articles/storm")).body.decode()
    await articles.publish(EDITOR_NOW, number, 3)
    text = (await house.get("/articles/storm")).body.decode()
    page = Page(text)
    assert page.attributes("html") == [{"lang": "en"}]
    assert "It was &lt;two&gt; storms" in text
    (notice,) = page.attributes("aside")
    assert notice["aria-label"] == "更正 Correction"
    metas = {
        found.get("property") or found.get("name"): found.get("content")
        for found in page.attributes("meta")
    }
    assert (metas["og:title"], metas["og:description"]) == ("Storm!", "All is well")
    assert metas["og:image"] == f"{SITE}/media/{cover}"
    assert metas["keywords"] == "weather"
    told = json.loads(page.scripts[0][1])
    assert (told["inLanguage"], told["alternativeHeadline"]) == ("en", "It passed")
    assert told["image"] == [f"{SITE}/media/{cover}"]
    assert told["isBasedOn"] == "https://e.example/storm?a=1&b=2"
    assert [each["name"] for each in told["contributor"]] == ["赵"]
    assert [each["text"] for each in told["correction"]] == ["It was <two> storms"]
    assert page.attributes("a", rel="nofollow")[0]["href"] == "https://e.example/storm?a=1&b=2"


async def test_what_is_not_public_is_nowhere(house: House) -> None:
    paths = [
        *("/articles", "/sitemap.xml", "/sitemaps/articles-1.xml", "/sitemaps/news.xml"),
        *(f"/feeds/articles.{form}" for form in FORMS),
    ]
    for path in paths:
        text = (await house.get(path)).body.decode()
        for row in house.hidden:
            assert row.title not in text, path
            assert row.slug not in text, path
    absent = await house.get("/articles/never-was")
    for row in house.hidden:
        answer = await house.get(f"/articles/{row.slug}")
        assert (answer.status, answer.body) == (404, absent.body)
        assert answer.headers["cache-control"] == "no-store"
    assert absent.status == 404


async def test_a_withdrawal_shows_at_once(house: House) -> None:
    number = await make_article(house.world, title="片刻", slug="moment")
    await articles.publish(EDITOR_NOW, number, 1)
    assert (await house.get("/articles/moment")).status == 200
    await articles.withdraw(EDITOR_NOW, number, 2)
    assert (await house.get("/articles/moment")).status == 404


async def test_what_a_client_has_already_is_not_sent_again(house: House) -> None:
    for path in (PUBLIC, "/articles", "/sitemap.xml", *(f"/feeds/articles.{f}" for f in FORMS)):
        first = await house.get(path)
        again = await house.get(path, **{"if-none-match": first.headers["etag"]})
        assert (again.status, again.body) == (304, b""), path
        other = await house.get(path, **{"if-none-match": 'W/"other"'})
        assert (other.status, other.body) == (200, first.body)


async def test_rss(house: House) -> None:
    answer = await house.get("/feeds/articles.rss")
    assert answer.headers["content-type"] == "application/rss+xml; charset=utf-8"
    channel = ElementTree.fromstring(answer.body).find("channel")
    assert channel is not None
    assert channel.findtext("title") == "大兴融媒"
    item = channel.findall("item")[-1]
    assert item.findtext("title") == TITLE
    assert item.findtext("link") == f"{SITE}{PUBLIC}"
    assert item.findtext("description") == SUMMARY
    assert (
        item.findtext("guid")
        == f"tag:x.example,{EDITOR_NOW.now:%Y-%m-%d}:Article:{house.public.id}"
    )
    encoded = item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded")
    assert encoded == house.public.body
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", item.findtext("pubDate", ""))


async def test_atom(house: House) -> None:
    root = ElementTree.fromstring((await house.get("/feeds/articles.atom")).body)
    assert root.tag == f"{ATOM}feed"
    assert root.findtext(f"{ATOM}id") == f"{SITE}/feeds/articles.atom"
    entry = root.findall(f"{ATOM}entry")[-1]
    assert entry.findtext(f"{ATOM}title") == TITLE
    content = entry.find(f"{ATOM}content")
    assert content is not None
    assert (content.get("type"), content.text) == ("html", house.public.body)
    assert root.findtext(f"{ATOM}updated") is not None


async def test_json_feed(house: House) -> None:
    answer = await house.get("/feeds/articles.json")
    assert answer.headers["content-type"] == "application/feed+json; charset=utf-8"
    told: dict[str, Any] = answer.json()
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    item = told["items"][-1]
    assert (item["title"], item["url"], item["content_html"]) == (
        TITLE,
        f"{SITE}{PUBLIC}",
        house.public.body,
    )
    assert item["tags"] == ["志愿", "a&b"]


async def test_a_feed_is_narrowed(house: House) -> None:
    other = await make_world()
    top = await make_category()
    filed = await make_category("下", top)
    article = await make_article(house.world, category_id=f"Category:{filed}")
    await articles.publish(EDITOR, article, 1)
    here = f"?organization=Organization:{house.world.organization_id}"
    there = f"?organization=Organization:{other.organization_id}"
    counts = [
        len((await house.get(f"/feeds/articles.json{asked}")).json()["items"])
        for asked in (
            *(here, there, f"?tag={quote('志愿')}", "?tag=none"),
            *(f"?category=Category:{number}" for number in (top, filed, await make_category())),
        )
    ]
    assert counts[0] >= 1
    assert counts[1:] == [0, 1, 0, 1, 1, 0]
    for wrong in ("?organization=Article:1", "?organization=x", "?unknown=1"):
        assert (await house.get(f"/feeds/articles.json{wrong}")).status == 404
    assert (await house.get("/feeds/articles.exe")).status == 404


async def test_sitemaps(house: House) -> None:
    index = ElementTree.fromstring((await house.get("/sitemap.xml")).body)
    places = [entry.text for entry in index.iter(f"{MAP}loc")]
    assert places == [f"{SITE}/sitemaps/articles-1.xml", f"{SITE}/sitemaps/news.xml"]
    part = ElementTree.fromstring((await house.get("/sitemaps/articles-1.xml")).body)
    assert f"{SITE}{PUBLIC}" in [entry.text for entry in part.iter(f"{MAP}loc")]
    for missing in ("/sitemaps/articles-2.xml", "/sitemaps/articles-0.xml"):
        assert (await house.get(missing)).status == 404
    robots = (await house.get("/robots.txt")).body.decode()
    assert f"Sitemap: {SITE}/sitemap.xml" in robots
    assert "Disallow: /graphql" in robots


async def test_the_news_of_two_days(house: House) -> None:
    old = await make_article(house.world, title="旧闻", slug="old-news")
    await articles.publish(
        type(EDITOR)(EDITOR.viewer, datetime.now(UTC) - timedelta(days=3)), old, 1
    )
    root = ElementTree.fromstring((await house.get("/sitemaps/news.xml")).body)
    titles = [found.text for found in root.iter(f"{NEWS}title")]
    assert TITLE in titles
    assert "旧闻" not in titles
    assert {found.text for found in root.iter(f"{NEWS}name")} == {"大兴融媒"}
    languages = [found.text for found in root.iter(f"{NEWS}language")]
    assert len(languages) == len(titles)
    assert dict(zip(titles, languages, strict=True))[TITLE] == "zh-cn"


async def test_the_list_goes_on(house: House) -> None:
    for number in range(31):
        made = await make_article(house.world, title=f"第{number}篇", slug=f"page-{number}")
        await articles.publish(EDITOR_NOW, made, 1)
    page = Page((await house.get("/articles")).body.decode())
    assert len(page.attributes("h2")) == 30
    (more,) = page.attributes("a", rel="next")
    second = await house.get(str(more["href"]))
    assert second.status == 200
    assert 1 <= len(Page(second.body.decode()).attributes("h2")) < 30
    assert (await house.get("/articles?after=nonsense")).status == 404


async def test_letters_that_no_xml_may_hold(house: House) -> None:
    await Article.filter(id=house.public.id).update(summary="a\x01b\x0bc")
    for path in ("/feeds/articles.rss", "/feeds/articles.atom"):
        ElementTree.fromstring((await house.get(path)).body)
    await Article.filter(id=house.public.id).update(summary=SUMMARY)


@pytest.mark.parametrize("path", ["/articles", "/sitemap.xml", "/feeds/articles.rss"])
async def test_only_reading(house: House, path: str) -> None:
    answer = await call(house.graph.app, "POST", path)
    assert answer.status == 405
    head = await call(house.graph.app, "HEAD", path)
    assert head.status == 200
