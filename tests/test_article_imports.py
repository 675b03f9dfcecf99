"""Articles from elsewhere: the paragraphs that repeat, each article once and only once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from domain.articles import actions as articles
from domain.articles.blocks import loaded, to_plain
from domain.articles.imports import actions
from domain.articles.imports.filing import Filing, filed, nearest
from domain.articles.imports.found import Found, Item, Rejected
from domain.articles.imports.models import ArticleImport
from domain.articles.imports.plan import Adoption, planned
from domain.articles.imports.repeats import repeats
from domain.articles.imports.sources import read_folder
from domain.articles.models import Article
from domain.categories.models import Category
from domain.categories.reading import NamePath, name_paths
from domain.people import actions as people
from tests.rows import EDITOR, NO_SUCH, World, make_category, make_world, nothing_written
from tests.sources import MARKDOWN, NOWHERE, PARAGRAPHS, RSS, adoption, found, word

# paragraphs that repeat


def scraped(times: int) -> str:
    return "\n".join(["大兴：志愿者进社区讲反诈", *PARAGRAPHS * times, "（记者 王建国）"])


@pytest.mark.parametrize("times", [1, 2, 3, 5])
def test_whole_paragraphs_repeated_up_to_five_times(times: int) -> None:
    (item,) = found("scraped.txt", scraped(times))
    assert isinstance(item, Found)
    plan = planned(item, adoption(NOWHERE, drops_repeats=True))
    assert plan.paragraphs == 4 * times + 1
    assert len(plan.repeated) == 4 * (times - 1)
    kept = [text for text in to_plain(loaded(plan.new.blocks)).split("\n") if text]
    assert kept == [*PARAGRAPHS, "（记者 王建国）"]
    offered = planned(item, adoption(NOWHERE))
    assert offered.repeated == plan.repeated
    assert len(loaded(offered.new.blocks)) == 4 * times + 1


def test_nearly_the_same_paragraph_is_found_and_another_is_not() -> None:
    near = PARAGRAPHS[0].replace("三十名", "三十余名").replace("。", "")
    found_ = repeats(
        [*PARAGRAPHS, near, PARAGRAPHS[1].replace("，", ", "), "新华社北京电", "新华社北京电"]
    )
    assert [(each.place, each.first) for each in found_] == [(4, 0), (5, 1)]
    assert 0.85 <= found_[0].alike < 1.0
    assert found_[1].alike == 1.0


@given(st.lists(st.text(max_size=60), max_size=12))
def test_what_is_left_has_no_repeats_and_the_first_stays(paragraphs: list[str]) -> None:
    twice = repeats(paragraphs + paragraphs)
    needless = {each.place for each in twice}
    assert all(each.first < each.place and each.first not in needless for each in twice)
    left = [text for at, text in enumerate(paragraphs + paragraphs) if at not in needless]
    assert [each for each in repeats(left) if each.alike == 1.0] == []


# taking them


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(database: str) -> World:
    return await make_world()


async def take(items: Iterator[Item] | list[Item], given: Adoption) -> actions.Result:
    return await actions.take(EDITOR, list(items), given, lambda done: None)


async def test_each_is_taken_once_and_what_changed_there_stays_here(world: World) -> None:
    given_ = adoption(world, source="https://e.org/feed")
    first = await take(found("x", RSS), given_)
    assert first.counts == {"taken": 2, "known": 0, "changed": 0, "rejected": 2}
    article = await Article.get(id=int(first.taken[0].split(":")[1]))
    assert (article.title, article.status, article.category_id) == ("社区 & 花园", "DRAFT", None)
    assert (article.source, article.source_url) == ("https://e.org/feed", "https://e.org/1")
    assert article.credits == [{"role": "作者", "name": "张三"}]
    assert article.body == "<p>第一段</p><h2>小标题</h2>"
    async with nothing_written():
        again = await take(found("x", RSS), given_)
        changed = await take(found("x", RSS.replace("第一段", "改过")), given_)
    assert again.counts == {"taken": 0, "known": 2, "changed": 0, "rejected": 2}
    assert (changed.counts["changed"], changed.changed) == (1, [first.taken[0]])
    other = await take(found("x", RSS), adoption(world, source="elsewhere"))
    assert other.counts["taken"] == 2


async def test_it_goes_on_where_it_was_stopped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between an article and the word that it was taken, neither is there."""
    items = [Found(source_id=f"i-{n}", title=f"题 {n}", body="<p>文</p>") for n in range(4)]
    given_ = adoption(world, source="stopped")
    calls, create = 0, articles.create

    async def dies(act: Any, new: Any) -> int:
        nonlocal calls
        number: int = await create(act, new)
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        return number

    before = await Article.all().count()
    monkeypatch.setattr(articles, "create", dies)
    with pytest.raises(KeyboardInterrupt):
        await take(list(items), given_)
    monkeypatch.undo()
    assert await Article.all().count() == before + 2
    assert await ArticleImport.filter(source="stopped").count() == 2
    result = await take(list(items), given_)
    assert result.counts == {"taken": 2, "known": 2, "changed": 0, "rejected": 0}
    assert await Article.all().count() == before + 4


