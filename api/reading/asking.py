"""Published articles, and previews, read as anonymous visitors of the graph read them: by planned
queries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from starlette.requests import Request as Visit

from api.request_ids import PLACE
from domain.access import ANONYMOUS
from domain.outages import TimedOut
from domain.reader import Unavailable
from schema.execution.context import Context
from schema.execution.documents import Refused
from schema.execution.engine import Request

SHOWN = """fragment Shown on Article {
    id slug title subtitle summary body tags keywords language cover source sourceUrl shareTitle
    shareSummary publishedAt updatedAt author { name } organization { id name }
    category { slug path } credits { role name } corrections { at text } }"""
ONE = "query ReadArticle($slug: String!) { article(slug: $slug) { ...Shown } } " + SHOWN
LIST = (
    """query ReadArticles($first: Int!, $after: String, $filter: ArticleFilter) {
    articles(first: $first, after: $after, orderBy: NEWEST, filter: $filter) {
        nodes { ...Shown } pageInfo { hasNextPage endCursor } } } """
    + SHOWN
)
PREVIEW = """query ReadPreview($secret: String!) { preview(secret: $secret) {
    revision isPublic expiresAt savedAt author organization title subtitle summary body
    category { slug path }
    tags keywords language cover source sourceUrl shareTitle shareSummary
    credits { role name } corrections { at text } } }"""


class Person(msgspec.Struct, frozen=True):
    name: str


class Organization(msgspec.Struct, frozen=True):
    id: str
    name: str


class Category(msgspec.Struct, frozen=True):
    """path: the names of all above it, from the top down, and its own."""

    slug: str
    path: list[str]


class Credit(msgspec.Struct, frozen=True):
    role: str
    name: str


class Correction(msgspec.Struct, frozen=True):
    """What readers are told was wrong, and since when it is right."""

    at: datetime
    text: str


class Article(msgspec.Struct, frozen=True, rename="camel"):
    """As the graph shows it to everybody. body: HTML, sanitised before it was stored."""

    id: str
    slug: str
    title: str
    subtitle: str
    summary: str
    body: str
    category: Category | None
    tags: list[str]
    keywords: list[str]
    language: str
    cover: str | None
    source: str
    source_url: str
    share_title: str
    share_summary: str
    published_at: datetime
    updated_at: datetime
    author: Person
    organization: Organization
    credits: list[Credit]
    corrections: list[Correction]

    @property
    def passed_on(self) -> tuple[str, str]:
        """Title and summary where it is passed on."""
        return self.share_title or self.title, self.share_summary or self.summary

    @property
    def filed(self) -> list[str]:
        """The names of its category and of those above it; none for none."""
        return self.category.path if self.category else []

    @property
    def cover_path(self) -> str:
        """Of its picture on this host; empty without one."""
        return f"/media/{self.cover.removeprefix('Media:')}" if self.cover else ""


class Preview(msgspec.Struct, frozen=True, rename="camel"):
    """One revision, as the graph shows it to who has a link. body: as of an Article."""

    revision: int
    is_public: bool
    expires_at: datetime
    saved_at: datetime
    author: str
    organization: str
    title: str
    subtitle: str
    summary: str
    body: str
    category: Category | None
    tags: list[str]
    keywords: list[str]
    language: str
    cover: str | None
    source: str
    source_url: str
    share_title: str
    share_summary: str
    credits: list[Credit]
    corrections: list[Correction]


class PageInfo(msgspec.Struct, frozen=True, rename="camel"):
    has_next_page: bool
    end_cursor: str | None


class Listed(msgspec.Struct, frozen=True, rename="camel"):
    """Newest first. page_info: how it goes on."""

    nodes: list[Article]
    page_info: PageInfo


class NotThere(Exception):
    """There is no such thing for everybody to read."""


async def article_of(visit: Visit, slug: str) -> Article:
    """Raises NotThere, Unavailable and TimedOut."""
    data = await _answer(visit, ONE, {"slug": slug})
    if data["article"] is None:
        raise NotThere
    return msgspec.convert(data["article"], Article)


async def preview_of(visit: Visit, secret: str) -> Preview:
    """Raises NotThere, Unavailable and TimedOut."""
    data = await _answer(visit, PREVIEW, {"secret": secret})
    if data["preview"] is None:
        raise NotThere
    return msgspec.convert(data["preview"], Preview)


async def articles_of(
    visit: Visit, *, first: int, after: str | None = None, filter: Mapping[str, Any] | None = None
) -> Listed:
    """filter: as the graph's ArticleFilter has it. Raises NotThere for one that fits nothing there
    could be, or a cursor that is none; Unavailable and TimedOut."""
    wanted = {"status": "PUBLISHED", **(filter or {})}
    data = await _answer(visit, LIST, {"first": first, "after": after, "filter": wanted})
    return msgspec.convert(data["articles"], Listed)


async def _answer(visit: Visit, query: str, variables: Mapping[str, Any]) -> Any:
    state = visit.app.state
    context = Context(ANONYMOUS, state.clock(), visit.scope[PLACE], state.secret_box)
    request = Request(query, variables, is_safe=True)
    try:
        prepared = state.engine.prepare(request, ANONYMOUS)
    except Refused:
        raise NotThere from None
    answer = await state.engine.run(prepared, context, state.reader)
    for code in answer.codes:
        raise TimedOut if code == "TIMED_OUT" else Unavailable
    return msgspec.json.decode(answer.body)["data"]
