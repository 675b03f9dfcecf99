"""Articles about the same events: by rare words of their titles, near in time, none hidden."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio

from domain.articles import actions as articles
from domain.articles.models import Article
from domain.search.actions.rebuild import rebuild
from domain.search.kinship import kin
from tests.access_table.district import District, make_district
from tests.graph import Graph, graph
from tests.rows import EDITOR, NOW, make_article, make_category

RELATED = """query($id: ID!, $first: Int = 5) { node(id: $id) { ... on Article {
    related(first: $first) { title } } } }"""


def test_what_is_asked_of_others() -> None:
    assert kin("猞猁") == "('猞猁')"
    assert kin("菲律宾 地震") == "('菲律宾' & '地震')"
    assert kin("樊振东首战") == "('樊振' & '振东') | ('樊振' & '首战') | ('振东' & '首战')"
    assert kin("今天") == ""


@dataclass
class Kin:
    graph: Graph
    district: District
    ids: dict[str, str]

    async def related(self, title: str, caller: str = "anonymous", first: int = 5) -> list[str]:
        token = self.district.tokens[caller]
        answer = await self.graph.ask(RELATED, token=token, id=self.ids[title], first=first)
        return [each["title"] for each in answer["node"]["related"]]


TITLES = (
    ("菲律宾7.6级地震引发海啸预警", 0),
    ("菲律宾海域地震，海啸预警解除", 1),
    ("菲律宾地震海啸预警一年后", 300),
    ("菲律宾旅游节开幕", 1),
    ("台湾花莲地震", 1),
    ("社区地震演练", 2),
)
HIDDEN = "菲律宾地震海啸预警内部稿"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def found(database_url: str) -> AsyncIterator[Kin]:
    async with graph(database_url) as opened:
        district = await make_district()
        ids, filed = {}, f"Category:{await make_category()}"
        for title, days in TITLES:
            number = await make_article(district.here, title=title, category_id=filed)
            await articles.publish(EDITOR, number, 1)
            moment = NOW - timedelta(days=days)
            await Article.filter(id=number).update(published_at=moment, listed_at=moment)
            ids[title] = f"Article:{number}"
        await make_article(district.here, title=HIDDEN, category_id=filed)
        await rebuild(lambda done, of: None)
        yield Kin(opened, district, ids)


async def test_the_same_event_and_not_the_same_category(found: Kin) -> None:
    """All are of one category; the older one is about the same, but further away in time."""
    first, second, later = (title for title, _ in TITLES[:3])
    assert await found.related(first) == [second, later]
    assert await found.related(second, first=1) == [first]
    assert await found.related("菲律宾旅游节开幕") == []


async def test_nothing_hidden_is_related(found: Kin) -> None:
    first = TITLES[0][0]
    assert HIDDEN not in await found.related(first, first=20)
    assert HIDDEN in await found.related(first, "author", first=20)
    assert HIDDEN not in await found.related(first, "author elsewhere", first=20)


@pytest.mark.parametrize("first", [0, 21])
async def test_how_many_is_bounded(found: Kin, first: int) -> None:
    error = await found.graph.error(RELATED, id=found.ids[TITLES[0][0]], first=first)
    assert error["message"] == f"`first` must be from 1 to 20, not {first}"
