"""Python gql: its aiohttp and WebSocket transports, introspection.

Run as `python -m conformance.gql_client`; tells its checks as the scripts of clients/ do.
"""

from __future__ import annotations

import asyncio
import json
import os
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from gql import Client, gql
from gql.client import AsyncClientSession
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.async_transport import AsyncTransport
from gql.transport.exceptions import TransportQueryError
from gql.transport.websockets import WebsocketsTransport

URL = os.environ.get("XINFENG_URL", "")
TOKEN = os.environ.get("XINFENG_TOKEN", "")
FACTS = json.loads(os.environ.get("XINFENG_FACTS", "{}"))
LONGEST_SECONDS = 20.0

COUNT = "{ articles { totalCount } }"
FOLLOW = "subscription ($ids: [ID!]!) { engagementChanged(ids: $ids) { id reads { value } } }"
CREATE = """
mutation ($input: CreateArticleInput!) {
  createArticle(input: $input) {
    __typename
    ... on ArticlePayload { article { title version } }
    ... on Problem { path }
  }
}
"""


def _http(**headers: str) -> AsyncTransport:
    return AIOHTTPTransport(url=URL, headers=headers)


def _socket(**init: str) -> AsyncTransport:
    """Its protocol is named: offered two, gql 4.4 finds the one agreed on only where the header
    that says so has capitals, which the server's HTTP library does not write."""
    return WebsocketsTransport(
        url=URL.replace("http", "ws", 1),
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
        init_payload=init,
        ping_interval=0.05,
    )


@asynccontextmanager
async def _session(
    transport: AsyncTransport, *, knows_schema: bool = False
) -> AsyncIterator[AsyncClientSession]:
    async with Client(transport=transport, fetch_schema_from_transport=knows_schema) as session:
        yield session


async def _read(transport: AsyncTransport) -> None:
    async with _session(transport) as session:
        answer = await session.execute(gql(COUNT))
    assert answer == {"articles": {"totalCount": len(FACTS["articles"])}}, answer


async def over_http() -> None:
    await _read(_http())


async def over_a_socket() -> None:
    await _read(_socket())


async def introspection() -> None:
    """It validates its queries against the schema that it fetched itself."""
    async with _session(_http(), knows_schema=True) as session:
        schema = session.client.schema
        assert schema is not None
        assert schema.subscription_type is not None
        await session.execute(gql(COUNT))


async def mutations() -> None:
    given = {"authorId": FACTS["person"], "organizationId": FACTS["organization"]}
    async with _session(_http(Authorization=f"Bearer {TOKEN}")) as session:
        made = await _create(session, {**given, "title": "蟒蛇"})
        empty = await _create(session, {**given, "title": ""})
    assert made == {
        "__typename": "ArticlePayload",
        "article": {"title": "蟒蛇", "version": 1},
    }, made
    assert empty == {"__typename": "Invalid", "path": ["input", "title"]}, empty


async def _create(session: AsyncClientSession, given: dict[str, str]) -> Any:
    query = gql(CREATE)
    query.variable_values = {"input": given}
    return (await session.execute(query))["createArticle"]


async def errors() -> None:
    await _must_refuse(_http(), "{ articles(first: 0) { totalCount } }", "BAD_USER_INPUT")


async def wrong_tokens() -> None:
    await _must_refuse(_http(Authorization="Bearer nothing"), COUNT, "UNAUTHENTICATED")


async def _must_refuse(transport: AsyncTransport, query: str, code: str) -> None:
    found = None
    async with _session(transport) as session:
        try:
            await session.execute(gql(query))
        except TransportQueryError as error:
            found = error.errors
    assert found is not None, "it was answered"
    assert [error["extensions"]["code"] for error in found] == [code], found


async def subscriptions() -> None:
    query = gql(FOLLOW)
    query.variable_values = {"ids": [FACTS["post"]]}
    seen = []
    async with _session(_socket()) as session:
        async for event in session.subscribe(query):
            seen.append(event["engagementChanged"][0]["reads"]["value"])
            if len(seen) == 3:
                break
    assert seen == sorted(set(seen)), seen


CHECKS: dict[str, Callable[[], Awaitable[None]]] = {
    "queries over HTTP": over_http,
    "queries over a WebSocket": over_a_socket,
    "the schema by introspection, queries checked against it": introspection,
    "mutations, made and refused": mutations,
    "a wrong query is a GraphQL error": errors,
    "a token that opens nothing": wrong_tokens,
    "a subscription over a WebSocket, kept alive by pings": subscriptions,
}


async def main() -> None:
    for name, check in CHECKS.items():
        detail = ""
        try:
            await asyncio.wait_for(check(), LONGEST_SECONDS)
        except Exception:
            detail = traceback.format_exc(limit=-3)
        print(json.dumps({"name": name, "passed": not detail, "detail": detail}), flush=True)
    print(json.dumps({"done": len(CHECKS)}))


if __name__ == "__main__":
    asyncio.run(main())
