"""Articles are pinned above their organization's list, and featured, each for its period; only what
is public shows to everybody."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio
from graphql import parse, print_ast

from domain.access import Act, Role
from domain.articles import actions as articles
from domain.audit.models import AuditEntry
from domain.highlights.actions import NewHighlight, end_highlight, set_highlight
from domain.highlights.models import ArticleHighlight
from domain.highlights.rules import MOST_PINNED, HighlightKind
from domain.problems import Conflict, Forbidden, Invalid, NotFound
from domain.tokens import actions as tokens
from tests.graph import Graph, graph
from tests.rows import EDITOR, NO_SUCH, STRANGER, World, make_article, make_world, refused

PINNED, FEATURED = HighlightKind.PINNED, HighlightKind.FEATURED
HOUR = timedelta(hours=1)
SHOWN = """query($here: ID!, $id: ID!) {
    organization(id: $here) { pinned { title } }
    articles(filter: {organizationId: $here, highlight: FEATURED}) { totalCount nodes { title } }
    article(id: $id) { highlights { kind holdsNow endsAt } } }"""
SET = """mutation($input: SetHighlightInput!) { setHighlight(input: $input) {
    ... on HighlightPayload { article { title highlights { kind holdsNow } } }
    ... on Problem { code path } } }"""
END = """mutation($input: EndHighlightInput!) { endHighlight(input: $input) {
    ... on HighlightPayload { article { highlights { kind } } } ... on Problem { code path } } }"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as it:
        yield it


@pytest_asyncio.fixture
async def world() -> World:
    return await make_world()


def now() -> Act:
    return Act(EDITOR.viewer, datetime.now(UTC))


async def public(world: World, title: str) -> int:
    number = await make_article(world, title=title)
    await articles.publish(EDITOR, number, 1)
    return number


async def highlight(number: int, kind: HighlightKind, **period: datetime) -> None:
    await set_highlight(now(), NewHighlight(article_id=number, kind=kind, **period))


async def shown(opened: Graph, world: World, number: int, token: str = "") -> dict[str, Any]:
    """Asked of the database: word of what was just written may still be on its way."""
    given = {"here": f"Organization:{world.organization_id}", "id": f"Article:{number}"}
    headers = {"authorization": f"Bearer {token}"} if token else {}
    answer = await opened.post(SHOWN, given, **headers, **{"cache-control": "no-cache"})
    data = answer.json()["data"]
    return {
        "pinned": [each["title"] for each in data["organization"]["pinned"]],
        "featured": [each["title"] for each in data["articles"]["nodes"]],
        "counted": data["articles"]["totalCount"],
        "kinds": [each["kind"] for each in (data["article"] or {}).get("highlights", ())],
    }


async def test_what_is_pinned_last_stands_first_and_what_is_featured_is_found(
    opened: Graph, world: World
) -> None:
    one, two = await public(world, "一"), await public(world, "二")
    await highlight(one, PINNED)
    await highlight(two, PINNED, ends_at=datetime.now(UTC) + HOUR)
    await highlight(two, FEATURED)
    assert await shown(opened, world, two) == {
        "pinned": ["二", "一"],
        "featured": ["二"],
        "counted": 1,
        "kinds": ["FEATURED", "PINNED"],
    }
    await end_highlight(now(), two, PINNED)
    assert (await shown(opened, world, two))["pinned"] == ["一"]


async def test_it_holds_in_its_period_only(opened: Graph, world: World) -> None:
    coming, over = await public(world, "将来"), await public(world, "过去")
    later = datetime.now(UTC) + HOUR
    await highlight(coming, PINNED, starts_at=later, ends_at=later + HOUR)
    await highlight(coming, FEATURED, starts_at=later)
    ago = Act(EDITOR.viewer, datetime.now(UTC) - 3 * HOUR)
    ended = NewHighlight(article_id=over, kind=PINNED, ends_at=datetime.now(UTC) - HOUR)
    await set_highlight(ago, ended)
    nothing = {"pinned": [], "featured": [], "counted": 0, "kinds": []}
    assert await shown(opened, world, coming) == nothing
    assert await shown(opened, world, over) == nothing
    _, token = await tokens.create(EDITOR, "sees drafts", Role.ADMINISTRATOR, None)
    planned = await shown(opened, world, coming, token)
    assert planned == {**nothing, "kinds": ["FEATURED", "PINNED"]}


async def test_a_draft_shows_once_it_is_public_and_no_longer(opened: Graph, world: World) -> None:
    number = await make_article(world, title="草稿")
    await highlight(number, PINNED)
    await highlight(number, FEATURED)
    nothing = {"pinned": [], "featured": [], "counted": 0, "kinds": []}
    assert await shown(opened, world, number) == nothing
    await articles.publish(EDITOR, number, 1)
    assert (await shown(opened, world, number))["pinned"] == ["草稿"]
    await articles.withdraw(EDITOR, number, 2)
    assert await shown(opened, world, number) == nothing


