"""Which files an article uses is kept as it is saved and published, and decides who sees them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from domain.access import EVERY_SCOPE, Act, Grant, Kind, Role, Viewer
from domain.articles import actions as articles
from domain.articles.models import Article
from domain.media import actions
from domain.media.mentions import mentioned
from domain.media.models import ArticleMedia, Media
from domain.organizations.models import Organization
from domain.problems import Conflict, Invalid, NotFound
from tests.access_table.district import make_media
from tests.rows import EDITOR, NO_SUCH, NOW, World, make_article, make_world, refused


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(database: str) -> World:
    return await make_world()


async def file(world: World, alt: str = "") -> int:
    number = await make_media(world.organization_id, "图.pdf")
    await Media.filter(id=number).update(alt=alt)
    return number


def image(number: int, **given: str) -> dict[str, Any]:
    return {"type": "image", "media": f"Media:{number}", **given}


async def uses(article_id: int) -> dict[int, tuple[bool, bool]]:
    rows = await ArticleMedia.filter(article_id=article_id)
    return {row.media_id: (row.in_public, row.in_newest) for row in rows}


async def public(*numbers: int) -> list[bool]:
    return [(await Media.get(id=number)).is_public for number in numbers]


async def saved(article_id: int, **changes: Any) -> None:
    row = await Article.get(id=article_id)
    await articles.update(EDITOR, article_id, row.version, articles.ArticleChanges(**changes))


async def published(article_id: int) -> None:
    await articles.publish(EDITOR, article_id, (await Article.get(id=article_id)).version)


async def test_uses_follow_what_is_saved_and_published(world: World) -> None:
    one, two, cover = await file(world), await file(world), await file(world)
    blocks = [image(one, alt="一"), {"type": "video", "url": "https://v.example/1"}]
    article_id = await make_article(world, blocks=blocks, cover=f"Media:{cover}")
    assert await uses(article_id) == {one: (False, True), cover: (False, True)}
    assert await public(one, two, cover) == [False, False, False]
    await published(article_id)
    assert await uses(article_id) == {one: (True, True), cover: (True, True)}
    assert await public(one, two, cover) == [True, False, True]

    await saved(article_id, blocks=[image(two, alt="二")], cover="")
    kept = {one: (True, False), two: (False, True), cover: (True, False)}
    assert await uses(article_id) == kept
    assert await public(one, two, cover) == [True, False, True]
    await published(article_id)
    assert await uses(article_id) == {one: (False, False), two: (True, True), cover: (False, False)}
    assert await public(one, two, cover) == [False, True, False]

    async with refused(Conflict, "id", code="IN_USE"):
        await actions.delete(EDITOR, one, 1)
    row = await Article.get(id=article_id)
    await articles.restore(EDITOR, article_id, row.version, 1, "")
    assert (await uses(article_id))[one] == (False, True)
    await articles.withdraw(EDITOR, article_id, (await Article.get(id=article_id)).version)
    assert await public(one, two, cover) == [False, False, False]


async def test_a_picture_nobody_describes_is_not_published(world: World) -> None:
    bare, described = await file(world), await file(world, alt="孩子们在读书")
    gallery = {"type": "gallery", "images": [{"media": f"Media:{described}"}]}
    article_id = await make_article(world, blocks=[gallery, image(described), image(bare)])
    async with refused(Invalid, "blocks", "2", "alt", code="NO_ALTERNATIVE_TEXT"):
        await published(article_id)
    assert await public(described) == [False]
    await actions.update(EDITOR, bare, 1, actions.MediaChanges(alt="社区花园"))
    await published(article_id)
    assert await public(bare, described) == [True, True]
    elsewhere = {"type": "image", "url": "https://example.org/a.jpg"}
    article_id = await make_article(
        world, blocks=[{"type": "gallery", "images": [{"url": "https://e.org/b.png"}]}, elsewhere]
    )
    async with refused(Invalid, "blocks", "0", "images", "0", "alt", code="NO_ALTERNATIVE_TEXT"):
        await published(article_id)


async def author_at(world: World) -> Act:
    path = (await Organization.get(id=world.organization_id)).path
    viewer = Viewer(Kind.USER, 9, "author", (Grant(Role.AUTHOR, path),), EVERY_SCOPE)
    return Act(viewer, NOW, "request-9")


async def test_nobody_gives_away_what_they_do_not_see(world: World) -> None:
    """By mentioning a guessed number, and publishing that."""
    other = await make_world()
    theirs, act = await file(world), await author_at(other)
    new = articles.NewArticle(
        title="偷来的图", author_id=other.person_id, organization_id=other.organization_id
    )
    attachment = {"type": "attachment", "name": "a", "media": f"Media:{theirs}"}
    for block in (image(theirs, alt="x"), attachment):
        async with refused(NotFound, "blocks", "0", "media"):
            await articles.create(act, replace(new, blocks=[block]))
    async with refused(NotFound, "cover"):
        await articles.create(act, replace(new, cover=f"Media:{theirs}"))
    async with refused(NotFound, "blocks", "1", "poster"):
        video = {"type": "video", "url": "https://v.example/1", "poster": f"Media:{NO_SUCH}"}
        paragraph = {"type": "paragraph", "text": [{"text": "字"}]}
        await articles.create(act, replace(new, blocks=[paragraph, video]))
    mine = await file(other)
    article_id = await articles.create(act, replace(new, blocks=[image(mine, alt="自己的")]))
    async with refused(NotFound, "blocks", "1", "media"):
        changes = articles.ArticleChanges(blocks=[image(mine, alt="y"), image(theirs, alt="x")])
        await articles.update(act, article_id, 1, changes)


async def test_what_an_article_shows_already_stays_usable(world: World) -> None:
    """By whoever edits it where it has moved to."""
    other = await make_world()
    number, act = await file(world), await author_at(other)
    article_id = await make_article(world, blocks=[image(number, alt="一")])
    await saved(article_id, organization_id=other.organization_id)
    row = await Article.get(id=article_id)
    changes = articles.ArticleChanges(title="改", blocks=[image(number, alt="二")])
    await articles.update(act, article_id, row.version, changes)
    assert await uses(article_id) == {number: (False, True)}


@given(st.lists(st.integers(1, 2**63 - 1), unique=True, max_size=6))
def test_every_place_that_names_a_file_is_found(numbers: list[int]) -> None:
    blocks: list[dict[str, Any]] = [
        {"type": "gallery", "images": [{"media": f"Media:{number}"} for number in numbers]},
        {"type": "paragraph", "text": [{"text": "Media:1 media", "link": "/media/1"}]},
    ]
    found = mentioned({"blocks": blocks, "cover": None})
    places = [("blocks", "0", "images", str(at), "media") for at in range(len(numbers))]
    assert found == dict(zip(numbers, places, strict=True))
