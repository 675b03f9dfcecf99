"""GraphQL over HTTP: methods, media types, status codes, tokens, sizes."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio

from api.app import allowances_of
from api.load import Load
from api.meters import Meter
from domain.access import ANONYMOUS, Role
from domain.tokens import actions as tokens
from schema.execution.engine import Request
from settings import Settings
from tests.asgi import call
from tests.graph import Graph, graph
from tests.rows import EDITOR, NOW

JSON = {"content-type": "application/json"}
GRAPHQL = "application/graphql-response+json"
HERE = "{ __typename }"
COST = {"cost": {"requested": 0, "maximum": 20_000}}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as it:
        yield it


async def test_a_query_by_post_and_by_get(opened: Graph) -> None:
    posted = await opened.post(HERE)
    got = await call(opened.app, "GET", "/graphql?" + urlencode({"query": HERE}))
    for response in (posted, got):
        assert response.status == 200
        assert response.json() == {"data": {"__typename": "Query"}, "extensions": COST}
        assert response.headers["content-type"] == "application/json"


async def test_the_response_media_type_is_spoken_to_who_asks_for_it(opened: Graph) -> None:
    response = await opened.post(HERE, accept=GRAPHQL)
    assert response.headers["content-type"] == GRAPHQL


@pytest.mark.parametrize(("accept", "status"), [("application/json", 200), (GRAPHQL, 400)])
@pytest.mark.parametrize("query", ["{", "{ nothing }", "{ articles(first: 0) { totalCount } }"])
async def test_a_request_error_has_no_data(
    opened: Graph, query: str, accept: str, status: int
) -> None:
    response = await opened.post(query, accept=accept)
    assert response.status == status
    assert list(response.json()) == ["errors"]


BODIES = [
    b"",
    b"null",
    b"1",
    b'"text"',
    b"true",
    b"[]",
    b"{",
    b'{"query": 1}',
    b'{"query": "{ __typename }", "variables": []}',
    b'{"query": "{ __typename }", "variables": "x"}',
    b'{"query": "{ __typename }", "operationName": 1}',
    b'{"query": "\xff"}',
    b'{"query": NaN}',
    b'{"variables": {}}',
    b"[" * 100_000,
    b'{"query": "{ __typename }", "variables": {"n": ' + b"9" * 5_000 + b"}",
]


@pytest.mark.parametrize("body", BODIES)
async def test_what_is_no_request_is_400(opened: Graph, body: bytes) -> None:
    response = await call(opened.app, "POST", "/graphql", headers=JSON, body=body)
    assert response.status == 400
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "BAD_REQUEST"}


async def test_other_content_types_are_415(opened: Graph) -> None:
    body = json.dumps({"query": HERE}).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""):
        headers = {"content-type": kind} if kind else {}
        response = await call(opened.app, "POST", "/graphql", headers=headers, body=body)
        assert response.status == 415
    headers = {"content-type": "APPLICATION/JSON; charset=utf-8"}
    response = await call(opened.app, "POST", "/graphql", headers=headers, body=body)
    assert response.status == 200


async def test_other_methods_are_405(opened: Graph) -> None:
    response = await call(opened.app, "PUT", "/graphql", headers=JSON, body=b"{}")
    assert response.status == 405
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


async def test_a_body_too_large_is_413_also_when_it_is_not_announced(opened: Graph) -> None:
    parts = [b" " * 400_000] * 3
    response = await call(opened.app, "POST", "/graphql", headers=JSON, body=parts)
    assert response.status == 413
    announced = {**JSON, "content-length": "2000000"}
    response = await call(opened.app, "POST", "/graphql", headers=announced, body=b"{}")
    assert response.status == 413


async def test_a_connection_that_ends_early_harms_nobody(opened: Graph) -> None:
    with pytest.raises(RuntimeError):  # nothing was answered: nobody is there
        await call(opened.app, "POST", "/graphql", headers=JSON, body=[b"{"], disconnects=True)
    assert (await opened.post(HERE)).status == 200


async def test_a_mutation_needs_post(opened: Graph) -> None:
    query = 'mutation { publishArticle(input: {id: "Article:1", version: 1}) { __typename } }'
    response = await call(opened.app, "GET", "/graphql?" + urlencode({"query": query}))
    assert response.json()["errors"][0]["message"] == "a mutation needs POST"


async def test_several_operations_need_a_name(opened: Graph) -> None:
    both = "query a { __typename } query b { x: __typename }"
    unnamed = await opened.post(both)
    assert "operationName" in unnamed.json()["errors"][0]["message"]
    body = json.dumps({"query": both, "operationName": "b"}).encode()
    named = await call(opened.app, "POST", "/graphql", headers=JSON, body=body)
    assert named.json()["data"] == {"x": "Query"}
    body = json.dumps({"query": both, "operationName": "c"}).encode()
    other = await call(opened.app, "POST", "/graphql", headers=JSON, body=body)
    assert other.json()["errors"][0]["message"] == "the document has no operation named 'c'"


async def test_wrong_variables_are_named(opened: Graph) -> None:
    query = "query($first: Int!) { articles(first: $first) { totalCount } }"
    for variables in ({}, {"first": None}, {"first": "many"}, {"first": 2**40}):
        response = await opened.post(query, variables)
        (error,) = response.json()["errors"]
        assert "$first" in error["message"]
        assert error["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("accept", "status", "kind"),
    [
        (f"{GRAPHQL};q=0.5, application/json;q=0.9", 200, "application/json"),
        (f"application/json;q=0.5, {GRAPHQL};q=0.9", 400, GRAPHQL),
        (f"{GRAPHQL}, application/json", 400, GRAPHQL),
        ("*/*", 200, "application/json"),
        ("text/html", 406, "application/json"),
    ],
)
async def test_the_media_type_follows_the_weights(
    opened: Graph, accept: str, status: int, kind: str
) -> None:
    response = await opened.post("{ nothing }", accept=accept)
    assert (response.status, response.headers["content-type"]) == (status, kind)


@pytest.mark.parametrize(
    "more",
    [
        {"content-encoding": "gzip"},
        {"content-encoding": "br"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": 'application/json; charset="gbk"'},
    ],
)
async def test_a_body_is_utf_8_as_it_is(opened: Graph, more: dict[str, str]) -> None:
    response = await opened.post(HERE, None, **more)
    assert response.status == 415
    assert response.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


@pytest.mark.parametrize(
    "kind", ["application/json;charset=UTF-8", 'application/json; charset="utf-8"; x=y']
)
async def test_a_body_may_say_that_it_is_utf_8(opened: Graph, kind: str) -> None:
    response = await opened.post("query($a: String!) { __typename }", {"a": "新风"})
    assert response.status == 200
    response = await opened.post(
        HERE, None, **{"content-type": kind, "content-encoding": "identity"}
    )
    assert response.status == 200


async def test_an_address_may_leave_out_and_leave_empty(opened: Graph) -> None:
    for more in ("operationName=", "variables=", "variables=null", "extensions=null", "x=y"):
        response = await call(opened.app, "GET", f"/graphql?{urlencode({'query': HERE})}&{more}")
        assert response.json()["data"] == {"__typename": "Query"}, more
    for wrong in ("variables=[]", "variables=1", "variables={", "extensions=x", "variables=%ff"):
        response = await call(opened.app, "GET", f"/graphql?{urlencode({'query': HERE})}&{wrong}")
        assert response.status == 400, wrong
    nothing = await call(opened.app, "GET", "/graphql")
    assert (nothing.status, nothing.json()["errors"][0]["message"]) == (400, "`query` is missing")


async def test_a_batch_is_no_request(opened: Graph) -> None:
    body = json.dumps([{"query": HERE}] * 10).encode()
    response = await call(opened.app, "POST", "/graphql", headers=JSON, body=body)
    assert response.status == 400
    assert response.json()["errors"][0]["message"] == "the body must be a JSON object"


async def test_a_form_of_another_site_reaches_nothing(opened: Graph) -> None:
    """What a browser sends without asking first: these three types, and GET."""
    query = 'mutation { disableWebhookEndpoint(input: {id: "WebhookEndpoint:1"}) { __typename } }'
    body = json.dumps({"query": query}).encode()
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ):
        headers = {"content-type": kind}
        response = await call(opened.app, "POST", "/graphql", headers=headers, body=body)
        assert response.status == 415
    got = await call(
        opened.app, "GET", "/graphql?" + urlencode({"query": query}), headers={"accept": GRAPHQL}
    )
    assert got.status == 400
    assert "data" not in got.json()


async def test_a_subscription_by_plain_post_says_how_to_follow(opened: Graph) -> None:
    query = 'subscription { engagementChanged(ids: ["Network:1"]) { id } }'
    for accept, status in (("application/json", 200), (GRAPHQL, 400)):
        response = await opened.post(query, accept=accept)
        assert response.status == status
        (error,) = response.json()["errors"]
        assert (
            error["message"] == "a subscription needs a WebSocket, or to accept text/event-stream"
        )


async def test_one_error_is_told_once(opened: Graph) -> None:
    response = await opened.post("{ nothing nothing nothing: nothing }")
    (error,) = response.json()["errors"]
    assert error["message"] == "Cannot query field 'nothing' on type 'Query'."
    assert [place["column"] for place in error["locations"]] == [3, 11, 19]


CURSORS = [
    "",
    "x",
    "a" * 10_000,
    "YQ",
    "YXJyYXljb25uZWN0aW9uOi0x",
    "\x00",
    "新",
    "=",
    "null",
    "W10",
]


@pytest.mark.parametrize("cursor", CURSORS)
async def test_a_cursor_that_is_none_is_told_in_our_words(opened: Graph, cursor: str) -> None:
    query = "query($after: String) { articles(after: $after) { nodes { id } } }"
    response = await opened.post(query, {"after": cursor}, accept=GRAPHQL)
    assert response.status == 400
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    for theirs in ("padding", "literal", "codec", "base64", "int()"):
        assert theirs not in error["message"]


MOMENTS: list[Any] = ["", "x", "2026-13-01T00:00:00Z", "2026-01-01", 5, [], {}, "9" * 5_000, "\x00"]


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_moment_that_is_none_is_told_in_our_words(opened: Graph, moment: Any) -> None:
    query = "query($at: DateTime) { network { reads(asOf: $at) { value } } }"
    response = await opened.post(query, {"at": moment}, accept=GRAPHQL)
    assert response.status == 400
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    for theirs in ("isoformat", "day is out of range", "strptime", "ValueError", "must be in"):
        assert theirs not in error["message"]


async def test_a_mutation_over_a_connection_ends_what_is_shared(
    opened: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    events, forgotten = opened.app.events, []
    monkeypatch.setattr(events._shared, "forget", lambda: forgotten.append(1))
    mutation = 'mutation { publishArticle(input: {id: "Article:1", version: 1}) { __typename } }'
    meter = Meter(allowances_of(Settings()), "192.0.2.1", Load(1, 1))
    for query, times in ((HERE, 0), (mutation, 1)):
        await events.answer(Request(query, {}), ANONYMOUS, "request-1", meter)
        assert len(forgotten) == times


async def test_values_of_any_depth_are_refused(opened: Graph) -> None:
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    for depth in (30, 300, 900, 5_000):
        given = "[" * depth + "]" * depth
        body = f'{{"query": "{query}", "variables": {{"ids": {given}}}}}'.encode()
        headers = {**JSON, "accept": GRAPHQL}
        response = await call(opened.app, "POST", "/graphql", headers=headers, body=body)
        assert response.status == 400


async def test_a_token_that_opens_nothing_is_401(opened: Graph) -> None:
    for header in ("Bearer xf_unknown", "Bearer ", "Basic eDp5", "nonsense", "Bearer \u00ff"):
        response = await opened.post(HERE, authorization=header)
        assert response.status == 401
        assert response.headers["www-authenticate"] == "Bearer"


async def test_an_expired_token_opens_nothing(opened: Graph) -> None:
    _, token = await tokens.create(EDITOR, "short", Role.ADMINISTRATOR, NOW + timedelta(hours=1))
    response = await opened.post(HERE, authorization=f"Bearer {token}")
    assert response.status == 401


@pytest.mark.parametrize("media_type", ["application/json", GRAPHQL])
async def test_documents_beyond_reason_are_refused(opened: Graph, media_type: str) -> None:
    nested = "articles { nodes { author { name organization { name } } } }"
    asked = {
        "{ a" * 3_000 + " }" * 3_000: "GRAPHQL_PARSE_FAILED",
        "{ " + "[" * 600: "GRAPHQL_PARSE_FAILED",
        "{ " + "x: __typename " * 2_000 + "}": "LIMIT_EXCEEDED",
        f"{{ {' '.join([nested] * 300)} }}": "LIMIT_EXCEEDED",
        f"{{ {'a' * 64}: __typename }}": "BAD_USER_INPUT",
    }
    before = len(opened.statements)
    for query, code in asked.items():
        response = await opened.post(query, accept=media_type)
        (error, *_) = response.json()["errors"]
        assert error["extensions"]["code"] == code
        if code == "LIMIT_EXCEEDED":
            assert response.status == 400
    assert len(opened.statements) == before
    few = await opened.post(f"{{ {' '.join([nested] * 10)} }}")
    assert few.json()["data"] == {"articles": {"nodes": []}}


async def test_a_batch_is_refused(opened: Graph) -> None:
    body = json.dumps([{"query": HERE}] * 10).encode()
    response = await call(opened.app, "POST", "/graphql", headers=JSON, body=body)
    assert response.status == 400
    assert response.json()["errors"][0]["message"] == "the body must be a JSON object"


async def test_the_request_id_goes_along(opened: Graph) -> None:
    def given(request_id: str) -> dict[str, Any]:
        return {"x-request-id": request_id}

    assert (await opened.post(HERE, None, **given("abc-1"))).headers["x-request-id"] == "abc-1"
    own = (await opened.post(HERE, None, **given("a b\n"))).headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{16}-[0-9]+", own)


async def test_a_browser_gets_graphiql_with_a_query_that_runs(opened: Graph) -> None:
    page = await call(opened.app, "GET", "/graphql", headers={"accept": "text/html"})
    (shown,) = re.findall(r'data-example="([^"]*)"', page.body.decode())
    assert "network" in (await opened.ask(html.unescape(shown)))


RELEASED = {
    "react.production.min.js": "tMH8h3BGESGckSAVGZ82T9n90ztNXxvdwvdM6UoR56cYcf+0iGXBliJ29D+wZ/x8",
    "react-dom.production.min.js": (
        "bm7MnzvK++ykSwVJ2tynSE5TRdN+xL418osEVF2DE/L/gfWHj91J2Sphe582B1Bh"
    ),
    "graphiql.min.css": "Mq3vbRBY71jfjQAt/DcjxUIYY33ksal4cgdRt9U/hNPvHBCaT2JfJ/PTRiPKf0aM",
    "style.css": "5DFJlDPW2tSATRbM8kzoP1j194jexLswuNmClWoRr2Q0x7R68JIQzPHZ02Faktwi",
    "graphiql.min.js": "HbRVEFG0JGJZeAHCJ9Xm2+tpknBQ7QZmNlO/DgZtkZ0aJSypT96YYGRNod99l9Ie",
    "index.umd.js": "2oonKe47vfHIZnmB6ZZ10vl7T0Y+qrHQF2cmNTaFDuPshpKqpUMGMc9jgj9MLDZ9",
}
"""SHA-384 of the library's files, as their authors released them."""


