"""Articles: written, edited, published, taken back, moved; slugs, bodies and tags."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError

from domain.access import Act
from domain.articles import actions
from domain.articles.access import visible
from domain.articles.actions import ArticleChanges
from domain.articles.models import Article, ArticleRevision
from domain.articles.rules import ArticleStatus
from domain.posts.models import Post
from domain.problems import Conflict, Forbidden, Invalid, NotFound
from tests.rows import (
    EDITOR,
    NO_SUCH,
    NOW,
    STRANGER,
    World,
    derive,
    known_posts,
    make_article,
    make_category,
    make_organization,
    make_post,
    make_world,
    nothing_written,
    refused,
    wrong_figures,
)

pytestmark = pytest.mark.usefixtures("database")

LATER = replace(EDITOR, now=NOW + timedelta(hours=1))
LATEST = replace(EDITOR, now=NOW + timedelta(hours=2))


async def test_a_new_article_is_a_draft() -> None:
    world, filed = await make_world(), await make_category()
    number = await make_article(
        world,
        title=" 志愿者走进社区 ",
        summary="一\n二",
        body="<p>正文</p>",
        category_id=f"Category:{filed}",
        tags=["志愿", "志愿 ", "社区"],
        slug="volunteers",
    )
    row = await Article.get(id=number)
    assert (row.title, row.summary, row.body) == ("志愿者走进社区", "一\n二", "<p>正文</p>")
    assert (row.slug, row.category_id, row.tags) == ("volunteers", filed, ["志愿", "社区"])
    assert (row.status, row.version) == (ArticleStatus.DRAFT, 1)
    assert (row.published_at, row.listed_at, row.created_at) == (None, NOW, NOW)


BAD = [
    ("title", "", "EMPTY"),
    ("title", "\u200b", "EMPTY"),
    ("title", "a\x00b", "INVALID_TEXT"),
    ("title", "a\ud800b", "INVALID_TEXT"),
    ("title", "字" * 301, "TOO_LONG"),
    ("summary", "字" * 1001, "TOO_LONG"),
    ("summary", "\x00", "INVALID_TEXT"),
    ("body", "<p>\x00</p>", "INVALID_TEXT"),
    ("body", "<p>\udc00</p>", "INVALID_TEXT"),
    ("body", "x" * 400_001, "TOO_LONG"),
    ("category_id", "Person:1", "INVALID_ID"),
    ("slug", "a b", "INVALID_SLUG"),
    ("slug", "a/b", "INVALID_SLUG"),
    ("slug", "a?b", "INVALID_SLUG"),
    ("slug", "..", "INVALID_SLUG"),
    ("slug", "", "EMPTY"),
    ("slug", "x" * 201, "TOO_LONG"),
    ("tags", [str(index) for index in range(21)], "TOO_MANY"),
]


@pytest.mark.parametrize(("place", "value", "code"), BAD)
async def test_bad_input_is_refused_in_its_place(place: str, value: object, code: str) -> None:
    world = await make_world()
    number = await make_article(world)
    async with refused(Invalid, place, code=code):
        await make_article(world, **{"title": "好", place: value})
    async with refused(Invalid, place, code=code):
        changes = ArticleChanges(**{place: value})  # type: ignore[arg-type]
        await actions.update(EDITOR, number, 1, changes)


async def test_a_bad_tag_is_named_by_its_number() -> None:
    world = await make_world()
    async with refused(Invalid, "tags", "1", code="TOO_LONG"):
        await make_article(world, tags=["好", "字" * 33])


async def test_unknown_rows_are_named() -> None:
    world = await make_world()
    number = await make_article(world)
    for place in ("author_id", "organization_id"):
        async with refused(NotFound, place):
            await make_article(world, **{place: NO_SUCH})
        async with refused(NotFound, place):
            await actions.update(EDITOR, number, 1, ArticleChanges(**{place: NO_SUCH}))  # type: ignore[arg-type]
    async with refused(NotFound, "id"):
        await actions.update(EDITOR, NO_SUCH, 1, ArticleChanges(title="x"))
    async with refused(NotFound, "id"):
        await actions.publish(EDITOR, NO_SUCH, 1)
    async with refused(NotFound, "id"):
        await actions.withdraw(EDITOR, NO_SUCH, 1)


async def test_only_administrators_write() -> None:
    world = await make_world()
    number = await make_article(world)
    new = actions.NewArticle(
        title="x", author_id=world.person_id, organization_id=world.organization_id
    )
    async with refused(Forbidden):
        await actions.create(STRANGER, new)
    async with refused(Forbidden):
        await actions.update(STRANGER, number, 1, ArticleChanges(title="x"))
    async with refused(Forbidden):
        await actions.publish(STRANGER, number, 1)
    async with refused(Forbidden):
        await actions.withdraw(STRANGER, number, 1)


async def test_equal_titles_get_numbered_slugs_also_at_once() -> None:
    world = await make_world()
    numbers = await asyncio.gather(*(make_article(world, title="同题") for _ in range(4)))
    rows = await Article.filter(id__in=numbers)
    assert {row.slug for row in rows} == {"同题", "同题-2", "同题-3", "同题-4"}


async def test_more_equal_titles_than_are_tried_at_once() -> None:
    world = await make_world()
    await Article.bulk_create(
        Article(
            slug="long-run" if number == 1 else f"long-run-{number}",
            title="x",
            author_id=world.person_id,
            organization_id=world.organization_id,
            listed_at=NOW,
            created_at=NOW,
            updated_at=NOW,
        )
        for number in range(1, 101)
    )
    number = await make_article(world, title="Long run")
    assert (await Article.get(id=number)).slug == "long-run-101"


async def test_a_slug_that_is_taken_is_a_conflict() -> None:
    world = await make_world()
    await make_article(world, slug="taken")
    number = await make_article(world)
    async with refused(Conflict, "slug", code="TAKEN"):
        await make_article(world, slug="taken")
    async with refused(Conflict, "slug", code="TAKEN"):
        await actions.update(EDITOR, number, 1, ArticleChanges(slug="taken"))


async def test_a_body_is_cleaned_on_its_way_in() -> None:
    world = await make_world()
    number = await make_article(world, body="<p>a</p><script>alert(1)</script>")
    assert (await Article.get(id=number)).body == "<p>a</p>"
    await actions.update(EDITOR, number, 1, ArticleChanges(body="<b onclick=x>b</b>"))
    assert (await Article.get(id=number)).body == "<p><strong>b</strong></p>"


# edits


async def test_an_edit_changes_what_is_given() -> None:
    world = await make_world()
    number = await make_article(world, summary="旧", tags=["一"])
    await actions.update(LATER, number, 1, ArticleChanges(title="新题", tags=[]))
    row = await Article.get(id=number)
    assert (row.title, row.tags, row.summary) == ("新题", [], "旧")
    assert (row.version, row.updated_at, row.created_at) == (2, LATER.now, NOW)


async def test_a_stale_edit_is_refused() -> None:
    world = await make_world()
    number = await make_article(world)
    await actions.update(EDITOR, number, 1, ArticleChanges(title="新题"))
    for act in (actions.publish, actions.withdraw):
        async with refused(Conflict, "version", code="STALE_VERSION"):
            await act(EDITOR, number, 1)
    async with refused(Conflict, "version", code="STALE_VERSION"):
        await actions.update(EDITOR, number, 1, ArticleChanges(title="旧题"))
    async with refused(Conflict, "version", code="STALE_VERSION"):
        await actions.update(EDITOR, number, 10**30, ArticleChanges(title="旧题"))


async def test_of_two_edits_at_once_one_holds() -> None:
    world = await make_world()
    number = await make_article(world)
    outcomes = await asyncio.gather(
        *(actions.update(EDITOR, number, 1, ArticleChanges(title=t)) for t in ("甲", "乙")),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "NoneType"]
    assert (await Article.get(id=number)).version == 2


async def revisions(number: int) -> list[tuple[Any, ...]]:
    """Number, title, HTML and who saved it, of each, in order."""
    rows = await ArticleRevision.filter(article_id=number).order_by("number")
    return [(row.number, row.content["title"], row.body, row.actor) for row in rows]


async def test_every_save_is_kept() -> None:
    number = await make_article(await make_world(), title="一", body="<p>a</p>")
    await actions.update(LATER, number, 1, ArticleChanges(title="二"))
    await actions.update(LATER, number, 2, ArticleChanges(slug="moved"))
    await actions.update(LATER, number, 3, ArticleChanges(title="二"))
    assert await revisions(number) == [
        (1, "一", "<p>a</p>", "editor"),
        (2, "二", "<p>a</p>", "editor"),
    ]
    row = await Article.get(id=number)
    assert (row.head_number, row.public_number, row.version) == (2, None, 4)


async def test_a_revision_is_never_altered() -> None:
    await make_article(await make_world())
    async with nothing_written():
        for way in (ArticleRevision.all().delete(), ArticleRevision.all().update(number=7)):
            with pytest.raises(OperationalError, match="permission denied"):
                await way


async def test_what_is_saved_of_a_public_article_is_a_draft_beside_it() -> None:
    number = await make_article(await make_world(), title="一", body="<p>a</p>")
    await actions.publish(EDITOR, number, 1)
    (public,) = await Article.filter(id=number).values()
    changes = ArticleChanges(title="二", body="<p>b</p>", summary="新", tags=["新"])
    await actions.update(LATER, number, 2, changes)
    (beside,) = await Article.filter(id=number).values()
    assert beside == {**public, "head_number": 2, "version": 3}
    await actions.publish(LATER, number, 3)
    row = await Article.get(id=number)
    assert (row.title, row.body, row.summary, row.tags) == ("二", "<p>b</p>", "新", ["新"])
    assert (row.public_number, row.version, row.public_version) == (2, 4, 4)


async def test_an_older_revision_is_made_public_again() -> None:
    number = await make_article(await make_world(), title="一")
    await actions.update(EDITOR, number, 1, ArticleChanges(title="二"))
    await actions.publish(EDITOR, number, 2)
    await actions.publish(EDITOR, number, 3, 1)
    row = await Article.get(id=number)
    assert (row.title, row.head_number, row.public_number) == ("一", 2, 1)
    for unknown in (0, 3, 10**30):
        async with refused(NotFound, "revision"):
            await actions.publish(EDITOR, number, 4, unknown)


async def test_what_is_taken_back_is_its_newest_draft_again() -> None:
    number = await make_article(await make_world(), title="一")
    await actions.publish(EDITOR, number, 1)
    await actions.update(EDITOR, number, 2, ArticleChanges(title="二"))
    await actions.withdraw(EDITOR, number, 3)
    row = await Article.get(id=number)
    assert (row.title, row.head_number, row.public_number) == ("二", 2, None)
    await actions.update(EDITOR, number, 4, ArticleChanges(title="三"))
    assert (await Article.get(id=number)).title == "三"


# publication


async def test_publishing_withdrawing_and_publishing_again() -> None:
    world = await make_world()
    number = await make_article(world)
    await actions.publish(LATER, number, 1)
    row = await Article.get(id=number)
    assert (row.status, row.version) == (ArticleStatus.PUBLISHED, 2)
    assert (row.published_at, row.listed_at) == (LATER.now, LATER.now)
    await actions.withdraw(LATEST, number, 2)
    row = await Article.get(id=number)
    assert (row.status, row.version) == (ArticleStatus.WITHDRAWN, 3)
    await actions.publish(LATEST, number, 3)
    row = await Article.get(id=number)
    assert (row.status, row.version) == (ArticleStatus.PUBLISHED, 4)
    assert (row.published_at, row.listed_at) == (LATER.now, LATER.now)


async def test_a_step_that_does_not_follow_is_refused() -> None:
    world = await make_world()
    number = await make_article(world)
    async with refused(Conflict, code="WRONG_STATUS"):
        await actions.withdraw(EDITOR, number, 1)
    await actions.publish(EDITOR, number, 1)
    async with refused(Conflict, code="WRONG_STATUS"):
        await actions.publish(EDITOR, number, 2)
    await actions.withdraw(EDITOR, number, 2)
    async with refused(Conflict, code="WRONG_STATUS"):
        await actions.withdraw(EDITOR, number, 3)


@pytest.mark.parametrize(
    ("act", "seen"), [(STRANGER, {"PUBLISHED"}), (EDITOR, {"DRAFT", "PUBLISHED", "WITHDRAWN"})]
)
async def test_who_sees_which_articles(act: Act, seen: set[str]) -> None:
    await one_of_each(await make_world())
    condition = visible(act.viewer).sql.format(row="a")
    rows = await get_connection("default").execute_query_dict(
        f"SELECT status FROM article a WHERE {condition}"
    )
    assert {row["status"] for row in rows} == seen


async def one_of_each(world: World) -> None:
    await make_article(world)
    published, withdrawn = await make_article(world), await make_article(world)
    await actions.publish(EDITOR, published, 1)
    await actions.publish(EDITOR, withdrawn, 1)
    await actions.withdraw(EDITOR, withdrawn, 2)


async def test_posts_and_totals_follow_an_article_to_another_organization() -> None:
    world = await make_world()
    other = await make_organization()
    number = await make_article(world)
    post = await make_post(world.account_id, article_id=number)
    await derive()
    assert await known_posts("ORGANIZATION", world.organization_id) == 1
    await actions.update(EDITOR, number, 1, ArticleChanges(organization_id=other))
    assert (await Post.get(id=post)).organization_id == other
    assert await known_posts("ORGANIZATION", world.organization_id) == 0
    assert await known_posts("ORGANIZATION", other) == 1
    assert await wrong_figures() == []