async def test_it_stands_in_the_list_of_the_organization_it_moves_to(
    opened: Graph, world: World
) -> None:
    other, number = await make_world(), await public(world, "一")
    await highlight(number, PINNED)
    away = articles.ArticleChanges(organization_id=other.organization_id)
    await articles.update(EDITOR, number, 2, away)
    assert (await shown(opened, world, number))["pinned"] == []
    assert (await shown(opened, other, number))["pinned"] == ["一"]


async def test_a_list_has_room_for_few(opened: Graph, world: World) -> None:
    numbers = [await public(world, f"第{place}") for place in range(MOST_PINNED + 1)]
    for number in numbers[:-1]:
        await highlight(number, PINNED)
    async with refused(Conflict, "article_id", code="TOO_MANY"):
        await highlight(numbers[-1], PINNED)
    await highlight(numbers[0], PINNED, ends_at=datetime.now(UTC) + HOUR)
    await highlight(numbers[-1], FEATURED)
    await end_highlight(now(), numbers[0], PINNED)
    await highlight(numbers[-1], PINNED)
    assert len((await shown(opened, world, numbers[0]))["pinned"]) == MOST_PINNED


async def test_through_the_graph(opened: Graph, world: World) -> None:
    number = await public(world, "一")
    _, token = await tokens.create(EDITOR, "pins", Role.ADMINISTRATOR, None)
    given = {"articleId": f"Article:{number}", "kind": "PINNED"}
    until = (datetime.now(UTC) + HOUR).isoformat()
    made = (await opened.ask(SET, token=token, input={**given, "endsAt": until}))["setHighlight"]
    assert made == {
        "article": {"title": "一", "highlights": [{"kind": "PINNED", "holdsNow": True}]}
    }
    entry = await AuditEntry.get(subject=f"Article:{number}", action="article.highlight")
    assert entry.after is not None
    assert entry.after["kind"] == "PINNED"
    ended = (await opened.ask(END, token=token, input=given))["endHighlight"]
    assert ended == {"article": {"highlights": []}}
    again = (await opened.ask(END, token=token, input=given))["endHighlight"]
    assert again == {"code": "NOT_FOUND", "path": ["input", "articleId"]}


async def test_what_is_refused(opened: Graph, world: World) -> None:
    number = await public(world, "一")
    moment = datetime.now(UTC)
    async with refused(NotFound, "id"):
        await highlight(NO_SUCH, PINNED)
    async with refused(Invalid, "ends_at", code="PAST"):
        await highlight(number, PINNED, ends_at=moment - HOUR)
    async with refused(Invalid, "ends_at", code="INVALID_PERIOD"):
        await highlight(number, PINNED, starts_at=moment + 2 * HOUR, ends_at=moment + HOUR)
    async with refused(Forbidden):
        await set_highlight(STRANGER, NewHighlight(article_id=number, kind=PINNED))
    async with refused(NotFound, "article_id"):
        await end_highlight(now(), number, FEATURED)
    assert await ArticleHighlight.filter(article_id=number).count() == 0


async def test_the_page_s_examples_work_as_they_stand(opened: Graph, world: World) -> None:
    section = PAGE.read_text("utf-8").split("\n## Pins and features\n")[1].split("\n## ")[0]
    (text,) = re.findall(r"```graphql\n(.*?)```", section, re.S)
    number = await public(world, "一")
    later = datetime.now(UTC) + HOUR
    text = text.replace("Article:12", f"Article:{number}").replace("Organization:3", "%s") % (
        (f"Organization:{world.organization_id}",) * 2
    )
    text = text.replace("2026-12-08T08:00:00+08:00", later.isoformat())
    _, token = await tokens.create(EDITOR, "desk", Role.ADMINISTRATOR, None)
    pin, page, unpin = (print_ast(each) for each in parse(text).definitions)
    made = (await opened.ask(pin, token=token))["setHighlight"]["article"]
    assert [each["holdsNow"] for each in made["highlights"]] == [True]
    shown = await opened.ask(page, token=token)
    listed = {"id": f"Article:{number}", "title": "一"}
    assert shown["organization"] == {"pinned": [listed], "articles": {"nodes": [listed]}}
    assert shown["articles"] == {"nodes": []}
    assert await opened.ask(unpin, token=token) == {
        "endHighlight": {"__typename": "HighlightPayload"}
    }


PAGE = Path(__file__).parent.parent / "docs" / "publishing.md"