async def test_the_query_page_needs_no_other_host(opened: Graph) -> None:
    text = (
        await call(opened.app, "GET", "/graphql", headers={"accept": "text/html"})
    ).body.decode()
    files = dict(re.findall(r'"(/static/\S+)" integrity="sha384-([^"]+)"', text))
    named = {address.rpartition("/")[2]: hashed for address, hashed in files.items()}
    assert set(named) - set(RELEASED) == {"page.js", "page.css"}
    assert {name: named[name] for name in RELEASED} == RELEASED
    assert re.findall(r'(?:src|href)="https?:', text) == []
    for address, hashed in files.items():
        served = await call(opened.app, "GET", address)
        assert base64.b64encode(hashlib.sha384(served.body).digest()).decode() == hashed


async def test_without_a_list_nothing_is_said_of_other_sites(opened: Graph) -> None:
    from_elsewhere = {"origin": "https://app.example", "access-control-request-method": "POST"}
    for method, status in (("GET", 200), ("OPTIONS", 405)):
        path = "/graphql?query={__typename}"
        found = await call(opened.app, method, path, headers=from_elsewhere)
        assert found.status == status
        assert [name for name in found.headers if name.startswith("access-control")] == []
        assert "origin" not in found.headers.get("vary", "")


async def test_the_pages(opened: Graph) -> None:
    home = (await call(opened.app, "GET", "/")).body.decode()
    for address in ("/graphql", "/schema.graphql", "/docs/"):
        assert f'href="{address}' in home
    sdl = (await call(opened.app, "GET", "/schema.graphql")).body.decode()
    assert "type Article implements Counted & Node" in sdl
    doc = await call(opened.app, "GET", "/docs/architecture")
    assert doc.status == 200
    for absent in ("/docs/absent", "/docs/..%2fREADME", "/docs/decisions"):
        assert (await call(opened.app, "GET", absent)).status == 404
    assert (await call(opened.app, "GET", "/livez")).status == 200
    assert (await call(opened.app, "GET", "/readyz")).status == 200
