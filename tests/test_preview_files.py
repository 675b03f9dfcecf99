"""/preview/…/media/…: the files of the revision that a link shows, in whole and in part, and no
others."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from domain.articles import actions as articles
from domain.articles.blocks.media_places import moved
from domain.media.actions.rendering import render, take_due
from domain.media.models import Media
from tests.media import PDF, camera_exif, picture, store
from tests.previewing import REVOKE, Newsroom, newsroom
from tests.rows import EDITOR, make_article

LATER = datetime.now(UTC) + timedelta(minutes=1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Newsroom]:
    async with newsroom(database_url, tmp_path_factory.mktemp("media")) as it:
        yield it


async def file(room: Newsroom, data: bytes) -> Media:
    stored = await store(room.storage, room.here.organization_id, data)
    while row := await take_due(LATER):
        await render(row, room.storage, LATER)
    return await Media.get(id=stored.media_id)


def image(row: Media) -> dict[str, str]:
    return {"type": "image", "media": f"Media:{row.id}", "alt": "花园"}


async def test_pictures_of_a_draft_are_shown_by_its_link_alone(room: Newsroom) -> None:
    shown = await file(room, picture(700, 500, shade=1, exif=camera_exif()))
    cover, beside = await file(room, picture(shade=2)), await file(room, picture(shade=3))
    number = await make_article(room.here, blocks=[image(shown)], cover=f"Media:{cover.id}")
    await make_article(room.here, blocks=[image(beside)])
    link = await room.hand_out(number)
    page = (await room.get(link)).body.decode()
    assert f'<img src="{link}/media/{shown.id}" alt="花园">' in page
    assert f'<img src="{link}/media/{cover.id}" alt="">' in page
    assert 'src="/media/' not in page
    for row in (shown, cover):
        answer = await room.get(f"{link}/media/{row.id}", accept="image/webp")
        assert (answer.status, answer.headers["content-type"]) == (200, "image/webp")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert (await room.get(f"/media/{row.id}")).status == 404
    assert (await room.get(f"{link}/media/{beside.id}")).status == 404
    assert (await room.get(f"{link}/media/{2**62}")).status == 404


async def test_in_the_size_and_form_that_is_asked_for(room: Newsroom) -> None:
    row = await file(room, picture(700, 500, shade=4, exif=camera_exif()))
    link = await room.hand_out(await make_article(room.here, blocks=[image(row)]))
    for width, shown_in in ((200, 320), (640, 640), (9000, 700)):
        answer = await room.get(f"{link}/media/{row.id}?width={width}&format=webp")
        assert Image.open(io.BytesIO(answer.body)).width == shown_in
    jpeg = await room.get(f"{link}/media/{row.id}")
    assert jpeg.headers["content-type"] == "image/jpeg"
    assert b"canary-camera" not in jpeg.body
    assert (await room.get(f"{link}/media/{row.id}?format=exe")).status == 422


async def test_documents_come_whole_and_in_part(room: Newsroom) -> None:
    row = await file(room, PDF)
    attached = {"type": "attachment", "media": f"Media:{row.id}", "name": "附件"}
    link = await room.hand_out(await make_article(room.here, blocks=[attached]))
    path = f"{link}/media/{row.id}"
    assert f'href="{path}"' in (await room.get(link)).body.decode()
    whole = await room.get(path)
    assert (whole.status, whole.body) == (200, PDF)
    assert whole.headers["content-disposition"].startswith("attachment")
    part = await room.get(path, range="bytes=5-9")
    assert (part.status, part.body) == (206, PDF[5:10])
    assert part.headers["content-range"] == f"bytes 5-9/{len(PDF)}"
    assert (await room.get(path, range=f"bytes={len(PDF)}-")).status == 416
    known = {"if-none-match": whole.headers["etag"]}
    assert (await room.get(path, **known)).status == 304


async def test_of_this_revision_and_not_of_another(room: Newsroom) -> None:
    old, new = await file(room, picture(shade=6)), await file(room, picture(shade=7))
    number = await make_article(room.here, blocks=[image(old)])
    await articles.update(EDITOR, number, 1, articles.ArticleChanges(blocks=[image(new)]))
    first, second = await room.hand_out(number, revision=1), await room.hand_out(number)
    for link, row, status in (
        (first, old, 200),
        (first, new, 404),
        (second, old, 404),
        (second, new, 200),
    ):
        assert (await room.get(f"{link}/media/{row.id}")).status == status


async def test_a_revoked_link_shows_no_file(room: Newsroom) -> None:
    row = await file(room, picture(shade=8))
    number = await make_article(room.here, blocks=[image(row)])
    link = await room.hand_out(number)
    path = f"{link}/media/{row.id}"
    tag = {"if-none-match": (await room.get(path)).headers["etag"]}
    (known,) = await room.links(number)
    await room.ask("author", REVOKE, input={"id": known["id"]})
    gone = await room.get(path, **tag)
    unknown = await room.get(f"/preview/{'A' * 43}/media/{row.id}", **tag)
    assert (gone.status, gone.body) == (404, unknown.body)


def test_only_what_leads_to_a_file_is_moved() -> None:
    said = '<p>写作 src="/media/1"，见 <a href="/media/2">附件</a></p>'
    alt = '<img src="/media/3" alt="a > b src=&quot;/media/4&quot;">'
    film = '<video controls="" src="/media/5" poster="/media/6"></video>'
    other = '<a href="/media/7/x">x</a><img src="https://e.example/media/8">'
    assert moved(said + alt + film + other, "/preview/s") == (
        '<p>写作 src="/media/1"，见 <a href="/preview/s/media/2">附件</a></p>'
        '<img src="/preview/s/media/3" alt="a > b src=&quot;/media/4&quot;">'
        '<video controls="" src="/preview/s/media/5" poster="/preview/s/media/6"></video>' + other
    )


@given(st.text('<>"=ab /media1src'))
def test_what_holds_no_place_stays_as_it_is(html: str) -> None:
    if "/media/" not in html:
        assert moved(html, "/preview/s") == html
