"""To whom the schema tells what it is: whole, and in part by suggesting names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.access import SYSTEM, Act, Role
from domain.tokens.actions import create
from schema.execution.discretion import without_secrets
from tests.asgi import call
from tests.graph import Graph, graph

SCHEMA = "{ __schema { queryType { name } } }"
HIDDEN = [
    SCHEMA,
    '{ __type(name: "Article") { name } }',
    "{ __typename network { id } s: __schema { types { name } } }",
    "query { ...A } fragment A on Query { __schema { types { name } } }",
]
SUGGESTING: list[tuple[str, dict[str, Any]]] = [
    ("{ articels { nodes { id } } }", {}),
    ("{ articles(frist: 1) { nodes { id } } }", {}),
    ("{ articles(orderBy: NEWST) { nodes { id } } }", {}),
    ("query($f: ArticleFiltr) { articles(filter: $f) { nodes { id } } }", {}),
    ("{ articles(filter: {categry: 1}) { nodes { id } } }", {}),
    ("{ node(id: 1) { title } }", {}),
    ("{ network }", {}),
    ("{ node(id: 1) { ... on Artcle { id } } }", {}),
    (
        "query($o: ArticleOrder!) { articles(orderBy: $o) { nodes { id } } }",
        {"o": "NEWST"},
    ),
    (
        "query($f: ArticleFilter) { articles(filter: $f) { nodes { id } } }",
        {"f": {"categry": "x"}},
    ),
    ("subscription { engagementChangd(ids: []) { id } }", {}),
]


@asynccontextmanager
async def shown_to(database_url: str, who: str) -> AsyncIterator[tuple[Graph, str]]:
    async with graph(database_url, introspection=who) as opened:
        _, token = await create(Act(SYSTEM, datetime.now(UTC)), who, Role.ADMINISTRATOR, None)
        yield opened, token


async def messages(opened: Graph, token: str, query: str, variables: dict[str, Any]) -> str:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    answer = (await opened.post(query, variables, **headers)).json()
    assert "data" not in answer
    return "\n".join(error["message"] for error in answer["errors"])


async def check(opened: Graph, token: str, *, is_shown: bool) -> None:
    for query in HIDDEN:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = (await opened.post(query, None, **headers)).json()
        if is_shown:
            assert "errors" not in answer
        else:
            (error,) = answer["errors"]
            assert error["extensions"]["code"] == "FORBIDDEN"
            assert "data" not in answer
    for query, variables in SUGGESTING:
        told = await messages(opened, token, query, variables)
        assert told
        assert ("Did you mean" in told) is is_shown, told
    headers = {"authorization": f"Bearer {token}"} if token else {}
    sdl = await call(opened.app, "GET", "/schema.graphql", headers=headers)
    assert sdl.status == (200 if is_shown else 403)
    assert (b"type Article" in sdl.body) is is_shown
    assert "errors" not in (await opened.post("{ __typename network { __typename } }")).json()


@pytest.mark.parametrize(
    ("who", "strangers", "holders"),
    [("everybody", True, True), ("token-holders", False, True), ("nobody", False, False)],
)
async def test_the_schema_is_shown_to(
    database_url: str, who: str, strangers: bool, holders: bool
) -> None:
    async with shown_to(database_url, who) as (opened, token):
        await check(opened, "", is_shown=strangers)
        await check(opened, token, is_shown=holders)
        await check(opened, "", is_shown=strangers)


async def test_a_wrong_token_is_shown_no_sdl(database_url: str) -> None:
    async with shown_to(database_url, "token-holders") as (opened, _):
        wrong = {"authorization": "Bearer nonsense"}
        assert (await call(opened.app, "GET", "/schema.graphql", headers=wrong)).status == 403


async def test_graphiql_can_be_off(database_url: str) -> None:
    async with graph(database_url, graphiql=False) as opened:
        found = await call(opened.app, "GET", "/graphql", headers={"accept": "text/html"})
        assert b"graphiql" not in found.body
        assert found.status == 406


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('found { secret: "whsec_QUJD", url: "x" }', 'found { secret: …, url: "x" }'),
        ('{ newPassword: "a \\" b", name: "c" }', '{ newPassword: …, name: "c" }'),
        ('{ credential: ["a", "b"], n: 1 }', "{ credential: …, n: 1 }"),
        (
            "String cannot represent a non string value: ['a']",
            "String cannot represent a non string value",
        ),
        ("String cannot represent whsec_QUJD+/= here", "String cannot represent whsec_… here"),
        ("Cannot query field 'titel' on 'Node'.", "Cannot query field 'titel' on 'Node'."),
    ],
)
def test_a_refusal_repeats_no_secret(said: str, told: str) -> None:
    assert without_secrets(said) == told
