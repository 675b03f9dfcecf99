"""Documents named by their hash: remembered ones, and the ones known beforehand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio
import structlog
from graphql import GraphQLError

from cli import run
from schema.execution.documents import MAX_KEPT_LETTERS, Documents, Refused
from schema.execution.engine import Engine
from schema.execution.trusted import (
    MAX_REMEMBERED,
    MAX_REMEMBERED_LETTERS,
    KnownDocuments,
    load_trusted,
    sha256,
)
from schema.root import build
from tests.asgi import call
from tests.graph import Graph, graph
from tests.serving import Served, served

FEED = "{ articles { totalCount } }"
PARTNERS = "query Partners { partners { totalCount } }"
JSON = {"content-type": "application/json"}


def persisted(text: str, **more: Any) -> dict[str, Any]:
    extension = {"persistedQuery": {"version": 1, "sha256Hash": sha256(text)}}
    return {"extensions": extension, **more}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as it:
        yield it


async def _send(opened: Graph, body: dict[str, Any]) -> Any:
    sent = json.dumps(body).encode()
    return (await call(opened.app, "POST", "/graphql", headers=JSON, body=sent)).json()


async def test_a_document_is_sent_once_and_named_from_then_on(opened: Graph) -> None:
    unknown = await _send(opened, persisted(FEED))
    assert unknown["errors"][0]["message"] == "PersistedQueryNotFound"
    assert unknown["errors"][0]["extensions"] == {"code": "PERSISTED_QUERY_NOT_FOUND"}
    first = await _send(opened, persisted(FEED, query=FEED))
    again = await _send(opened, persisted(FEED))
    assert first == again
    assert again["data"] == {"articles": {"totalCount": 0}}
    extensions = json.dumps(persisted(FEED)["extensions"])
    got = await call(opened.app, "GET", "/graphql?" + urlencode({"extensions": extensions}))
    assert got.json() == again
    by_id = await call(opened.app, "GET", f"/graphql?documentId=sha256:{sha256(FEED)}")
    assert by_id.json() == again


async def test_a_wrong_hash_is_refused(opened: Graph) -> None:
    answer = await _send(opened, persisted(FEED, query=PARTNERS))
    assert answer["errors"][0]["message"] == "the document does not have this hash"


@pytest.mark.parametrize(
    "extension",
    [1, {}, {"version": 1}, {"version": 2, "sha256Hash": "x"}, {"version": 1, "sha256Hash": 1}],
)
async def test_a_malformed_extension_is_named(opened: Graph, extension: Any) -> None:
    answer = await _send(opened, {"query": FEED, "extensions": {"persistedQuery": extension}})
    assert "persistedQuery" in answer["errors"][0]["message"]


def _codes(refused: Refused) -> list[Any]:
    errors: list[GraphQLError] = refused.errors
    return [(error.extensions or {})["code"] for error in errors]


def test_only_what_is_known_beforehand_is_answered(tmp_path: Path) -> None:
    (tmp_path / "feed.graphql").write_text(FEED)
    known = KnownDocuments(load_trusted(tmp_path), only_trusted=True)
    assert known.text(None, "feed") == FEED
    assert known.text(None, sha256(FEED)) == FEED
    assert known.text(FEED, None) == FEED
    for query, id_ in ((PARTNERS, None), (PARTNERS, sha256(PARTNERS))):
        with pytest.raises(Refused) as refused:
            known.text(query, id_)
        assert _codes(refused.value) == ["DOCUMENT_NOT_TRUSTED"]
    with pytest.raises(Refused) as refused:
        known.text(None, sha256(PARTNERS))
    assert _codes(refused.value) == ["PERSISTED_QUERY_NOT_FOUND"]


@pytest.mark.parametrize(
    "content",
    [{"a": FEED}, {"operations": [{"id": "a", "name": "Feed", "type": "query", "body": FEED}]}],
)
def test_manifests(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(content))
    assert load_trusted(path) == {"a": FEED, sha256(FEED): FEED}


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"a": 1}', '{"operations": [{}]}'])
def test_what_is_no_manifest_is_said(tmp_path: Path, content: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"manifest\.json"):
        load_trusted(path)


def test_what_is_remembered_is_bounded() -> None:
    known = KnownDocuments()
    texts = [f"{{ a{number}: __typename }}" for number in range(MAX_REMEMBERED + 1)]
    for text in texts[:-1]:
        known.remember(text, sha256(text))
    assert known.text(None, sha256(texts[0])) == texts[0]  # used: not the next to go
    known.remember(texts[-1], sha256(texts[-1]))
    assert known.text(None, sha256(texts[0])) == texts[0]
    with pytest.raises(Refused):
        known.text(None, sha256(texts[1]))


def test_long_documents_are_remembered_in_smaller_number() -> None:
    known = KnownDocuments()
    texts = [str(number) * (MAX_REMEMBERED_LETTERS // 2) for number in range(3)]
    for text in texts:
        known.remember(text, sha256(text))
    assert [id_ for id_ in map(sha256, texts) if id_ in known._remembered] == [
        sha256(texts[1]),
        sha256(texts[2]),
    ]


def test_what_is_trusted_is_never_forgotten_for_what_is_not(tmp_path: Path) -> None:
    (tmp_path / "feed.graphql").write_text(FEED)
    known = KnownDocuments(load_trusted(tmp_path))
    for number in range(MAX_REMEMBERED + 1):
        known.remember(f"{{ a{number}: __typename }}", str(number))
    assert known.text(None, "feed") == FEED


async def test_only_valid_documents_are_remembered(opened: Graph) -> None:
    for text in ("{ absent }", "{", "{ a" * 200_000):
        await _send(opened, persisted(text, query=text))
        answer = await _send(opened, persisted(text))
        assert answer["errors"][0]["message"] == "PersistedQueryNotFound"


def test_documents_that_are_kept_are_bounded_in_letters() -> None:
    documents = Documents(build()._schema)
    texts = [f"{{ a{number}: __typename {' ' * 50_000} }}" for number in range(30)]
    for text in texts:
        documents.read(text)
    assert list(documents._kept) == texts[-(MAX_KEPT_LETTERS // 50_100) :]


def test_a_trusted_document_that_is_not_valid_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "old.graphql").write_text("{ absent }")
    engine = Engine(build(), zone="UTC", known=KnownDocuments(load_trusted(tmp_path)))
    with structlog.testing.capture_logs() as events:
        engine.read_trusted()
    assert [event["document"] for event in events] == ["old", sha256("{ absent }")]
    assert "absent" in events[0]["reason"]


def test_the_server_answers_only_what_its_flags_name(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "feed.graphql").write_text(FEED)
    flags = ("--trusted-documents", str(tmp_path), "--trusted-only")

    async def ask(server: Served) -> list[tuple[int, bytes]]:
        asked = ("feed", sha256(PARTNERS))
        lines = (f"GET /graphql?documentId={id_} HTTP/1.1\r\nHost: x\r\n\r\n" for id_ in asked)
        answers = [await server.ask(line.encode()) for line in lines]
        return [(status, body) for status, _, body in answers]

    with served(database_url, *flags) as (server,):
        (status, body), (_, other) = asyncio.run(ask(server))
    assert (status, json.loads(body)["data"]) == (200, {"articles": {"totalCount": 0}})
    assert b"PERSISTED_QUERY_NOT_FOUND" in other


def test_flags_that_lead_to_no_documents_are_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1/absent")
    monkeypatch.setenv("XINFENG_SECRET_KEY", "a key")
    assert run(["serve", "--trusted-documents", str(tmp_path / "absent")]) == 1
    assert "--trusted-documents" in capsys.readouterr().err
    assert run(["serve", "--trusted-documents", str(tmp_path)]) == 1
    assert "holds no documents" in capsys.readouterr().err
