"""Documents named by their hash: remembered ones, and the ones known beforehand."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from graphql import GraphQLError

from schema.execution.documents import Refused
from schema.execution.trusted import MAX_REMEMBERED, KnownDocuments, load_trusted, sha256
from tests.asgi import call
from tests.graph import Graph, graph

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
    for text in texts:
        known.text(text, sha256(text))
    assert known.text(None, sha256(texts[-1])) == texts[-1]
    with pytest.raises(Refused):
        known.text(None, sha256(texts[0]))
