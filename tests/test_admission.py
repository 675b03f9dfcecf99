"""Who is let in: points by address and by caller, headers that say what is left, deadlines."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from api.admission import Admission
from api.deadlines import ENDS_AT
from domain.access import Role
from domain.articles.models import Article
from domain.database import transaction
from domain.tokens import actions as tokens
from tests.asgi import Response, call
from tests.graph import Graph, graph
from tests.rows import EDITOR, World, make_world

JSON = {"content-type": "application/json"}
HERE = json.dumps({"query": "{ __typename }"}).encode()
QUOTA = 40


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    given = {"address_points": QUOTA, "caller_points": 1_000, "failure_points": 5}
    async with graph(database_url, trusted_proxies=("127.0.0.1",), **given) as it:
        yield it


def ask(opened: Graph, address: str, body: bytes = HERE, **headers: Any) -> Any:
    sent = {**JSON, "x-forwarded-for": address, **headers}
    return call(opened.app, "POST", "/graphql", headers=sent, body=body)


async def make_token(name: str) -> str:
    _, token = await tokens.create(EDITOR, name, Role.ADMINISTRATOR, None)
    return token


async def use_up(opened: Graph, address: str, **headers: Any) -> Response:
    for _ in range(QUOTA + 1):
        response: Response = await ask(opened, address, HERE, **headers)
        if response.status == 429:
            return response
    raise AssertionError("there is no limit")


async def test_every_answer_says_what_is_left(opened: Graph) -> None:
    first = await ask(opened, "192.0.2.1")
    second = await ask(opened, "192.0.2.1")
    assert first.headers["ratelimit-policy"] == f'"address";q={QUOTA};w=60'
    # Preparing it took some milliseconds, which count; the second time it is known.
    left = [int(answer.headers["ratelimit"].split(";")[1][2:]) for answer in (first, second)]
    assert QUOTA - 30 <= left[0] < QUOTA
    assert left[0] - left[1] <= 2


@pytest.mark.parametrize("headers", [{}, {"cookie": "a=b"}])
async def test_an_address_that_used_up_its_points_is_refused(
    opened: Graph, headers: dict[str, str]
) -> None:
    address = f"192.0.2.{10 + len(headers)}"
    before = len(opened.statements)
    refused = await use_up(opened, address, **headers)
    assert refused.json()["errors"][0]["extensions"] == {"code": "RATE_LIMITED"}
    assert 1 <= int(refused.headers["retry-after"]) <= 3
    assert refused.headers["ratelimit"].startswith('"address";r=0;t=')
    assert len(opened.statements) == before
    other = await ask(opened, "192.0.2.12", HERE, **headers)
    assert other.status == 200
    health = await call(opened.app, "GET", "/livez", headers={"x-forwarded-for": address})
    assert health.status == 200
    assert "ratelimit" not in health.headers


async def test_other_addresses_of_v1_count_by_request(opened: Graph) -> None:
    headers = {"x-forwarded-for": "192.0.2.20"}
    answers = [
        await call(opened.app, "POST", "/v1/engagement", headers=headers) for _ in range(QUOTA + 1)
    ]
    assert [answer.status for answer in answers] == [400] * QUOTA + [429]
    assert answers[-1].json()["error"]["code"] == "RATE_LIMITED"


async def test_rows_count_before_they_are_read(opened: Graph) -> None:
    fields = " ".join(
        f"a{n}: articles(first: 100) {{ nodes {{ author {{ id }} }} }}" for n in range(25)
    )
    query = f"{{ {fields} }}"
    before = len(opened.statements)
    refused = await ask(opened, "192.0.2.30", json.dumps({"query": query}).encode())
    assert 100 * QUOTA < 25 * 200
    assert refused.status == 429
    assert len(opened.statements) == before


async def test_a_caller_has_an_allowance_of_its_own(opened: Graph) -> None:
    await use_up(opened, "192.0.2.40")
    token = await make_token("limits")
    held = {"authorization": f"Bearer {token}"}
    answer = await ask(opened, "192.0.2.40", HERE, **held)
    assert answer.status == 200
    assert answer.headers["ratelimit-policy"] == '"caller";q=1000;w=60'
    # The same from anywhere: what counts is who asks.
    elsewhere = await ask(opened, "192.0.2.41", HERE, **held)
    left = [int(each.headers["ratelimit"].split(";")[1][2:]) for each in (answer, elsewhere)]
    assert left[0] > left[1]


async def test_who_guesses_tokens_is_refused_unheard(opened: Graph) -> None:
    statuses = [
        (await ask(opened, "192.0.2.50", authorization=f"Bearer xf_{number}")).status
        for number in range(8)
    ]
    assert statuses == [401] * 6 + [429] * 2
    assert (await ask(opened, "192.0.2.50")).status == 200


async def test_a_query_ends_at_its_deadline(opened: Graph) -> None:
    connection_held = asyncio.Event()

    async def hold() -> None:
        async with transaction() as client:
            await client.execute_query("LOCK TABLE article IN ACCESS EXCLUSIVE MODE")
            connection_held.set()
            await asyncio.sleep(1.6)

    holding = asyncio.create_task(hold())
    await connection_held.wait()
    query = json.dumps({"query": "{ articles(first: 1) { nodes { id } } }"}).encode()
    started = asyncio.get_running_loop().time()
    refused = await ask(opened, "192.0.2.60", query, prefer="wait=1")
    assert asyncio.get_running_loop().time() - started < 1.6
    assert refused.status == 504
    assert refused.json()["errors"][0]["extensions"] == {"code": "TIMED_OUT"}
    await holding
    assert (await ask(opened, "192.0.2.60", query)).status == 200


CREATE = """mutation($input: CreateArticleInput!) { createArticle(input: $input) {
    ... on ArticlePayload { article { id } } ... on Problem { code message } } }"""


async def test_a_mutation_ends_at_its_deadline_and_leaves_nothing(opened: Graph) -> None:
    world: World = await make_world()
    given = {
        "title": "新",
        "authorId": f"Person:{world.person_id}",
        "organizationId": f"Organization:{world.organization_id}",
    }
    body = json.dumps({"query": CREATE, "variables": {"input": given}}).encode()
    token = await make_token("deadline")
    held = asyncio.Event()

    async def hold() -> None:
        async with transaction() as client:
            await client.execute_query("LOCK TABLE article IN EXCLUSIVE MODE")
            held.set()
            await asyncio.sleep(1.6)

    before = await Article.all().count()
    holding = asyncio.create_task(hold())
    await held.wait()
    headers = {"authorization": f"Bearer {token}"}
    refused = await ask(opened, "192.0.2.61", body, prefer="wait=1", **headers)
    assert refused.status == 504
    assert refused.json()["errors"][0]["extensions"] == {"code": "TIMED_OUT"}
    await holding
    await asyncio.sleep(0.2)
    assert await Article.all().count() == before
    written = await ask(opened, "192.0.2.61", body, **headers)
    assert written.json()["data"]["createArticle"]["article"]["id"].startswith("Article:")
    assert await Article.all().count() == before + 1


async def test_the_deadline_counts_from_the_start(opened: Graph) -> None:
    seen: list[float] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope[ENDS_AT])

    door = opened.app._door
    lone = Admission(inner, door._addresses, door._load, door._allowances, seconds=7.0)
    headers = [(b"x-forwarded-for", b"192.0.2.70"), (b"prefer", b"wait=3")]
    for given in (headers[:1], headers):
        scope = {"type": "http", "path": "/", "client": ("127.0.0.1", 1), "headers": given}
        await lone(scope, None, None)  # type: ignore[arg-type]  # neither is used
    now = asyncio.get_running_loop().time()
    assert [round(moment - now) for moment in seen] == [7, 3]
