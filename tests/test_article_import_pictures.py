"""Pictures of articles from elsewhere: into the library, to where they stood, and out again."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from docx import Document

from commands.article_exports import Format, write
from commands.picture_fetching import fetching
from domain.articles.exports.selection import Selection
from domain.articles.imports.actions import Result, take
from domain.articles.imports.found import Found, Item
from domain.articles.imports.pictures import Fetch, Library
from domain.articles.models import Article
from domain.media.actions.rendering import render, take_due
from domain.media.models import Media
from domain.media.storage import Place, Storage, open_storage
from tests.media import picture
from tests.rows import EDITOR, NOW, World, make_world
from tests.sources import adoption, found

pytestmark = pytest.mark.asyncio(loop_scope="module")

GARDEN, TREES = picture(400, 300, format_="PNG"), picture(300, 200, shade=90)
LOOPBACK = (ip_network("127.0.0.0/8"),)


def illustrated(*, with_table: bool = False) -> bytes:
    """A real document: pictures between its paragraphs and within one, with what they show."""
    document = Document()
    document.add_paragraph("社区花园", style="Title")
    document.add_paragraph("第一段")
    garden = document.add_picture(io.BytesIO(GARDEN))
    garden._inline.docPr.set("descr", "志愿者在种树")
    document.add_paragraph("四月的花园", style="Caption")
    within = document.add_paragraph("第二段，")
    within.add_run().add_picture(io.BytesIO(TREES))
    within.add_run("还是第二段")
    if with_table:
        cell = document.add_table(1, 1).rows[0].cells[0]
        cell.paragraphs[0].add_run().add_picture(io.BytesIO(TREES))
    into = io.BytesIO()
    document.save(into)
    return into.getvalue()


DOCUMENT = illustrated()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(database: str) -> World:
    return await make_world()


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Storage:
    return open_storage(Place(tmp_path_factory.mktemp("media")))


async def taken(
    world: World, items: list[Item], storage: Storage, fetch: Fetch | None = None, **given: Any
) -> Result:
    library = Library(storage, fetch)
    return await take(EDITOR, items, adoption(world, **given), lambda done: None, library)


async def article_of(result: Result) -> Article:
    assert result.rejected == []
    return await Article.get(id=int(result.taken[0].partition(":")[2]))


def shapes(row: Article) -> list[dict[str, Any]]:
    """Its blocks without their ids, and without which file it is."""
    return [
        {name: value for name, value in block.items() if name not in ("id", "media")}
        for block in row.blocks
    ]


BLOCKS = [
    {"type": "paragraph", "text": [{"text": "第一段"}]},
    {"type": "image", "alt": "志愿者在种树", "caption": "四月的花园"},
    {"type": "paragraph", "text": [{"text": "第二段，"}]},
    {"type": "image"},
    {"type": "paragraph", "text": [{"text": "还是第二段"}]},
]


async def test_a_document_comes_in_with_its_pictures_and_goes_out_with_them(
    world: World, storage: Storage, tmp_path: Path
) -> None:
    result = await taken(world, found("稿.docx", DOCUMENT), storage)
    row = await article_of(result)
    assert shapes(row) == BLOCKS
    assert (result.pictures, result.pictures_left_out) == (2, [])
    media = {f"Media:{each.id}": each for each in await Media.all()}
    garden, trees = (media[row.blocks[at]["media"]] for at in (1, 3))
    assert (garden.mime, garden.width, garden.alt) == ("image/png", 400, "志愿者在种树")
    assert (trees.mime, trees.width, trees.alt) == ("image/jpeg", 300, "")
    while due := await take_due(NOW + timedelta(minutes=1)):
        await render(due, storage, NOW)
    path = tmp_path / "out.docx"
    one = Selection([row.id], has_drafts=True)
    await write(path, True, Format.DOCX, one, storage, lambda done, of: None)
    assert len(Document(str(path)).inline_shapes) == 2
    again = await taken(world, found("out.docx", path.read_bytes()), storage, source="again")
    assert shapes(await article_of(again)) == BLOCKS
    assert again.pictures == 2


async def test_it_is_known_again_and_its_pictures_are_stored_once(
    world: World, storage: Storage
) -> None:
    before = await Media.all().count()
    again = await taken(world, found("稿.docx", DOCUMENT), storage)
    assert (again.counts["known"], again.pictures) == (1, 0)
    other = await taken(world, found("稿.docx", DOCUMENT), storage, source="other")
    assert other.pictures == 2
    assert await Media.all().count() == before


async def test_what_is_left_out_is_said(world: World, storage: Storage) -> None:
    (item,) = found("稿.docx", illustrated(with_table=True))
    assert isinstance(item, Found)
    assert item.notes == ("1 pictures left out",)
    address = "https://document.invalid/1"
    file = item.pictures[address]._replace(content=b"<svg/>")
    body = f'<p>一</p><p><img src="{address}"></p>'
    bad = Found(source_id="1", title="题", body=body, pictures={address: file})
    result = await taken(world, [bad], storage, source="bad")
    assert shapes(await article_of(result)) == [{"type": "paragraph", "text": [{"text": "一"}]}]
    (left_out,) = result.pictures_left_out
    assert left_out.place == "1"
    assert left_out.why.startswith("image1.png: ")


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        bodies = {"/trees.jpg": TREES, "/page.jpg": b"<html>no picture</html>"}
        self.send_response(200 if self.path in bodies else 404)
        self.end_headers()
        self.wfile.write(bodies.get(self.path, b""))

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a test's output is for its failures."""


