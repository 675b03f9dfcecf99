"""Editors who come across each other: what both made is kept, or a conflict names the place."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from domain.articles import actions
from domain.articles.actions import ArticleChanges
from domain.articles.models import Article, ArticleRevision
from domain.problems import Conflict, Invalid, NotFound
from tests.rows import EDITOR, make_article, make_world, refused

pytestmark = pytest.mark.usefixtures("database")


def paragraph(id_: str, text: str) -> dict[str, Any]:
    return {"type": "paragraph", "id": id_, "text": [{"text": text}]}


def body(**texts: str) -> list[dict[str, Any]]:
    return [paragraph(id_, text) for id_, text in texts.items()]


FIRST = body(a="甲", b="乙", c="丙")


async def texts(number: int) -> str:
    return (await Article.get(id=number)).plain_text.replace("\n\n", "")


async def test_edits_of_different_blocks_are_put_together() -> None:
    number = await make_article(await make_world(), blocks=FIRST)
    mine = ArticleChanges(blocks=body(a="甲一", b="乙", c="丙", d="丁"), title="我的题")
    theirs = ArticleChanges(blocks=body(b="乙", c="丙二"), summary="他的")
    await actions.update(EDITOR, number, None, mine, revision=1)
    moved = ArticleChanges(blocks=body(a="甲", c="丙二", b="乙"))
    await actions.update(EDITOR, number, None, moved, revision=1)
    assert await texts(number) == "甲一丙二丁乙"
    row = await Article.get(id=number)
    assert (row.title, row.head_number) == ("我的题", 3)
    async with refused(Conflict, "blocks", code="OVERLAPPING"):
        await actions.update(EDITOR, number, None, theirs, revision=1)
    assert len(await ArticleRevision.filter(article_id=number)) == 3


async def test_edits_as_markdown_are_put_together_too() -> None:
    number = await make_article(
        await make_world(), markdown="第一段在此\n\n第二段在此\n\n第三段在此"
    )
    mine = ArticleChanges(markdown="第一段改在此\n\n第二段在此\n\n第三段在此")
    theirs = ArticleChanges(markdown="第一段在此\n\n第二段在此\n\n第三段也改在此")
    await actions.update(EDITOR, number, None, mine, revision=1)
    await actions.update(EDITOR, number, None, theirs, revision=1)
    assert await texts(number) == "第一段改在此第二段在此第三段也改在此"


async def test_a_block_both_changed_is_named() -> None:
    number = await make_article(await make_world(), blocks=FIRST)
    mine, theirs = (ArticleChanges(blocks=body(a="甲", b=text, c="丙")) for text in "xy")
    await actions.update(EDITOR, number, None, mine, revision=1)
    with pytest.raises(Conflict, match=r"these blocks too since the revision you saw: b$"):
        await actions.update(EDITOR, number, None, theirs, revision=1)
    async with refused(Conflict, "blocks", "1", code="OVERLAPPING"):
        await actions.update(EDITOR, number, None, theirs, revision=1)
    await actions.update(EDITOR, number, None, theirs, revision=2)
    assert await texts(number) == "甲y丙"


async def test_a_field_both_changed_is_named() -> None:
    number = await make_article(await make_world(), title="一", summary="旧")
    await actions.update(EDITOR, number, None, ArticleChanges(title="二"), revision=1)
    async with refused(Conflict, "title", code="OVERLAPPING"):
        await actions.update(EDITOR, number, None, ArticleChanges(title="三"), revision=1)
    kept = ArticleChanges(title="一", summary="新")
    await actions.update(EDITOR, number, None, kept, revision=1)
    row = await Article.get(id=number)
    assert (row.title, row.summary) == ("二", "新")


async def test_of_many_at_once_nobody_loses_anything() -> None:
    blocks = body(**{f"p{at}": "旧" for at in range(6)})
    number = await make_article(await make_world(), blocks=blocks)

    async def change(at: int) -> None:
        mine = [*blocks[:at], paragraph(f"p{at}", str(at)), *blocks[at + 1 :]]
        await actions.update(EDITOR, number, None, ArticleChanges(blocks=mine), revision=1)

    await asyncio.gather(*(change(at) for at in range(6)))
    assert await texts(number) == "012345"
    assert (await Article.get(id=number)).head_number == 7


async def test_what_was_seen_is_said_in_one_way() -> None:
    number = await make_article(await make_world(), title="一")
    for version, revision in ((None, None), (1, 1)):
        async with refused(Invalid, "version"):
            await actions.update(EDITOR, number, version, ArticleChanges(title="x"), revision)
    async with refused(Invalid, "slug", code="NEEDS_VERSION"):
        await actions.update(EDITOR, number, None, ArticleChanges(slug="x"), revision=1)
    for unknown in (0, 2, 10**30):
        async with refused(NotFound, "revision"):
            await actions.update(EDITOR, number, None, ArticleChanges(title="x"), unknown)
