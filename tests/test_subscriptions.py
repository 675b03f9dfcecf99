"""What changes comes to those who follow it: over a WebSocket and as server-sent events, through
the real server, from another process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, ClientTimeout, ClientWebSocketResponse, WSMsgType

from api.following import Hub, Watch
from domain.access import SYSTEM, Act, Role
from domain.articles.actions import publish, withdraw
from domain.articles.models import Article
from domain.database import transaction
from domain.engagement.actions.record import NewObservation, record
from domain.engagement.rules import Metric, Source
from domain.grants.actions import Holder, NewGrant, end, grant
from domain.grants.models import RoleGrant
from domain.notifications import Changes
from domain.tokens.actions import create, revoke
from schema.execution.subscribing import Told
from tests.rows import EDITOR, NOW, derive, make_article, make_post, make_world
from tests.test_push_docs import server

FOLLOW = "subscription($ids: [ID!]!) { engagementChanged(ids: $ids) { id reads { value } } }"
SOON = 10.0
_seconds = count(1)


@pytest.fixture(scope="module")
def url(database_url: str) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XINFENG_FOLLOWING_CONNECTIONS", "8")
        with server(database_url) as address:
            yield address


@pytest_asyncio.fixture(loop_scope="module")
async def http(url: str, database: str) -> AsyncIterator[ClientSession]:
    async with ClientSession(url, timeout=ClientTimeout(total=30)) as session:
        yield session


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def token(database: str) -> str:
    return (await create(Act(SYSTEM, datetime.now(UTC)), "t", Role.ADMINISTRATOR, None))[1]


async def read(post_id: int, value: int) -> None:
    """Counted in this process; the server is another."""
    seen = NewObservation(
        post_id=post_id,
        metric=Metric.READS,
        value=value,
        observed_at=NOW + timedelta(seconds=next(_seconds)),
        definition="test.reads",
        source=Source.MANUAL,
    )
    async with transaction() as client:
        await record(client, [seen], now=NOW + timedelta(days=1))
    await derive()


@asynccontextmanager
async def socket(
    http: ClientSession, *, init: Any = None, greet: bool = True, **options: Any
) -> AsyncIterator[ClientWebSocketResponse]:
    options.setdefault("protocols", ["graphql-transport-ws"])
    async with http.ws_connect("/graphql", **options) as opened:
        if greet:
            await opened.send_json({"type": "connection_init", "payload": init or {}})
            assert await told(opened) == {"type": "connection_ack"}
        yield opened


async def told(opened: ClientWebSocketResponse) -> Any:
    message = await opened.receive(SOON)
    assert message.type is WSMsgType.TEXT, (message, opened.close_code)
    return json.loads(message.data)


async def closed(opened: ClientWebSocketResponse) -> int | None:
    """The code it is closed with; nothing else comes before."""
    message = await opened.receive(SOON)
    assert message.type in {WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING}, message
    return opened.close_code


async def subscribe(
    opened: ClientWebSocketResponse, id_: str, query: str, **variables: Any
) -> None:
    payload = {"query": query, "variables": variables}
    await opened.send_json({"id": id_, "type": "subscribe", "payload": payload})


def event(id_: str, *rows: tuple[str, int | None], field: str = "engagementChanged") -> Any:
    objects = [{"id": name, "reads": {"value": value}} for name, value in rows]
    return {"id": id_, "type": "next", "payload": {"data": {field: objects}}}


# following


async def test_first_as_they_are_then_what_changes(http: ClientSession) -> None:
    world = await make_world()
    one, two = await make_post(world.account_id), await make_post(world.account_id)
    await read(one, 5)
    ids = [f"Post:{one}", f"Post:{two}", f"Partner:{world.partner_id}"]
    async with socket(http) as opened:
        await subscribe(opened, "a", FOLLOW, ids=ids)
        assert await told(opened) == event("a", (ids[0], 5), (ids[1], None), (ids[2], 5))
        await read(two, 7)
        assert await told(opened) == event("a", (ids[1], 7), (ids[2], 12))
        await opened.send_json({"id": "a", "type": "complete"})
        await read(one, 6)
        await opened.send_json({"type": "ping"})
        assert await told(opened) == {"type": "pong"}


async def test_nothing_is_told_twice(http: ClientSession) -> None:
    """The totals change, in when they were counted and in another metric, but not what is selected
    of them."""
    world = await make_world()
    one, two = await make_post(world.account_id), await make_post(world.account_id)
    await read(one, 5)
    await read(two, 3)
    ids = [f"Post:{one}", f"Post:{two}"]
    counted = "subscription($ids: [ID!]!) { engagementChanged(ids: $ids) { id reads { asOf } } }"
    async with socket(http) as opened:
        await subscribe(opened, "a", FOLLOW, ids=ids)
        assert await told(opened) == event("a", (ids[0], 5), (ids[1], 3))
        await subscribe(opened, "b", counted, ids=ids)
        assert (await told(opened))["id"] == "b"
        await read(one, 5)
        again = await told(opened)
        assert (again["id"], len(again["payload"]["data"]["engagementChanged"])) == ("b", 1)
        await opened.send_json({"id": "b", "type": "complete"})
        await read(one, 6)
        assert await told(opened) == event("a", (ids[0], 6))


def test_what_is_told_is_what_is_new() -> None:
    told = Told()
    assert told.new([("Post:1", b"1"), ("Post:1", b"1"), ("Post:2", b"null")]) == [b"1", b"1"]
    assert told.new([("Post:1", b"1"), ("Post:2", b"2")]) == [b"2"]
    assert told.new([("Post:1", b"null"), ("Post:2", b"3")]) == [b"3"]
    assert told.new([("Post:1", b"1"), ("Post:2", b"3")]) == [b"1"]


async def test_each_event_holds_what_its_subscription_selects(http: ClientSession) -> None:
    world = await make_world()
    article_id = await make_article(world)
    await publish(EDITOR, article_id, 1)
    post = await make_post(world.account_id, article_id=article_id)
    await derive()
    async with socket(http) as opened:
        await subscribe(
            opened,
            "a",
            "subscription S { changed: engagementChanged(ids: [" + f'"Article:{article_id}"' + "])"
            " { ... on Article { title slug } ...F } }"
            " fragment F on Counted { __typename reads { status coverage { counted known } } }",
        )
        first = (await told(opened))["payload"]["data"]["changed"]
        assert first[0]["__typename"] == "Article"
        assert first[0]["reads"] == {
            "status": "UNAVAILABLE",
            "coverage": {"counted": 0, "known": 1},
        }
        await read(post, 9)
        (row,) = (await told(opened))["payload"]["data"]["changed"]
        assert row["reads"] == {"status": "STALE", "coverage": {"counted": 1, "known": 1}}
        assert row["title"] == first[0]["title"]


async def test_what_a_viewer_may_not_see_never_comes(http: ClientSession, token: str) -> None:
    world = await make_world()
    article_id = await make_article(world)
    hidden = await make_post(world.account_id, article_id=article_id)
    shown = await make_post(world.account_id)
    await derive()
    ids = [f"Article:{article_id}", f"Post:{hidden}", f"Post:{shown}"]
    admin = {"Authorization": f"Bearer {token}"}
    async with socket(http) as public, socket(http, init=admin) as private:
        await subscribe(public, "a", FOLLOW, ids=ids)
        await subscribe(private, "a", FOLLOW, ids=ids)
        assert await told(public) == event("a", (ids[2], None))
        assert await told(private) == event("a", *((id_, None) for id_ in ids))
        await read(hidden, 3)
        assert await told(private) == event("a", (ids[0], 3), (ids[1], 3))
        await read(shown, 4)
        assert await told(public) == event("a", (ids[2], 4))
        await publish(EDITOR, article_id, 1)
        await read(hidden, 5)
        assert await told(public) == event("a", (ids[0], 5), (ids[1], 5))
        await withdraw(EDITOR, article_id, 2)


async def test_what_is_followed_goes_on_with_the_roles_held_by_then(http: ClientSession) -> None:
    world = await make_world()
    article_id = await make_article(world)
    hidden = await make_post(world.account_id, article_id=article_id)
    shown = await make_post(world.account_id)
    await derive()
    ids = [f"Post:{hidden}", f"Post:{shown}"]
    number, text = await create(EDITOR, "roles", None, None)
    async with socket(http, headers={"authorization": f"Bearer {text}"}) as opened:
        await subscribe(opened, "a", FOLLOW, ids=ids)
        assert await told(opened) == event("a", (ids[1], None))
        holder = Holder(token_id=number)
        new = NewGrant(role=Role.ANALYST, holder=holder, organization_id=world.organization_id)
        role = await grant(EDITOR, new)
        await read(hidden, 3)
        assert await told(opened) == event("a", (ids[0], 3))
        await end(EDITOR, role)
        await read(hidden, 4)
        await read(shown, 5)
        assert await told(opened) == event("a", (ids[1], 5))


async def test_what_goes_over_a_connection_is_done_with_the_roles_held_by_then(
    http: ClientSession,
) -> None:
    number, text = await create(EDITOR, "roles", Role.ADMINISTRATOR, None)
    role = await RoleGrant.get(token_id=number)
    ask = "{ tokens { nodes { lastUsedAt } } }"
    async with socket(http, headers={"authorization": f"Bearer {text}"}) as opened:
        await subscribe(opened, "a", ask)
        assert "errors" not in (await told(opened))["payload"]
        await told(opened)
        await end(EDITOR, role.id)
        await asyncio.sleep(1.1)  # as long as anybody is known, should word be late
        await subscribe(opened, "b", ask)
        assert (await told(opened))["payload"][0]["extensions"] == {"code": "FORBIDDEN"}
        await revoke(EDITOR, number)
        await asyncio.sleep(1.1)
        await subscribe(opened, "c", "{ network { id } }")
        assert await closed(opened) == 4403


async def test_a_token_that_is_revoked_ends_what_it_follows(http: ClientSession) -> None:
    world = await make_world()
    post = await make_post(world.account_id)
    await derive()
    act = Act(SYSTEM, datetime.now(UTC))
    number, text = await create(act, "short", Role.ADMINISTRATOR, None)
    headers = {"authorization": f"Bearer {text}"}
    async with socket(http, headers=headers) as opened:
        await subscribe(opened, "a", FOLLOW, ids=[f"Post:{post}"])
        await told(opened)
        await revoke(act, number)
        await read(post, 1)
        assert await closed(opened) == 4403


async def test_queries_and_mutations_go_over_a_connection_too(
    http: ClientSession, token: str
) -> None:
    async with socket(http) as opened:
        await subscribe(opened, "q", "{ network { id } }")
        data = {"network": {"id": "Network:1"}}
        answer = await told(opened)
        assert (answer["type"], answer["payload"]["data"]) == ("next", data)
        assert await told(opened) == {"id": "q", "type": "complete"}
        mutation = (
            'mutation { disableWebhookEndpoint(input: {id: "WebhookEndpoint:1"}) { __typename } }'
        )
        await subscribe(opened, "q", mutation)
        refused = (await told(opened))["payload"]["data"]
        assert refused == {"disableWebhookEndpoint": {"__typename": "Forbidden"}}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("subscription {", {}),
        ("subscription { nonsense }", {}),
        ('subscription { engagementChanged(ids: ["Team:1"]) { id } }', {}),
        ('subscription { engagementChanged(ids: ["x"]) { id } }', {}),
        ("subscription { engagementChanged(ids: []) { id } }", {}),
        (FOLLOW, {}),
        (FOLLOW, {"ids": "Post:1\x00"}),
        (FOLLOW, {"ids": [f"Post:{number}" for number in range(1, 102)]}),
        (
            'subscription { a: engagementChanged(ids: ["Post:1"]) { id }'
            ' b: engagementChanged(ids: ["Post:1"]) { id } }',
            {},
        ),
        ("subscription { __typename }", {}),
    ],
)
async def test_what_cannot_be_followed_is_an_error_and_the_connection_stays(
    http: ClientSession, query: str, variables: Any
) -> None:
    async with socket(http) as opened:
        await subscribe(opened, "a", query, **variables)
        answer = await told(opened)
        assert (answer["id"], answer["type"]) == ("a", "error")
        assert all(entry["extensions"]["code"] for entry in answer["payload"])
        await subscribe(opened, "a", "{ network { id } }")
        assert (await told(opened))["type"] == "next"


async def test_so_many_on_one_connection_and_no_more(http: ClientSession) -> None:
    world = await make_world()
    id_ = f"Partner:{world.partner_id}"
    async with socket(http) as opened:
        for number in range(20):
            await subscribe(opened, str(number), FOLLOW, ids=[id_])
            assert (await told(opened))["type"] == "next"
        await subscribe(opened, "more", FOLLOW, ids=[id_])
        answer = await told(opened)
        assert answer["payload"][0]["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
        await opened.send_json({"id": "3", "type": "complete"})
        await subscribe(opened, "more", FOLLOW, ids=[id_])
        assert (await told(opened))["id"] == "more"


async def test_so_many_connections_and_no_more(http: ClientSession) -> None:
    opened = [
        await http.ws_connect("/graphql", protocols=["graphql-transport-ws"]) for _ in range(8)
    ]
    one_more = await http.ws_connect("/graphql", protocols=["graphql-transport-ws"])
    assert await closed(one_more) == 4429
    stream = await follow_stream(http, ["Network:1"])
    assert stream.status == 503
    stream.close()
    for connection in opened:
        await connection.close()
    async with socket(http) as again:
        await again.send_json({"type": "ping"})
        assert await told(again) == {"type": "pong"}


# the protocol's own refusals


@pytest.mark.parametrize(
    "message",
    ["", "{", "[]", "1", "null", "true", '"x"', "{}", '{"type": 5}', '{"type": "whatever"}',
     "[" * 100_000, '{"type": "subscribe"}', '{"type": "subscribe", "id": "a"}',
     '{"type": "subscribe", "id": 1, "payload": {"query": "{ network { id } }"}}',
     '{"type": "subscribe", "id": "", "payload": {"query": "{ network { id } }"}}',
     '{"type": "subscribe", "id": "a", "payload": {}}',
     '{"type": "subscribe", "id": "a", "payload": {"query": 5}}',
     '{"type": "subscribe", "id": "a", "payload": {"query": "{ a }", "variables": []}}',
     '{"type": "complete"}', "x" * 1_000_001],
)  # fmt: skip
async def test_a_message_that_is_none_closes_with_4400(http: ClientSession, message: str) -> None:
    async with socket(http) as opened:
        await opened.send_str(message)
        assert await closed(opened) == 4400


@pytest.mark.parametrize(
    "payload",
    [
        "x", [], 1,
        {"query": "{ a }", "extensions": {"persistedQuery": {"version": 2, "sha256Hash": "x"}}},
        {"query": "{ a }", "extensions": []},
        {"query": "{ a }", "operationName": 1},
        {"documentId": 1},
    ],
)  # fmt: skip
async def test_a_payload_that_is_none_closes_with_4400(http: ClientSession, payload: Any) -> None:
    async with socket(http) as opened:
        await opened.send_json({"id": "a", "type": "subscribe", "payload": payload})
        assert await closed(opened) == 4400


@pytest.mark.parametrize("payload", ["x", [], 1, True])
async def test_an_introduction_that_is_none(http: ClientSession, payload: Any) -> None:
    async with socket(http, greet=False) as opened:
        await opened.send_json({"type": "connection_init", "payload": payload})
        assert await closed(opened) == 4400


async def test_a_message_of_four_mebibytes_closes_with_4400(http: ClientSession) -> None:
    async with socket(http) as opened:
        await subscribe(opened, "a", "{ network { id } }" + " " * (4 << 20))
        assert await closed(opened) in {4400, 1009}


async def test_values_of_any_depth_end_nothing_else(http: ClientSession) -> None:
    async with socket(http) as opened:
        given = "[" * 300 + "]" * 300
        payload = f'{{"query": "{FOLLOW}", "variables": {{"ids": {given}}}}}'
        await opened.send_str(f'{{"id": "a", "type": "subscribe", "payload": {payload}}}')
        assert (await told(opened))["type"] == "error"
        await opened.send_json({"type": "ping"})
        assert await told(opened) == {"type": "pong"}


async def test_what_the_protocol_lets_a_client_send_at_any_time(http: ClientSession) -> None:
    async with socket(http) as opened:
        for harmless in (
            {"type": "pong"},
            {"type": "pong", "payload": {"any": "thing"}},
            {"type": "complete", "id": "never begun"},
        ):
            await opened.send_json(harmless)
        await opened.send_json({"type": "ping", "payload": {"any": "thing"}})
        assert await told(opened) == {"type": "pong"}


async def test_an_id_is_free_again_when_its_operation_has_ended(http: ClientSession) -> None:
    async with socket(http) as opened:
        for _ in range(2):
            await subscribe(opened, "a", "{ network { id } }")
            assert (await told(opened))["type"] == "next"
            assert (await told(opened))["type"] == "complete"
        for _ in range(2):
            await subscribe(opened, "a", FOLLOW, ids=["Network:1"])
            assert (await told(opened))["type"] == "next"
            await opened.send_json({"id": "a", "type": "complete"})
        await subscribe(opened, "a", "{ nothing }")
        assert (await told(opened))["type"] == "error"
        await subscribe(opened, "a", "{ network { id } }")
        assert (await told(opened))["type"] == "next"


async def test_documents_by_their_hash_go_over_a_connection_too(http: ClientSession) -> None:
    query = "{ network { id __typename } }"
    hashed = sha256(query.encode()).hexdigest()
    named = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hashed}}}
    async with socket(http) as opened:
        kinds = []
        for payload in (named, {**named, "query": "{ network { id } }"}, {**named, "query": query}):
            await opened.send_json({"id": "a", "type": "subscribe", "payload": payload})
            kinds.append(await told(opened))
        assert [kind["type"] for kind in kinds] == ["error", "error", "next"]
        assert kinds[0]["payload"][0]["extensions"] == {"code": "PERSISTED_QUERY_NOT_FOUND"}
        assert kinds[1]["payload"][0]["message"] == "the document does not have this hash"
        assert (await told(opened))["type"] == "complete"
        await opened.send_json({"id": "b", "type": "subscribe", "payload": named})
        assert (await told(opened))["payload"]["data"] == kinds[2]["payload"]["data"]


async def test_bytes_are_no_message(http: ClientSession) -> None:
    async with socket(http) as opened:
        await opened.send_bytes(b"{}")
        assert await closed(opened) == 4400


async def test_who_subscribes_before_introducing_itself(http: ClientSession) -> None:
    async with socket(http, greet=False) as opened:
        await subscribe(opened, "a", "{ network { id } }")
        assert await closed(opened) == 4401


async def test_who_introduces_itself_twice(http: ClientSession) -> None:
    async with socket(http) as opened:
        await opened.send_json({"type": "connection_init"})
        assert await closed(opened) == 4429


async def test_who_introduces_itself_with_a_wrong_token(http: ClientSession) -> None:
    async with socket(http, greet=False) as opened:
        payload = {"authorization": "Bearer xf_" + "a" * 43}
        await opened.send_json({"type": "connection_init", "payload": payload})
        assert await closed(opened) == 4403


async def test_two_operations_of_one_id(http: ClientSession) -> None:
    async with socket(http) as opened:
        await subscribe(opened, "a", FOLLOW, ids=["Network:1"])
        await told(opened)
        await subscribe(opened, "a", FOLLOW, ids=["Network:1"])
        assert await closed(opened) == 4409


async def test_who_never_introduces_itself(http: ClientSession) -> None:
    async with socket(http, greet=False) as opened:
        await opened.send_json({"type": "ping"})
        assert await told(opened) == {"type": "pong"}
        message = await opened.receive(8)
        assert (message.type, opened.close_code) == (WSMsgType.CLOSE, 4408)


async def test_another_protocol(http: ClientSession) -> None:
    async with socket(http, greet=False, protocols=["graphql-ws"]) as opened:
        assert await closed(opened) == 4406


async def test_pages_of_other_sites_are_refused(http: ClientSession) -> None:
    with pytest.raises(Exception, match="403"):
        async with socket(http, greet=False, origin="https://elsewhere.example"):
            raise AssertionError("it was let in")
    own = str(http._base_url).rstrip("/")
    async with socket(http, origin=own) as opened:
        await opened.send_json({"type": "ping"})
        assert await told(opened) == {"type": "pong"}


# server-sent events


async def follow_stream(http: ClientSession, ids: list[str], **headers: str) -> Any:
    return await http.post(
        "/graphql",
        json={"query": FOLLOW, "variables": {"ids": ids}},
        headers={"accept": "text/event-stream", **headers},
    )


async def next_event(stream: Any) -> tuple[str, Any]:
    name, data = "", ""
    while True:
        line = (await asyncio.wait_for(stream.content.readline(), SOON)).decode().rstrip("\n")
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data:"):
            data = line.removeprefix("data:").strip()
        elif not line and name:
            return name, json.loads(data) if data else None


async def test_a_stream_of_events(http: ClientSession) -> None:
    world = await make_world()
    post = await make_post(world.account_id)
    await derive()
    stream = await follow_stream(http, [f"Post:{post}"])
    assert (stream.status, stream.content_type) == (200, "text/event-stream")
    first = event("", (f"Post:{post}", None))["payload"]
    assert await next_event(stream) == ("next", first)
    await read(post, 8)
    assert await next_event(stream) == ("next", event("", (f"Post:{post}", 8))["payload"])
    stream.close()


async def test_a_stream_by_get_and_what_is_no_subscription(http: ClientSession) -> None:
    query = {"query": 'subscription { engagementChanged(ids: ["Network:1"]) { id } }'}
    accept = {"accept": "text/event-stream, application/json"}
    stream = await http.get("/graphql", params=query, headers=accept)
    data = {"data": {"engagementChanged": [{"id": "Network:1"}]}}
    assert await next_event(stream) == ("next", data)
    stream.close()
    query = {"query": "{ network { id } }"}
    first = await http.post("/graphql", json=query, headers=accept)
    assert (first.status, first.content_type) == (200, "text/event-stream")
    name, answer = await next_event(first)
    assert (name, answer["data"]) == ("next", {"network": {"id": "Network:1"}})
    assert await next_event(first) == ("complete", None)
    assert await first.content.read() == b""
    last = {"accept": "application/json, text/event-stream"}
    plain = await http.post("/graphql", json=query, headers=last)
    assert (await plain.json())["data"] == {"network": {"id": "Network:1"}}


async def test_a_mutation_over_a_stream_is_done_once(http: ClientSession, token: str) -> None:
    world = await make_world()
    given = f'title: "t", authorId: "Person:{world.person_id}"'
    mutation = (
        f"mutation {{ createArticle(input: {{{given}, organizationId:"
        f' "Organization:{world.organization_id}"}}) {{ __typename }} }}'
    )
    before = await Article.all().count()
    headers = {"accept": "text/event-stream", "authorization": f"Bearer {token}"}
    answer = await http.post("/graphql", json={"query": mutation}, headers=headers)
    name, content = await next_event(answer)
    assert (name, content["data"]) == ("next", {"createArticle": {"__typename": "ArticlePayload"}})
    assert await next_event(answer) == ("complete", None)
    got = await http.get("/graphql", params={"query": mutation}, headers=headers)
    assert (await next_event(got))[1]["errors"][0]["message"] == "a mutation needs POST"
    assert await Article.all().count() == before + 1


CODES = [
    ({"query": "subscription { x }"}, "GRAPHQL_VALIDATION_FAILED"),
    ({"query": "subscription {"}, "GRAPHQL_PARSE_FAILED"),
    ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
    ({"query": FOLLOW}, "BAD_USER_INPUT"),
    ({"query": FOLLOW, "variables": {"ids": ["Team:1"]}}, "BAD_USER_INPUT"),
    (
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "x"}}},
        "PERSISTED_QUERY_NOT_FOUND",
    ),
]


@pytest.mark.parametrize(("body", "code"), CODES)
async def test_what_is_wrong_is_an_event_or_json_as_the_client_prefers(
    http: ClientSession, body: Any, code: str
) -> None:
    stream = await http.post("/graphql", json=body, headers={"accept": "text/event-stream"})
    assert stream.status == 200
    name, content = await next_event(stream)
    assert (name, content["errors"][0]["extensions"]["code"]) == ("next", code)
    assert "data" not in content
    assert await next_event(stream) == ("complete", None)
    for first, status in (
        ("application/json", 200),
        ("application/graphql-response+json", 400),
    ):
        accept = {"accept": f"{first}, text/event-stream"}
        answer = await http.post("/graphql", json=body, headers=accept)
        assert (answer.status, answer.content_type) == (status, first)
        content = await answer.json(content_type=None)
        assert content["errors"][0]["extensions"]["code"] == code


async def test_streams_that_are_refused(http: ClientSession) -> None:
    accept = {"accept": "text/event-stream"}
    strange = await follow_stream(http, ["Network:1"], authorization="Bearer nonsense")
    assert strange.status == 401
    plain = await http.post("/graphql", json={"query": FOLLOW, "variables": {"ids": ["Network:1"]}})
    assert "text/event-stream" in (await plain.json())["errors"][0]["message"]
    form = await http.post("/graphql", data="query=x", headers=accept)
    assert form.status == 415
    other = await http.put("/graphql", json={}, headers=accept)
    assert (other.status, other.headers["allow"]) == (405, "GET, HEAD, POST")
    assert "x-request-id" in other.headers
    unread = await http.post("/graphql", json={"query": FOLLOW}, headers={"accept": "text/plain"})
    assert unread.status == 406


async def test_a_token_that_is_revoked_ends_its_stream_with_an_error(http: ClientSession) -> None:
    world = await make_world()
    post = await make_post(world.account_id)
    await derive()
    act = Act(SYSTEM, datetime.now(UTC))
    number, text = await create(act, "short", Role.ADMINISTRATOR, None)
    stream = await follow_stream(http, [f"Post:{post}"], authorization=f"Bearer {text}")
    assert (await next_event(stream))[0] == "next"
    await revoke(act, number)
    await read(post, 1)
    name, content = await next_event(stream)
    assert (name, content["errors"][0]["extensions"]) == ("next", {"code": "UNAUTHENTICATED"})
    assert await next_event(stream) == ("complete", None)


async def test_what_is_sent_ends_its_lines_with_lf_alone(http: ClientSession) -> None:
    stream = await follow_stream(http, ["Network:1"])
    assert await stream.content.readuntil(b"\n\n") == b":\n\n"
    sent = await stream.content.readuntil(b"\n\n")
    assert sent.startswith(b"event: next\ndata: {")
    assert b"\r" not in sent
    stream.close()


# who is slow


async def test_what_changes_while_a_follower_is_busy_comes_as_one() -> None:
    watch = Watch([("POST", 1), ("POST", 2)])
    for _ in range(1_000):
        watch.tell({("POST", 1), ("POST", 3)})
    watch.tell({("POST", 2)})
    assert await watch.changed() == {("POST", 1), ("POST", 2)}
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(watch.changed(), 0.01)


async def test_a_change_that_was_not_heard_of_is_found_later(database: str) -> None:
    world = await make_world()
    post = await make_post(world.account_id)
    await derive()
    hub = Hub(Changes())
    with hub.watch([("POST", post)]) as watch:
        await hub.learn(watch)
        await hub.look()
        await read(post, 1)
        await hub.look()
        assert await asyncio.wait_for(watch.changed(), 1) == {("POST", post)}
        await hub.look()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(watch.changed(), 0.01)
    assert (hub._seen, dict(hub._followed)) == ({}, {})