async def test_a_body_that_is_refused_is_a_reject_with_its_reason(world: World) -> None:
    items: list[Item] = [
        Found(source_id="long", title="长", body="<p>x</p>" * 1001),
        Found(source_id="fine", title="好", body="<p>x</p>"),
    ]
    result = await take(items, adoption(world, source="refused"))
    assert result.counts == {"taken": 1, "known": 0, "changed": 0, "rejected": 1}
    assert result.rejected[0].place == "long"
    assert "1000 are the most" in result.rejected[0].why


async def test_authors_and_categories_are_mapped(world: World) -> None:
    new = people.NewPerson(name="张三", organization_id=world.organization_id)
    person = await people.create(EDITOR, new)
    livelihood = await make_category("民生")
    filing = Filing(mapped={"社会": livelihood})
    given_ = adoption(world, source="mapped", authors={"张三": person}, filing=filing)
    result = await take(found("x", RSS)[:1], given_)
    article = await Article.get(id=int(result.taken[0].split(":")[1]))
    assert (article.author_id, article.category_id, article.credits) == (person, livelihood, [])


def test_a_folder_is_read_file_by_file(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.md").write_text(MARKDOWN)
    (folder / "sub" / "b.docx").write_bytes(word())
    (folder / "c.docx").write_bytes(b"no")
    (folder / "photo.jpg").write_bytes(b"no")
    outside = tmp_path / "secret.md"
    outside.write_text("# 秘密\n\n文")
    (folder / "link.md").symlink_to(outside)
    items = list(read_folder(folder))
    assert [item.source_id if isinstance(item, Found) else item.place for item in items][:2] == [
        "a.md",
        "c.docx",
    ]
    assert len(items) == 3
    assert items[1] == Rejected("c.docx", "this is no DOCX document")


WXR_FILED = (("新闻", "要闻"), ("新闻", "本地", "要闻"))


async def test_categories_of_a_source_come_under_ours_or_are_made_when_asked(world: World) -> None:
    """Only what is missing, below what is there; a name that two of ours have says nothing."""
    items: list[Item] = [
        Found(source_id=f"f-{n}", title="题", body="<p>文</p>", category=path)
        for n, path in enumerate((*WXR_FILED, ("要闻",), ()))
    ]
    top = await make_category("新闻")
    given_ = adoption(world, source="unfiled", filing=Filing(known=await name_paths()))
    assert await filed_of(await take(items, given_)) == [None] * 4
    making = replace(given_, source="filed", filing=replace(given_.filing, makes_missing=True))
    assert await filed_of(await take(items, making)) == [*WXR_FILED, ("要闻",), None]
    assert await Category.filter(parent_id=top).count() == 2
    again = replace(making, source="again", filing=Filing(known=await name_paths()))
    count = await Category.all().count()
    assert await filed_of(await take(items, again)) == [*WXR_FILED, ("要闻",), None]
    assert await Category.all().count() == count


async def filed_of(result: actions.Result) -> list[NamePath | None]:
    numbers = [int(id_.removeprefix("Article:")) for id_ in result.taken]
    known = await name_paths()
    rows = {row.id: row.category_id for row in await Article.filter(id__in=numbers)}
    return [known.get(rows[number] or 0) for number in numbers]


async def test_a_category_that_is_not_there_is_a_reject(world: World) -> None:
    filing = Filing(mapped={"新闻/要闻": NO_SUCH})
    found_: list[Item] = [Found(source_id="x", title="题", body="<p>文</p>", category=WXR_FILED[0])]
    async with nothing_written():
        result = await take(found_, adoption(world, source="wrong", filing=filing))
    assert result.rejected == [Rejected("x", "category_id: there is no such category")]


def test_where_a_category_of_a_source_belongs() -> None:
    filing = Filing(
        mapped={"a/b": 7, "c": 8}, known={1: ("a",), 2: ("a", "x"), 3: ("x",), 4: ("a", "z")}
    )
    found_ = {
        path: filed(path, filing).id
        for path in (("a", "b"), ("b",), ("q", "c"), ("a", "x"), ("x",), ("z",), ("q", "z"))
    }
    assert list(found_.values()) == [7, None, 8, 2, 3, 4, None]
    assert nearest(("a", "x", "y"), filing.known) == (2, ("y",))
    assert nearest(("n", "x"), filing.known) == (None, ("n", "x"))