@contextmanager
def serving() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def page(site: str) -> str:
    return (
        f"<html><head><title>题</title></head><body><article><p>{'文' * 50}</p>"
        f'<img src="{site}/trees.jpg" alt="树"><img src="{site}/gone.jpg">'
        f'<img src="{site}/page.jpg"></article></body></html>'
    )


async def test_pictures_of_a_page_are_fetched_and_what_cannot_be_had_stays(
    world: World, storage: Storage
) -> None:
    with serving() as site:
        async with fetching(LOOPBACK) as fetch:
            result = await taken(
                world, found("page.html", page(site)), storage, fetch, source="page"
            )
    row = await article_of(result)
    trees, gone, no_picture = [block for block in row.blocks if block["type"] == "image"]
    assert (await Media.get(id=int(trees["media"].partition(":")[2]))).alt == ""
    assert (trees["alt"], trees.get("url")) == ("树", None)
    assert (gone["url"], no_picture["url"]) == (f"{site}/gone.jpg", f"{site}/page.jpg")
    assert [why.why.partition(": ")[0] for why in result.pictures_left_out] == [
        f"{site}/gone.jpg",
        f"{site}/page.jpg",
    ]
    assert result.pictures_left_out[0].why.endswith("it cannot be had: Not Found")


async def test_nothing_private_is_asked(world: World, storage: Storage) -> None:
    before = await Media.all().count()
    with serving() as site:
        async with fetching(()) as fetch:
            result = await taken(
                world, found("page.html", page(site)), storage, fetch, source="guarded"
            )
    assert len(result.pictures_left_out) == 3
    assert all("no public address" in each.why for each in result.pictures_left_out)
    assert await Media.all().count() == before


WXR = """<?xml version="1.0"?><rss version="2.0"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><wp:wxr_version>1.2</wp:wxr_version>
<item><title>树</title><wp:post_id>3</wp:post_id><wp:post_type>attachment</wp:post_type>
<wp:attachment_url>SITE/trees.jpg</wp:attachment_url><wp:postmeta>
<wp:meta_key>_wp_attachment_image_alt</wp:meta_key><wp:meta_value>三棵树</wp:meta_value>
</wp:postmeta></item>
<item><title>文</title><content:encoded>一</content:encoded><wp:post_id>7</wp:post_id>
<wp:status>publish</wp:status><wp:post_type>post</wp:post_type><wp:postmeta>
<wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>3</wp:meta_value></wp:postmeta></item>
</channel></rss>"""


async def test_what_stands_for_a_post_of_wordpress_becomes_the_cover(
    database: str, storage: Storage
) -> None:
    elsewhere = await make_world()
    with serving() as site:
        async with fetching(LOOPBACK) as fetch:
            items = found("export.xml", WXR.replace("SITE", site))
            row = await article_of(await taken(elsewhere, items, storage, fetch))
    assert row.cover is not None
    media = await Media.get(id=int(row.cover.partition(":")[2]))
    assert (media.mime, media.alt, media.name) == ("image/jpeg", "三棵树", "trees.jpg")
