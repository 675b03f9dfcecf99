"""What caches outside are told: how long, for whom, under which tag, in which coding."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import urlencode

import brotli
import pytest
import pytest_asyncio
import zstandard

from api.encodings import PLAIN, Accepted, NotAcceptable, accepted, encode
from api.etags import matches, tag_of
from domain.access import Role
from domain.tokens import actions as tokens
from tests.asgi import Response, call
from tests.graph import Graph, graph
from tests.rows import EDITOR, World, make_article, make_world

ORGANIZATIONS = "{ organizations { nodes { id name } } }"
ARTICLES = "{ articles { nodes { id organization { name } } } }"
VARY = "accept, accept-encoding, authorization, cookie"
DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
}
LONG = "{ __schema { types { name description } } }"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as it:
        await it.app.graphql.answering.shared._changes.listening.wait()
        yield it


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(opened: Graph) -> World:
    world = await make_world()
    await make_article(world, title="新")
    return world


async def _get(opened: Graph, query: str, method: str = "GET", **headers: str) -> Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    address = "/graphql?" + urlencode({"query": query})
    response = await call(opened.app, method, address, headers=sent)
    await asyncio.sleep(0)  # statements are noted at the loop's next turn
    return response


@pytest.mark.parametrize(
    ("query", "lifetime"),
    [
        (ORGANIZATIONS, "public, max-age=60"),
        (ARTICLES, "public, max-age=1"),
        ("{ organizations { nodes { reads { value } } } }", "public, max-age=1"),
        ("{ definitions { code } }", "public, max-age=3600"),
        ("{ definitions { code } teams { nodes { id } } }", "public, max-age=60"),
        ("{ __schema { types { name } } }", "public, max-age=60"),
        ("{ articles(first: 0) { totalCount } }", "no-store"),
        ("{ absent }", "no-store"),
    ],
)
async def test_an_answer_may_be_kept_as_long_as_all_it_reads(
    opened: Graph, world: World, query: str, lifetime: str
) -> None:
    for _ in range(2):  # also when it comes from what was kept
        response = await _get(opened, query)
        assert response.headers["cache-control"] == lifetime
        assert response.headers["vary"] == VARY


async def test_what_a_token_sees_is_private_and_asked_anew(opened: Graph, world: World) -> None:
    _, token = await tokens.create(EDITOR, "tests", Role.ADMINISTRATOR, None)
    mine = await _get(opened, ORGANIZATIONS, authorization=f"Bearer {token}")
    assert mine.headers["cache-control"] == "private, no-cache"


async def test_what_is_known_already_is_not_sent_again(opened: Graph, world: World) -> None:
    first = await _get(opened, ORGANIZATIONS)
    tag = first.headers["etag"]
    assert tag == tag_of(first.body).decode()
    for known in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = await _get(opened, ORGANIZATIONS, if_none_match=known)
        assert (again.status, again.body) == (304, b"")
        assert {name: again.headers[name] for name in ("etag", "cache-control", "vary")} == {
            "etag": tag,
            "cache-control": "public, max-age=60",
            "vary": VARY,
        }
        assert "content-length" not in again.headers
    assert (await _get(opened, ORGANIZATIONS, if_none_match='"other"')).status == 200
    assert (await _get(opened, "{ absent }", if_none_match="*")).status == 200


async def test_head_has_the_headers_of_get(opened: Graph, world: World) -> None:
    got = await _get(opened, ORGANIZATIONS)
    head = await _get(opened, ORGANIZATIONS, "HEAD")
    assert (head.status, head.body) == (200, b"")
    for name in ("content-length", "content-type", "etag", "cache-control"):
        assert head.headers[name] == got.headers[name]


@pytest.mark.parametrize(
    ("header", "is_known"),
    [
        (b"*", True),
        (b' W/"a" ', True),
        (b'"x", W/"b","a"', True),
        (b'"a,b"', False),
        (b"a", False),
        (b'"xa"', False),
        (b"", False),
    ],
)
def test_tags_are_compared_weakly(header: bytes, is_known: bool) -> None:
    assert matches(header, b'W/"a"') is is_known


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, PLAIN),
        (b"", PLAIN),
        (b"deflate", PLAIN),
        (b"gzip, deflate, br, zstd", Accepted(b"zstd")),
        (b"gzip, deflate, br", Accepted(b"br")),
        (b"GZIP", Accepted(b"gzip")),
        (b"x-gzip", Accepted(b"gzip")),
        (b"*", Accepted(b"zstd")),
        (b"*;q=0.5, gzip", Accepted(b"gzip")),
        (b"zstd;q=0.2, gzip;q=0.8", Accepted(b"gzip")),
        (b"zstd;q=0, br;q=0, gzip", Accepted(b"gzip")),
        (b"gzip;q=0.5, identity", PLAIN),
        (b"gzip, identity;q=0.5", Accepted(b"gzip")),
        (b"gzip, identity;q=0", Accepted(b"gzip", is_required=True)),
        (b"gzip, *;q=0", Accepted(b"gzip", is_required=True)),
        (b"*;q=0, identity", PLAIN),
        (b"gzip;q=x", PLAIN),
        (b"gzip;q=2", PLAIN),
        (b"gzip;q=nan", PLAIN),
        (b"gzip" + b" " * 300, Accepted(b"gzip")),
    ],
)
def test_the_coding_that_is_liked_best(header: bytes | None, expected: Accepted) -> None:
    assert accepted(header) == expected


@pytest.mark.parametrize("header", [b"identity;q=0", b"*;q=0", b"deflate, identity;q=0"])
def test_when_nothing_is_accepted(header: bytes) -> None:
    with pytest.raises(NotAcceptable):
        accepted(header)


@pytest.mark.parametrize("coding", DECODERS)
@pytest.mark.parametrize("query", [LONG, "{ __schema { types { name fields { name } } } }"])
async def test_long_answers_are_compressed(opened: Graph, coding: str, query: str) -> None:
    plain = await opened.post(query)
    for _ in range(2):
        response = await opened.post(query, None, **{"accept-encoding": coding})
        assert response.headers["content-encoding"] == coding
        assert response.headers["vary"] == "accept-encoding"
        assert len(response.body) == int(response.headers["content-length"])
        assert len(response.body) < len(plain.body) / 2
        assert DECODERS[coding](response.body) == plain.body
    assert "content-encoding" not in plain.headers


async def test_short_answers_are_not_unless_they_must_be(opened: Graph) -> None:
    query = "{ __typename }"
    short = await opened.post(query, None, **{"accept-encoding": "gzip"})
    assert "content-encoding" not in short.headers
    forced = await opened.post(query, None, **{"accept-encoding": "gzip, identity;q=0"})
    assert json.loads(gzip.decompress(forced.body)) == short.json()


async def test_nothing_is_run_for_who_accepts_nothing(opened: Graph, world: World) -> None:
    opened.statements.clear()
    response = await opened.post(ARTICLES, None, **{"accept-encoding": "identity;q=0"})
    assert response.status == 406
    assert response.json()["errors"][0]["extensions"] == {"code": "NOT_ACCEPTABLE"}
    assert opened.statements == []


async def test_codings_share_one_statement_and_one_tag(opened: Graph, world: World) -> None:
    query = "{ articles(first: 7) { nodes { id } } }"
    found: dict[str, Any] = {}
    opened.statements.clear()
    for coding in ("identity", *DECODERS):
        found[coding] = await _get(opened, query, accept_encoding=coding)
    assert len(opened.statements) == 1
    assert len({response.headers["etag"] for response in found.values()}) == 1


async def test_what_is_kept_is_compressed_once(
    opened: Graph, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded: list[bytes] = []

    def noted(coding: bytes, body: bytes) -> bytes:
        encoded.append(coding)
        return encode(coding, body)

    monkeypatch.setattr("api.replies.encode", noted)
    query = "{ __schema { types { kind name description } } }"
    for _ in range(3):
        await opened.post(query, None, **{"accept-encoding": "zstd"})
    assert encoded == [b"zstd"]


async def test_large_answers_are_compressed_beside_the_loop(
    opened: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.replies.LARGE_BYTES", 0)
    query = "{ __schema { types { description name } } }"
    response = await opened.post(query, None, **{"accept-encoding": "br"})
    assert brotli.decompress(response.body) == (await opened.post(query)).body
