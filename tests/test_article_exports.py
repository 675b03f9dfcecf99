"""Articles as files, and that Markdown comes in again as it went out."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from docx import Document
from hypothesis import given, settings

from commands.article_exports import Format, write
from commands.failures import CommandFailed
from domain.articles import actions as articles
from domain.articles.blocks import Block, from_markdown, stored
from domain.articles.content import CONTENT
from domain.articles.exports.selection import Exported, Selection, selected
from domain.articles.exports.shapes import as_markdown
from domain.articles.exports.word import as_word
from domain.articles.imports.found import Found
from domain.articles.imports.sources import read
from domain.articles.rules import ArticleStatus
from domain.media.storage import Place, open_storage
from tests.bodies import bodies
from tests.rows import EDITOR, World, make_article, make_organization, make_world

TEXT = "正文 **重点**\n\n## 小标题\n\n- 一\n- 二\n\n| 甲 | 乙 |\n| --- | --- |\n| 1 | 2 |"


def exported(blocks: tuple[Block, ...], **given: Any) -> Exported:
    content: dict[str, Any] = dict.fromkeys(CONTENT, "") | {
        "title": '题: "目" #1',
        "tags": ["志愿", "yes"],
        "keywords": [],
        "credits": [],
        "corrections": [],
        "cover": None,
        "language": "zh-CN",
        "blocks": stored(blocks),
    }
    return Exported(
        *("Article:1", "ti", ArticleStatus.DRAFT, "王", "中心", None, None),
        category=("新闻", "要闻"),
        content=content | given,
    )


@settings(max_examples=50)
@given(bodies())
def test_markdown_comes_in_as_it_went_out(blocks: tuple[Block, ...]) -> None:
    (item,) = read("a.md", as_markdown(exported(blocks)).encode())
    assert isinstance(item, Found)
    assert item.markdown is not None
    assert item.category == ("新闻", "要闻")
    assert (item.source_id, item.title, item.tags) == ("Article:1", '题: "目" #1', ("志愿", "yes"))

    def bare(of: tuple[Block, ...]) -> list[dict[str, Any]]:
        return [{key: value for key, value in block.items() if key != "id"} for block in stored(of)]

    assert bare(from_markdown(item.markdown)) == bare(blocks)


@settings(max_examples=12)  # each opens Word's template anew
@given(bodies())
def test_every_body_can_be_written_as_word(blocks: tuple[Block, ...]) -> None:
    document = Document(io.BytesIO(as_word(exported(blocks), {})))
    assert document.paragraphs[0].text == '题: "目" #1'


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(database: str) -> World:
    return await make_world()


async def test_one_article_and_a_selection(world: World, tmp_path: Path) -> None:
    public = await make_article(world, title="公开", markdown=TEXT, tags=["志愿"])
    await articles.publish(EDITOR, public, 1)
    draft = await make_article(world, title="草稿", markdown="只有编辑看见")
    below = await make_organization(world.organization_id, "下级")
    await make_article(
        World(below, world.person_id, world.partner_id, world.account_id), title="下级稿"
    )
    folder = tmp_path / "out"
    folder.mkdir()
    storage = open_storage(Place(tmp_path / "media"))

    def report(done: int, of: int) -> None:
        return None

    assert await write(folder, False, Format.MARKDOWN, Selection(), storage, report) == 1
    (path,) = folder.iterdir()
    assert path.name == f"{public}-公开.md"
    (item,) = read(path.name, path.read_bytes())
    assert isinstance(item, Found)
    assert (item.title, item.markdown) == ("公开", f"{TEXT}\n")
    one = Selection(numbers=[draft], has_drafts=True)
    await write(tmp_path / "one.json", True, Format.JSON, one, storage, report)
    said = json.loads((tmp_path / "one.json").read_text())
    assert (said["id"], said["status"], said["title"]) == (f"Article:{draft}", "DRAFT", "草稿")
    await write(
        tmp_path / "one.docx", True, Format.DOCX, Selection(numbers=[public]), storage, report
    )
    texts = [each.text for each in Document(str(tmp_path / "one.docx")).paragraphs]
    assert texts == ["公开", "正文 重点", "小标题", "一", "二"]
    within = [each.content["title"] async for each in selected(Selection((), below, True))]
    assert within == ["下级稿"]
    with pytest.raises(CommandFailed, match="not public"):
        await write(tmp_path / "no.md", True, Format.MARKDOWN, Selection([draft]), storage, report)
    everything = Selection(has_drafts=True)
    with pytest.raises(CommandFailed, match="several articles"):
        await write(tmp_path / "no.md", True, Format.MARKDOWN, everything, storage, report)
