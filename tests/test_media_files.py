"""GET /media/…: to whom a file is shown, whole and in part; and that a draft's is shown to nobody
else, however it is asked for."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image

from api.media.files import FOR_AN_HOUR, FOR_EVER, FOR_THE_VIEWER
from api.media.serving import POLICY
from domain.access import Role, Scope
from domain.articles import actions as articles
from domain.media.actions.rendering import render, take_due
from domain.media.models import ArticleMedia, Media, MediaRendition
from domain.media.rules import MediaState
from domain.media.storage import Place, Storage, open_storage
from domain.tokens import actions as tokens
from tests.graph import Graph, graph
from tests.media import PDF, camera_exif, get, picture, store
from tests.rows import EDITOR, World, make_article, make_world

LATER = datetime.now(UTC) + timedelta(minutes=1)
PHOTO = picture(700, 500, exif=camera_exif(6))


@dataclass
class Newsroom:
    opened: Graph
    storage: Storage
    world: World
    tokens: dict[str, str]

    async def store(self, data: bytes, **given: str) -> Media:
        found = await store(self.storage, self.world.organization_id, data, **given)
        return await self.rendered(found.media_id)

    async def rendered(self, media_id: int) -> Media:
        while row := await take_due(LATER):
            assert await render(row, self.storage, LATER) is MediaState.READY
        return await Media.get(id=media_id)

    async def published(self, row: Media) -> int:
        """An article that shows the file, made public. Returns its number."""
        shown = {"type": "attachment", "media": f"Media:{row.id}", "name": "附件"}
        article_id = await make_article(self.world, blocks=[shown])
        await articles.publish(EDITOR, article_id, 1)
        return article_id

    async def get(self, path: str, who: str = "", **headers: str) -> Any:
        return await get(self.opened, path, token=self.tokens.get(who, ""), **headers)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def newsroom(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Newsroom]:
    directory = tmp_path_factory.mktemp("media")
    async with graph(database_url, media_dir=directory) as opened:
        world, other = await make_world(), await make_world()
        known = {}
        for name, role, scopes, home in (
            ("author", Role.AUTHOR, tuple(Scope), world),
            ("author elsewhere", Role.AUTHOR, tuple(Scope), other),
            ("dispatcher", Role.DISPATCHER, tuple(Scope), world),
            ("public", Role.AUTHOR, (Scope.READ_PUBLIC,), world),
        ):
            _, known[name] = await tokens.create(
                EDITOR, name, role, None, scopes=scopes, organization_id=home.organization_id
            )
        yield Newsroom(opened, open_storage(Place(directory)), world, known)


NOT_THEIRS = ("", "author elsewhere", "dispatcher", "public")


async def test_what_no_published_article_uses_is_its_librarys_alone(newsroom: Newsroom) -> None:
    row = await newsroom.store(PHOTO)
    draft = await make_article(newsroom.world)
    await ArticleMedia.create(article_id=draft, media_id=row.id, in_public=True, in_newest=True)
    jpeg = await MediaRendition.get(media_id=row.id, format="JPEG")
    paths = [
        f"/media/{row.id}",
        f"/media/{row.id}?width=320&format=webp",
        f"/media/{row.sha256}/original.jpg",
        f"/media/{row.sha256}/anything",
        f"/media/{row.sha256}/renditions/{jpeg.width}.jpeg",
        f"/media/{row.sha256}/renditions/320.avif",
    ]
    nothing = await newsroom.get(f"/media/{'0' * 64}/original.jpg")
    for path in paths:
        for who in NOT_THEIRS:
            for headers in ({}, {"range": "bytes=0-1"}, {"if-none-match": "*"}):
                answer = await newsroom.get(path, who, **headers)
                assert (answer.status, answer.body) == (404, nothing.body), (path, who)
        theirs = await newsroom.get(path, "author")
        assert theirs.status in {200, 307}
        assert "private" in theirs.headers["cache-control"]
    document = "query($id: ID!) { media(id: $id) { url } node(id: $id) { id } }"
    for who in NOT_THEIRS:
        found = await newsroom.opened.ask(
            document, id=f"Media:{row.id}", token=newsroom.tokens.get(who, "")
        )
        assert found == {"media": None, "node": None}


async def test_it_is_everybodys_while_a_published_article_shows_it(newsroom: Newsroom) -> None:
    row = await newsroom.store(picture(300, 200, shade=4))
    path = f"/media/{row.sha256}/renditions/300.webp"
    assert (await newsroom.get(path)).status == 404
    article_id = await newsroom.published(row)
    shown = await newsroom.get(path)
    assert (shown.status, shown.headers["content-type"]) == (200, "image/webp")
    assert shown.headers["cache-control"] == FOR_EVER
    assert shown.headers["cross-origin-resource-policy"] == "cross-origin"
    assert (await newsroom.get(path, "dispatcher")).status == 200
    assert (await newsroom.opened.ask(f'{{ media(id: "Media:{row.id}") {{ isPublic }} }}'))["media"]
    await articles.withdraw(EDITOR, article_id, 2)
    assert (await newsroom.get(path)).status == 404
    assert (await newsroom.get(path, "author")).headers["cache-control"] == FOR_THE_VIEWER


async def test_of_two_articles_that_show_it_the_last_takes_it_back(newsroom: Newsroom) -> None:
    row = await newsroom.store(picture(300, 200, shade=5))
    first, second = await newsroom.published(row), await newsroom.published(row)
    await articles.withdraw(EDITOR, first, 2)
    assert (await Media.get(id=row.id)).is_public
    await ArticleMedia.filter(article_id=second).update(in_public=False)
    assert not (await Media.get(id=row.id)).is_public
    await ArticleMedia.filter(article_id=second).update(in_public=True)
    assert (await Media.get(id=row.id)).is_public
    await ArticleMedia.filter(article_id=second).delete()
    assert not (await Media.get(id=row.id)).is_public


async def test_the_public_never_learns_where_a_picture_was_taken(newsroom: Newsroom) -> None:
    row = await newsroom.store(picture(350, 250, shade=6, exif=camera_exif(6)))
    assert (row.width, row.height) == (250, 350)
    await newsroom.published(row)
    assert (await newsroom.get(f"/media/{row.sha256}/original.jpg")).status == 404
    theirs = await newsroom.get(f"/media/{row.sha256}/original.jpg", "author")
    assert b"canary-camera" in theirs.body
    assert theirs.headers["cache-control"] == FOR_THE_VIEWER
    for each in await MediaRendition.filter(media_id=row.id):
        path = f"/media/{row.sha256}/renditions/{each.width}.{each.format.lower()}"
        shown = await newsroom.get(path)
        assert (shown.status, len(shown.body)) == (200, each.size)
        assert b"canary-camera" not in shown.body
        with Image.open(io.BytesIO(shown.body)) as image:
            assert image.size == (each.width, each.height)
            assert dict(image.getexif()) == {}


async def test_documents_are_shown_as_files_to_keep(newsroom: Newsroom) -> None:
    row = await newsroom.store(PDF, name='年报 "2026".pdf')
    await newsroom.published(row)
    answer = await newsroom.get(f"/media/{row.sha256}/original.pdf")
    assert (answer.status, answer.body) == (200, PDF)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"__ 2026.pdf\"; filename*=UTF-8''%E5%B9%B4%E6%8A%A5%202026.pdf"
    )
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_parts_and_tags(newsroom: Newsroom) -> None:
    row = await newsroom.store(PDF + b"%more")
    await newsroom.published(row)
    path, size = f"/media/{row.sha256}/original.pdf", row.size
    tag = (await newsroom.get(path)).headers["etag"]
    part = await newsroom.get(path, range="bytes=5-9")
    assert (part.status, part.body) == (206, (PDF + b"%more")[5:10])
    assert part.headers["content-range"] == f"bytes 5-9/{size}"
    assert part.headers["content-length"] == "5"
    end = await newsroom.get(path, range="bytes=-5", if_range=tag)
    assert (end.status, end.body) == (206, b"%more")
    other = await newsroom.get(path, range="bytes=-5", if_range='"other"')
    assert (other.status, len(other.body)) == (200, size)
    beyond = await newsroom.get(path, range=f"bytes={size}-")
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    kept = await newsroom.get(path, if_none_match=tag)
    assert (kept.status, kept.body, kept.headers["etag"]) == (304, b"", tag)


async def test_a_number_leads_to_the_size_that_fits(newsroom: Newsroom) -> None:
    row = await newsroom.store(picture(700, 300, shade=8))
    await newsroom.published(row)
    for query, end in {
        "": "700.jpeg",
        "?width=100&format=webp": "320.webp",
        "?width=321&format=avif": "640.avif",
        "?width=9999&format=webp": "700.webp",
    }.items():
        answer = await newsroom.get(f"/media/{row.id}{query}")
        assert (answer.status, answer.headers["location"]) == (
            307,
            f"/media/{row.sha256}/renditions/{end}",
        )
    shown = await newsroom.get(f"/media/{row.id}", accept="image/avif,image/webp,*/*;q=0.8")
    assert shown.headers["location"].endswith("700.avif")
    assert (shown.headers["cache-control"], shown.headers["vary"]) == (
        FOR_AN_HOUR,
        "accept, authorization, cookie",
    )
    assert (await newsroom.get(f"/media/{row.id}?width=0")).status == 422
    assert (await newsroom.get(f"/media/{row.id}?format=svg")).status == 422


@pytest.mark.parametrize(
    "path",
    [
        "/media/0",
        "/media/99999999999999999999999999",
        "/media/..%2f..%2fetc/passwd",
        f"/media/{'g' * 64}/x",
        f"/media/{'a' * 64}/renditions/320.svg",
        f"/media/{'a' * 64}/renditions/99999999999.webp",
    ],
)
async def test_other_addresses_lead_nowhere(newsroom: Newsroom, path: str) -> None:
    assert (await newsroom.get(path, "author")).status == 404


async def test_a_file_the_store_lost_is_the_stores_fault(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    row = await newsroom.store(PDF + b"%lost")
    await newsroom.storage.delete(f"{row.sha256[:2]}/{row.sha256}/original")
    answer = await newsroom.get(f"/media/{row.sha256}/original.pdf", "author")
    assert (answer.status, answer.json()["error"]["code"]) == (503, "UNAVAILABLE")
