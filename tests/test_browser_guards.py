"""What every response says to browsers, and which other sites' pages may ask."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from api.response_headers import ALWAYS, DATA_POLICY, PAGE_POLICY
from settings import SettingsError, load_settings
from tests.asgi import Response, call
from tests.graph import Graph, graph

APP, STRANGE = "https://app.example", "https://evil.example"
QUERY = "/graphql?query={__typename}"
PAGE = {"accept": "text/html"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url, cors_origins=(APP, "http://127.0.0.1:5173")) as found:
        yield found


async def ask(opened: Graph, method: str, path: str, **headers: str) -> Response:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return await call(opened.app, method, path, headers=given)


EVERYWHERE: list[tuple[str, str, dict[str, str], int, bytes]] = [
    ("GET", "/", {}, 200, PAGE_POLICY),
    ("GET", "/docs/push", {}, 200, PAGE_POLICY),
    ("GET", "/docs/none", {}, 404, DATA_POLICY),
    ("GET", "/none", {}, 404, DATA_POLICY),
    ("GET", "/schema.graphql", {}, 200, DATA_POLICY),
    ("GET", "/static/page.css", {}, 200, DATA_POLICY),
    ("GET", "/v1/openapi.json", {}, 200, DATA_POLICY),
    ("GET", "/livez", {}, 200, DATA_POLICY),
    ("GET", QUERY, {}, 200, DATA_POLICY),
    ("GET", "/graphql?query={", {"accept": "application/graphql-response+json"}, 400, DATA_POLICY),
    ("PUT", "/graphql", {}, 405, DATA_POLICY),
    ("POST", "/v1/engagement", {}, 400, DATA_POLICY),
    ("GET", QUERY, {"authorization": "Bearer nonsense"}, 401, DATA_POLICY),
    ("POST", "/graphql", {"accept": "text/event-stream"}, 415, DATA_POLICY),
]


@pytest.mark.parametrize(("method", "path", "headers", "status", "policy"), EVERYWHERE)
async def test_every_response_says_what_browsers_may_do(
    opened: Graph, method: str, path: str, headers: dict[str, str], status: int, policy: bytes
) -> None:
    found = await call(opened.app, method, path, headers=headers)
    assert found.status == status
    assert found.headers["content-security-policy"] == policy.decode()
    for name, value in ALWAYS:
        assert found.headers[name.decode()] == value.decode()


async def test_graphiql_runs_what_is_ours_and_styles_with_a_new_nonce(opened: Graph) -> None:
    nonces = set()
    for _ in range(2):
        found = await call(opened.app, "GET", "/graphql", headers=PAGE)
        policy = found.headers["content-security-policy"]
        (nonce,) = re.findall(r"'nonce-([\w-]{24})'", policy)
        assert policy == PAGE_POLICY.decode().replace(
            "style-src 'self'", f"style-src 'self' 'nonce-{nonce}'"
        )
        assert found.body.decode().count(nonce) == 1
        assert found.headers["cache-control"] == "no-store"
        nonces.add(nonce)
    assert len(nonces) == 2


@pytest.mark.parametrize("path", ["/", "/docs/push", "/graphql"])
async def test_nothing_stands_inline(opened: Graph, path: str) -> None:
    text = (await call(opened.app, "GET", path, headers=PAGE)).body.decode()
    assert re.findall(r"<style|\bstyle=|\son\w+=|javascript:", text) == []
    assert all(re.search(r"\bsrc=", tag) for tag in re.findall(r"<script[^>]*>", text))


# other sites


async def test_a_listed_page_may_ask_with_cookies(opened: Graph) -> None:
    found = await ask(opened, "GET", QUERY, origin=APP)
    assert found.status == 200
    assert found.headers["access-control-allow-origin"] == APP
    assert found.headers["access-control-allow-credentials"] == "true"
    assert "etag" in found.headers["access-control-expose-headers"]
    assert found.headers["vary"] == "accept, accept-encoding, authorization, cookie, origin"


@pytest.mark.parametrize(
    "origin",
    [STRANGE, "null", f"{APP}.evil.example", f"{APP}:8443", "http://app.example", APP.upper(), ""],
)
async def test_a_page_that_is_not_listed_reads_nothing(opened: Graph, origin: str) -> None:
    for method, path in (("GET", QUERY), ("GET", "/"), ("GET", "/livez"), ("PUT", "/graphql")):
        found = await ask(opened, method, path, origin=origin)
        assert [name for name in found.headers if name.startswith("access-control")] == []
        assert "origin" in found.headers["vary"]
    asked = {"origin": origin, "access_control_request_method": "POST"}
    refused = await ask(opened, "OPTIONS", "/graphql", **asked)
    assert refused.status == 403
    assert [name for name in refused.headers if name.startswith("access-control")] == []


async def test_a_listed_page_may_ask_beforehand(opened: Graph) -> None:
    asked = {"origin": APP, "access_control_request_method": "POST"}
    found = await ask(opened, "OPTIONS", "/graphql", **asked)
    assert (found.status, found.body) == (204, b"")
    shown = {name: value for name, value in found.headers.items() if "access-control" in name}
    assert shown["access-control-allow-origin"] == APP
    assert shown["access-control-allow-credentials"] == "true"
    assert shown["access-control-allow-methods"] == "GET, HEAD, POST"
    assert "content-type" in shown["access-control-allow-headers"]
    assert "*" not in "".join(shown.values())
    assert found.headers["vary"] == "origin"


async def test_shared_answers_and_tags_are_right_for_every_origin(opened: Graph) -> None:
    """One kept answer serves all; what is said of origins is said anew each time, with 304 too."""
    path = "/graphql?query={network{id}}"
    plain = await ask(opened, "GET", path)
    listed = await ask(opened, "GET", path, origin=APP)
    assert (listed.body, listed.headers["etag"]) == (plain.body, plain.headers["etag"])
    assert "access-control-allow-origin" not in plain.headers
    tag = plain.headers["etag"]
    for origin, allowed in ((APP, APP), (STRANGE, None)):
        kept = await ask(opened, "GET", path, origin=origin, if_none_match=tag)
        assert (kept.status, kept.headers["etag"]) == (304, tag)
        assert kept.headers.get("access-control-allow-origin") == allowed
        assert "origin" in kept.headers["vary"]


@pytest.mark.parametrize(
    "wrong", ["*", "app.example", f"{APP}/", f"{APP}/path", "ftp://app.example", "null", "https://"]
)
def test_what_is_no_origin_is_named(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("XINFENG_CORS_ORIGINS", f"{APP}, {wrong}")
    with pytest.raises(SettingsError, match="XINFENG_CORS_ORIGINS: not an origin"):
        load_settings()


def test_origins_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINFENG_CORS_ORIGINS", f"{APP}, http://127.0.0.1:5173")
    origins: Any = load_settings().cors_origins
    assert origins == (APP, "http://127.0.0.1:5173")
