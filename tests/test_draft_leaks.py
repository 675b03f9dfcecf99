"""Whoever may not see a draft learns nothing of it, whichever door they ask at: every query with
everything below it, every mutation, every address, what is followed, sent and exported.

Doors are found by walking the schema and the routes: a new field is asked at once; a new address,
or an argument of a new type, fails until somebody says what is asked of it. Who may see drafts is
asked the same, so that the marks are where the others look. Longer ways: tests/test_scope.py.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import quote, unquote

import pytest
import pytest_asyncio
from graphql import GraphQLObjectType
from starlette.routing import Mount, Route

from domain.access import ANONYMOUS, Viewer
from domain.articles import actions as articles
from domain.articles.exports.selection import Selection, selected
from domain.tokens.actions import holder_of
from domain.webhooks.models import WebhookMessage
from schema.planner.restrictions import is_open, restriction_of
from schema.root import build
from tests.access_table.district import make_district
from tests.asgi import call
from tests.graph import Graph, graph
from tests.leaks.documents import Asked, Asking
from tests.leaks.hidden import FIRST, LEAK, MARK, Hidden, make_hidden, mark, send_back
from tests.leaks.routes import NO_DRAFTS, OWN, requests
from tests.rows import contents

SCHEMA = build()._schema
STRANGERS = ("anonymous", "public")
WIDE = {"aliases": 2_000, "fields": 5_000, "letters": 200_000, "tokens": 20_000}
"""What is asked is all there is."""

ELSEWHERE = ("author elsewhere", "administrator elsewhere", "partner")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url, max_cost=10**7, document_limits=WIDE) as it:
        yield it


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hidden(opened: Graph) -> Hidden:
    made = await make_hidden(await make_district())
    await send_back(made.district)
    return made


def shown(text: str) -> Iterator[str]:
    """A text as it is, and as what it stands for: a cursor, an address, HTML."""
    yield text
    yield unquote(text)
    yield unescape(text)
    for word in re.findall(r"[A-Za-z0-9+/=]{12,}", text):
        try:
            yield base64.b64decode(word, validate=True).decode()
        except (binascii.Error, ValueError):
            continue


def leaks(text: str) -> set[str]:
    return {found for form in shown(text) for found in LEAK.findall(form)}


async def asking(hidden: Hidden, caller: str) -> Asking:
    viewer: Viewer = ANONYMOUS
    if token := hidden.district.tokens[caller]:
        holder = await holder_of(token, now=datetime.now(UTC))
        assert holder is not None
        viewer = holder.viewer
    return Asking(SCHEMA, hidden.ids, hidden.texts, closed_to(viewer))


def closed_to(viewer: Viewer) -> frozenset[tuple[str, str]]:
    """What this viewer may not select: tests/test_access_table.py has who may."""
    return frozenset(
        (type_.name, name)
        for type_ in SCHEMA.type_map.values()
        if isinstance(type_, GraphQLObjectType)
        for name, field in type_.fields.items()
        if (restriction := restriction_of(field)) and not is_open(restriction, viewer)
    )


async def answer(opened: Graph, hidden: Hidden, caller: str, asked: Asked) -> str:
    """Its data. Of faults nothing is said that was not asked."""
    token = hidden.district.tokens[caller]
    headers = {"authorization": f"Bearer {token}"} if token else {}
    told = (await opened.post(asked.document, asked.given, **headers)).json()
    codes = {each["extensions"]["code"] for each in told.get("errors", ())}
    assert codes <= {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}, (asked, told)
    return json.dumps(told.get("data"), ensure_ascii=False)


async def test_the_marks_are_where_all_of_them_look(opened: Graph, hidden: Hidden) -> None:
    """Whoever sees everything finds all of them."""
    found: set[str] = set()
    for asked in (await asking(hidden, "network")).queries():
        found |= leaks(await answer(opened, hidden, "network", asked))
    texts = {each for each in found if each.startswith(MARK)}
    assert texts >= PLACED - UNREAD, PLACED - UNREAD - texts


SAID = (
    *("subtitle", "summary", "source", "share-title", "share-summary", "block", "alt"),
    *("caption", "name", "tag", "keyword", "url", "role", "credit", "reason", "title"),
)
AROUND = (
    *(
        "correction",
        "revision",
        "gone",
        "gone-beside",
        "urgent",
        "post",
        "submission",
        "guest",
        "excerpt",
        "finding",
    ),
    *("suggestion", "editor", "embargo", "recipient", "reviewer", "opinion", "remark"),
    *("file", "file-alt", "file-caption", "file-credit", "file-licence", "why", "slug"),
)
PLACED = {mark(name) for name in (*SAID, *AROUND)} | {mark(f"beside-{name}") for name in SAID}
UNREAD = {mark("remark")}
"""What stands deeper than these documents look: tests/test_reviews.py."""


@pytest.mark.parametrize("caller", [*STRANGERS, *ELSEWHERE])
async def test_no_query_shows_anything(opened: Graph, hidden: Hidden, caller: str) -> None:
    for asked in (await asking(hidden, caller)).queries():
        text = await answer(opened, hidden, caller, asked)
        assert leaks(text) == set(), (asked, text)
        if asked.name != "nodes" and leaks(json.dumps(asked.given, ensure_ascii=False)):
            assert not COUNTED.search(text), (asked, text)


COUNTED = re.compile(r'"totalCount": [1-9]')
"""Where what is hidden is asked for, nothing is counted."""


@pytest.mark.parametrize("caller", ["author elsewhere", "administrator elsewhere"])
async def test_no_mutation_shows_or_changes_anything(
    opened: Graph, hidden: Hidden, caller: str
) -> None:
    before = await contents()
    leading = [id_ for id_ in hidden.ids if not id_.startswith(LITTLE)]
    for asked in replace(await asking(hidden, caller), ids=leading).mutations():
        text = await answer(opened, hidden, caller, asked)
        assert leaks(text) == set(), (asked, text)
    after = await contents()
    assert {name: after[name] for name in KEPT} == {name: before[name] for name in KEPT}


LITTLE = ("Organization:", "Person:", "ReviewEntry:", "ArticleRevision:")
"""What can be seen by everybody, or be changed by nobody."""

KEPT = (
    *("article", "article_revision", "revision_name", "article_editing", "media", "article_media"),
    *("review", "review_entry", "review_finding", "publication_plan", "article_embargo"),
    *("preview_link", "front", "front_entry", "article_highlight", "post", "distribution"),
)


@pytest.mark.parametrize("caller", ["anonymous", "author elsewhere", "partner"])
async def test_no_address_shows_anything(opened: Graph, hidden: Hidden, caller: str) -> None:
    token = hidden.district.tokens[caller]
    headers = {"authorization": f"Bearer {token}"} if token else {}
    for route, asked in requests(hidden).items():
        for method, path, body in asked:
            given = {**headers, "content-type": "application/json"}
            found = await call(
                opened.app, method, quote(path, safe="/?=&:"), headers=given, body=body
            )
            assert found.status in ((200,) if route in PUBLIC else REFUSED), path
            told = leaks(found.body.decode()) | leaks(repr(found.headers))
            assert told - leaks(path) == set(), path


PUBLIC = (
    *("/", "/articles", "/feeds/articles.{form}", "/robots.txt", "/sitemap.xml"),
    "/sitemaps/news.xml",
)
REFUSED = (303, 401, 403, 404, 405, 415, 422)
"""303: to the page where one signs in."""


def test_every_address_is_asked(opened: Graph, hidden: Hidden) -> None:
    rest = opened.app.rest._app._app  # type: ignore[attr-defined]  # through what stands around it
    known = {route.path for route in rest.routes if isinstance(route, Route | Mount)}
    assert known == set(requests(hidden)) | {*NO_DRAFTS, *OWN}


async def heard(opened: Graph, hidden: Hidden, caller: str, query: str) -> str:
    """All that is told of a subscription while what it is about changes."""
    token = hidden.district.tokens[caller]
    headers = {"accept": "text/event-stream", "content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    body = json.dumps({"query": query}).encode()
    coming: asyncio.Queue[Any] = asyncio.Queue()
    await coming.put({"type": "http.request", "body": body, "more_body": False})
    told: list[str] = []

    async def send(message: Any) -> None:
        told.append(message.get("body", b"").decode())

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    listening = asyncio.create_task(opened.app(scope, coming.get, send))
    await asyncio.sleep(0.2)
    await articles.touch_editing(hidden.district.act, FIRST, f"b{len(told)}")
    await asyncio.sleep(0.4)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    return "".join(told)


@pytest.mark.parametrize(("caller", "hears"), [("author elsewhere", False), ("network", True)])
async def test_who_follows_hears_nothing(
    opened: Graph, hidden: Hidden, caller: str, hears: bool
) -> None:
    ids = json.dumps([each for each in hidden.ids if each.startswith(("Article:", "Post:"))])
    articles_ = json.dumps([each for each in hidden.ids if each.startswith("Article:")])
    fields = "id ... on Article { title } reads { value }"
    for query in (
        f"subscription {{ engagementChanged(ids: {ids}) {{ {fields} }} }}",
        f"subscription {{ articleEditing(ids: {articles_}) {{ article {{ title }}"
        " editors { name block } } }",
    ):
        assert bool(leaks(await heard(opened, hidden, caller, query))) is hears, query


def test_every_subscription_is_followed() -> None:
    assert set(SCHEMA.subscription_type.fields) == {"articleEditing", "engagementChanged"}  # type: ignore[union-attr] # there is one


async def test_a_link_shows_what_is_said_and_nothing_of_what_is_said_of_it(
    opened: Graph, hidden: Hidden
) -> None:
    """Of its revision alone: not of later ones, nor of the review, plans, people, other links."""
    inside = {mark(name) for name in (*AROUND, *(f"beside-{name}" for name in SAID))}
    page = await call(opened.app, "GET", hidden.links["preview"])
    assert page.status == 200
    found = {each for each in leaks(page.body.decode()) if each.startswith(MARK)}
    assert mark("title") in found
    assert found & inside == set()
    everything = next(
        asked for asked in Asking(SCHEMA, ["x"], ["x"]).queries() if asked.name == "preview"
    )
    secret = {"secret": hidden.links["preview"].removeprefix("/preview/")}
    told = (await opened.post(everything.document, secret)).json()["data"]
    found = {each for each in leaks(json.dumps(told, ensure_ascii=False)) if each.startswith(MARK)}
    assert found & inside == set()
    assert found == {mark(name) for name in SAID} - {mark("reason")}
    assert (await call(opened.app, "GET", hidden.links["review"])).status == 404


async def test_nothing_is_sent_or_exported(opened: Graph, hidden: Hidden) -> None:
    """Of what was withdrawn, what was public."""
    messages = [str(message.data) for message in await WebhookMessage.all()]
    public = [message for message in messages if "open" in message]
    assert public
    assert [leaks(message) for message in public] == [set()] * len(public)
    told = {name for each in messages for name in leaks(each) if name.startswith(MARK)}
    assert told == {mark("gone")}
    written = [repr(each) async for each in selected(Selection())]
    assert any("公开的一篇" in each for each in written)
    assert [leaks(each) for each in written] == [set()] * len(written)
