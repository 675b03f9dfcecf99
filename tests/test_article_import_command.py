"""./xinfeng import articles, from an address and from a file, as an operator runs it."""

from __future__ import annotations

import asyncio
import csv
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from commands.article_imports import articles
from commands.failures import CommandFailed
from domain.articles.models import Article
from domain.database import open_database
from tests.rows import World, make_world
from tests.sources import PARAGRAPHS, RSS, WXR


class Feed(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        is_there = self.path == "/feed"
        self.send_response(200 if is_there else 404)
        self.end_headers()
        self.wfile.write(RSS.encode() if is_there else b"")

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a test's output is for its failures."""


@contextmanager
def serving() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Feed) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def world(database_url: str) -> World:
    async def made() -> World:
        async with open_database(database_url):
            return await make_world()

    return asyncio.run(made())


def titles(database_url: str) -> list[str]:
    async def read() -> list[str]:
        async with open_database(database_url):
            return [row.title for row in await Article.all().order_by("id")]

    return asyncio.run(read())


def test_a_feed_is_taken_from_its_address_once(
    world: World,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    rejects = tmp_path / "rejects.csv"

    def run(source: str) -> Any:
        with pytest.raises(CommandFailed, match="what was rejected stands in"):
            articles(
                source,
                organization=f"Organization:{world.organization_id}",
                author=f"Person:{world.person_id}",
                name="the feed",
                rejects=rejects,
                as_json=True,
            )
        return json.loads(capsys.readouterr().out)

    with serving() as address:
        first = run(f"{address}/feed")
        with pytest.raises(CommandFailed, match="404"):
            articles(f"{address}/none", organization="Organization:1", author="Person:1")
    assert (first["taken"], first["rejected"], len(first["articles"])) == (2, 2, 2)
    assert list(csv.reader(rejects.read_text("utf-8-sig").splitlines())) == [
        ["place", "why"],
        ["g-3", "it has no title"],
        ["entry 4", "it has neither an id nor an address"],
    ]
    file = tmp_path / "feed.xml"
    file.write_text(RSS)
    again = run(str(file))
    assert (again["taken"], again["known"]) == (0, 2)
    assert titles(database_url) == ["社区 & 花园", "只有摘要"]


def test_a_preview_shows_what_would_become_of_it(
    world: World,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    path = tmp_path / "scraped.txt"
    path.write_text("\n".join(["大兴：志愿者进社区讲反诈", *PARAGRAPHS * 5, "（记者 王建国）"]))
    known: dict[str, Any] = {"organization": "Organization:1", "author": "Person:1"}
    before = titles(database_url)
    articles(str(path), **known, preview=True, as_json=True)
    (shown,) = json.loads(capsys.readouterr().out)
    assert (shown["title"], shown["paragraphs"]) == ("大兴：志愿者进社区讲反诈", 21)
    assert len(shown["repeated"]) == 16
    assert shown["repeated"][0] == {
        "paragraph": 5,
        "of": 1,
        "alike": 1.0,
        "text": PARAGRAPHS[0],
    }
    export = tmp_path / "export.xml"
    export.write_text(WXR)
    filings: list[dict[str, Any]] = [
        {},
        {"make_categories": True},
        {"map_category": ["要闻=Category:4"]},
    ]
    found = []
    for given in filings:
        articles(str(export), **known, **given, preview=True, as_json=True)
        first = json.loads(capsys.readouterr().out)[0]
        found.append((first["category"], first["categoryId"], first["makesCategory"]))
    path_there = ["新闻", "要闻"]
    assert found == [
        (path_there, None, False),
        (path_there, None, True),
        (path_there, "Category:4", False),
    ]
    assert titles(database_url) == before


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"organization": "Person:1"}, "--organization: an id of type Organization"),
        ({"author": "x"}, "--author: not an id"),
        ({"map_category": ["要闻=社会"]}, "--map-category: not an id"),
        ({"map_author": ["张三"]}, "--map-author 张三: not NAME=VALUE"),
        ({"source": "no/such"}, "there is no file or folder no/such"),
        ({"source": "https://127.0.0.1:1/feed"}, "cannot be read"),
    ],
)
def test_what_is_wrong_with_the_command_is_told(given: dict[str, Any], told: str) -> None:
    known = {"source": "x", "organization": "Organization:1", "author": "Person:1", **given}
    with pytest.raises(CommandFailed, match=told):
        articles(known.pop("source"), **known)
