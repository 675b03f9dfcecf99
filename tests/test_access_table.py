"""THE ACCESS TABLE: who gets what from every field that can be asked and from every mutation.

Each row says it for all callers; a field of the schema without a row fails, and so does a row
without a field. Rows of data are asked over HTTP with a token of each caller; refused mutations
leave no entry in the audit trail.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from graphql import GraphQLObjectType

from domain.access import Role
from domain.articles import actions as articles
from domain.audit.models import AuditEntry
from domain.grants import actions as grants
from domain.grants.models import RoleGrant
from domain.tokens import actions as tokens
from domain.users.models import SecondFactor, User, UserSession
from domain.users.rules import SignInMethod, UserState
from domain.webhooks import actions as webhooks
from domain.webhooks.models import WebhookMessage
from domain.webhooks.rules import MessageState, WebhookEventType
from schema.planner.restrictions import restriction_of
from schema.root import build
from tests.access_district import SECRET, District, make_district, make_endpoint, make_flag
from tests.graph import Graph, graph
from tests.rows import make_article

CALLERS = (
    *("anonymous", "application", "public", "author", "author elsewhere", "reviewer", "publisher"),
    *("dispatcher", "analyst", "administrator", "administrator elsewhere", "partner"),
    *("partner elsewhere", "reader", "network"),
)
"""application: a token without a role. public and reader: administrators of the whole network whose
tokens may read what is public, and what is internal. network: one who may do everything."""

EVERYBODY = frozenset(CALLERS)
NETWORK = frozenset({"reader", "network"})
DRAFTS = NETWORK | {"author", "reviewer", "publisher", "analyst", "administrator"}
FIGURES = NETWORK | {"analyst", "administrator"}
SELECT_FIGURES = FIGURES | {"administrator elsewhere"}
SELECT_DELIVERIES = SELECT_FIGURES | {"partner", "partner elsewhere"}
FORBIDDEN = "FORBIDDEN"


@dataclass(frozen=True)
class Read:
    """What is asked, with ids by name; who finds `found` of it, where everybody else finds
    `nothing`, and who may not select it at all."""

    document: str
    seen_by: frozenset[str]
    found: Any
    nothing: Any = None
    selected_by: frozenset[str] = EVERYBODY


def public(document: str, found: Any) -> Read:
    return Read(document, EVERYBODY, found)


EMPTY = {"totalCount": 0, "nodes": []}


def listed(name: str) -> dict[str, Any]:
    return {"totalCount": 1, "nodes": [{"id": f"%({name})s"}]}


ONE = "{ totalCount nodes { id } }"

QUERIES: dict[str, list[Read]] = {
    "node": [
        Read('{ it: node(id: "%(draft)s") { id } }', DRAFTS, {"id": "%(draft)s"}),
        Read('{ it: node(id: "%(post)s") { id } }', DRAFTS | {"partner"}, {"id": "%(post)s"}),
        Read(
            '{ it: node(id: "%(delivery)s") { id } }', FIGURES | {"partner"}, {"id": "%(delivery)s"}
        ),
        Read('{ it: node(id: "%(flag)s") { id } }', FIGURES, {"id": "%(flag)s"}),
        Read('{ it: node(id: "%(endpoint)s") { id } }', NETWORK, {"id": "%(endpoint)s"}),
    ],
    "nodes": [
        Read('{ it: nodes(ids: ["%(draft)s"]) { id } }', DRAFTS, [{"id": "%(draft)s"}], [None])
    ],
    "article": [Read('{ it: article(id: "%(draft)s") { title } }', DRAFTS, {"title": "草稿"})],
    "articles": [
        Read(
            '{ it: articles(filter: {organizationId: "%(here)s", status: DRAFT}) ' + ONE + " }",
            DRAFTS,
            listed("draft"),
            EMPTY,
        )
    ],
    "post": [Read('{ it: post(id: "%(post)s") { id } }', DRAFTS | {"partner"}, {"id": "%(post)s"})],
    "posts": [
        Read(
            '{ it: posts(filter: {within: "%(here)s"}) ' + ONE + " }",
            DRAFTS | {"partner"},
            listed("post"),
            EMPTY,
        )
    ],
    "engagementSeries": [
        Read(
            '{ it: engagementSeries(id: "%(draft)s") { subject { id } } }',
            DRAFTS,
            {"subject": {"id": "%(draft)s"}},
        )
    ],
    "leaderboard": [public("{ it: leaderboard(of: ARTICLES) { rank } }", [])],
    "auditEntries": [
        Read(
            '{ it: auditEntries(filter: {subject: "%(draft)s"}) { nodes { action } } }',
            NETWORK,
            {"nodes": [{"action": "article.create"}]},
            selected_by=NETWORK,
        )
    ],
    "inflationFlags": [
        Read("{ it: inflationFlags " + ONE + " }", FIGURES, listed("flag"), EMPTY, SELECT_FIGURES)
    ],
    "webhookEndpoints": [
        Read(
            "{ it: webhookEndpoints " + ONE + " }", NETWORK, listed("endpoint"), selected_by=NETWORK
        )
    ],
    "tokens": [
        Read(
            "{ it: tokens(first: 1, filter: {isRevoked: true}) { totalCount } }",
            NETWORK,
            {"totalCount": 0},
            selected_by=NETWORK,
        )
    ],
    "users": [
        Read(
            '{ it: users(filter: {email: "wang@example.org"}) ' + ONE + " }",
            NETWORK,
            listed("user"),
            selected_by=NETWORK,
        )
    ],
    "roleGrants": [
        Read(
            '{ it: roleGrants(filter: {within: "%(here)s", role: AUTHOR}) { totalCount } }',
            NETWORK | {"administrator", "author"},
            {"totalCount": 1},
            {"totalCount": 0},
        )
    ],
    "organization": [public('{ it: organization(id: "%(here)s") { name } }', {"name": "这里"})],
    "organizations": [public("{ it: organizations { totalCount } }", {"totalCount": 3})],
    "partner": [public('{ it: partner(id: "%(partner)s") { name } }', {"name": "这里博主"})],
    "partners": [public("{ it: partners { totalCount } }", {"totalCount": 2})],
    "account": [public('{ it: account(id: "%(account)s") { id } }', {"id": "%(account)s"})],
    "campaign": [public('{ it: campaign(id: "Campaign:1") { id } }', None)],
    "campaigns": [public("{ it: campaigns { totalCount } }", {"totalCount": 0})],
    "teams": [public("{ it: teams { totalCount } }", {"totalCount": 0})],
    "definitions": [
        public(
            "{ it: definitions(platform: BILIBILI, metric: SHARES) { metric } }",
            [{"metric": "SHARES"}],
        )
    ],
    "indexFormulas": [public("{ it: indexFormulas { __typename } }", None)],
    "network": [
        public(
            "{ it: network { counts { articles posts } } }", {"counts": {"articles": 0, "posts": 0}}
        )
    ],
}
"""By root field. `viewer` says of everybody something else: test_everybody_is_told_who_they_are."""

FIELDS: dict[tuple[str, str], Read] = {
    ("Post", "discounts"): Read(
        '{ it: post(id: "%(post)s") { discounts { totalCount } } }',
        FIGURES,
        {"discounts": {"totalCount": 0}},
        None,
        SELECT_FIGURES,
    ),
    ("Partner", "deliveries"): Read(
        '{ it: partner(id: "%(partner)s") { deliveries ' + ONE + " } }",
        FIGURES | {"partner"},
        {"deliveries": listed("delivery")},
        {"deliveries": EMPTY},
        SELECT_DELIVERIES,
    ),
    ("Account", "pullStatus"): Read(
        '{ it: account(id: "%(account)s") { pullStatus { failures } } }',
        FIGURES | {"partner"},
        {"pullStatus": {"failures": 0}},
        {"pullStatus": None},
        SELECT_DELIVERIES,
    ),
}
"""Restricted fields below the root."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as it:
        yield it


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def district(opened: Graph) -> District:
    return await make_district()


async def _asked(
    opened: Graph, district: District, caller: str, document: str, **given: Any
) -> Any:
    token = district.tokens[caller]
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return (await opened.post(document, given, **headers)).json()


def _filled(value: Any, ids: dict[str, str]) -> Any:
    return json.loads(json.dumps(value, ensure_ascii=False) % ids)


READS = [
    *((name, read) for name, rows in QUERIES.items() for read in rows),
    *(("".join(place), read) for place, read in FIELDS.items()),
]


@pytest.mark.parametrize(("name", "read"), READS, ids=[name for name, _ in READS])
async def test_who_reads_what(opened: Graph, district: District, name: str, read: Read) -> None:
    document = read.document % district.ids
    for caller in CALLERS:
        answer = await _asked(opened, district, caller, document)
        if caller not in read.selected_by:
            assert answer["errors"][0]["extensions"] == {"code": FORBIDDEN}, caller
            assert "data" not in answer, caller
        elif name == "indexFormulas":
            assert len(answer["data"]["it"]) > 0
        else:
            expected = read.found if caller in read.seen_by else read.nothing
            assert answer.get("data") == {"it": _filled(expected, district.ids)}, (caller, answer)


Setup = Callable[[District], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Write:
    """setup: makes what the mutation is about and gives its input, anew for each caller. allowed:
    who may. problem: what all others are told, as code and path; some: who is told otherwise."""

    setup: Setup
    allowed: frozenset[str]
    problem: str
    some: tuple[tuple[frozenset[str], str], ...] = ()

    def outcome(self, caller: str) -> str:
        if caller in self.allowed:
            return "done"
        return next((told for callers, told in self.some if caller in callers), self.problem)


WRITERS = frozenset({"author", "reviewer", "publisher", "administrator", "network"})
PUBLISHERS = frozenset({"publisher", "administrator", "network"})
ADMINISTRATORS = frozenset({"administrator", "network"})
ONLY_NETWORK = frozenset({"network"})
ELSEWHERE = frozenset({"administrator elsewhere"})
NOT_YOURS, NOT_THERE, NOBODY = "FORBIDDEN input.id", "NOT_FOUND input.id", "FORBIDDEN input"


async def _draft(district: District) -> dict[str, Any]:
    return {"id": f"Article:{await make_article(district.here)}", "version": 1}


async def _published(district: District) -> dict[str, Any]:
    number = await make_article(district.here)
    await articles.publish(district.act, number, 1)
    return {"id": f"Article:{number}", "version": 2}


async def _new_article(district: District) -> dict[str, Any]:
    ids = district.ids
    return {"title": "新", "authorId": ids["person"], "organizationId": ids["here"]}


async def _renamed(district: District) -> dict[str, Any]:
    return {**await _draft(district), "title": "改"}


async def _flag(district: District) -> dict[str, Any]:
    number = await make_flag(int(district.ids["post"].split(":")[1]))
    return {"id": f"InflationFlag:{number}", "version": 1, "reason": "不是刷量"}


async def _discount(district: District) -> dict[str, Any]:
    """More than the post has: whoever may decide is told so."""
    return {**await _flag(district), "discount": 1}


async def _new_partner(district: District) -> dict[str, Any]:
    return {"kind": "BLOGGER", "name": "新", "organizationId": district.ids["here"]}


async def _new_account(district: District) -> dict[str, Any]:
    names = {"externalId": f"a{_next()}", "handle": "@new"}
    return {"partnerId": district.ids["partner"], "platform": "OTHER", **names}


async def _new_post(district: District) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    return {"accountId": district.ids["account"], "externalId": f"p{_next()}", "postedAt": now}


async def _account(district: District) -> dict[str, Any]:
    return {"id": district.ids["account"]}


async def _credential(district: District) -> dict[str, Any]:
    return {"id": district.ids["account"], "credential": "secret"}


async def _new_token(district: District) -> dict[str, Any]:
    return {"name": "新", "scopes": ["READ_PUBLIC"]}


async def _token(district: District) -> dict[str, Any]:
    number, _ = await tokens.create(district.act, "旧", None, None)
    return {"id": f"Token:{number}"}


async def _new_user(district: District) -> dict[str, Any]:
    return {"email": f"u{_next()}@example.org", "name": "新"}


async def _user(state: UserState) -> int:
    now = datetime.now(UTC)
    email = f"u{_next()}@example.org"
    return int((await User.create(email=email, name="旧", state=state, created_at=now)).id)


async def _invited(district: District) -> dict[str, Any]:
    return {"id": f"User:{await _user(UserState.INVITED)}"}


async def _active(district: District) -> dict[str, Any]:
    return {"id": f"User:{await _user(UserState.ACTIVE)}"}


async def _active_as_seen(district: District) -> dict[str, Any]:
    return {**await _active(district), "version": 1}


async def _locked(district: District) -> dict[str, Any]:
    return {"id": f"User:{await _user(UserState.LOCKED)}", "version": 1}


async def _renamed_user(district: District) -> dict[str, Any]:
    return {**await _active_as_seen(district), **await _new_user(district)}


async def _signed_in(district: District) -> dict[str, Any]:
    number, now = await _user(UserState.ACTIVE), datetime.now(UTC)
    await UserSession.create(
        user_id=number,
        sha256=_next().to_bytes(32),
        method=SignInMethod.PASSWORD,
        confirmed=True,
        created_at=now,
        seen_at=now,
    )
    return {"id": f"User:{number}"}


async def _with_second_factor(district: District) -> dict[str, Any]:
    number = await _user(UserState.ACTIVE)
    await SecondFactor.create(user_id=number, secret=b"sealed", created_at=datetime.now(UTC))
    return {"id": f"User:{number}"}


async def _new_grant(district: District) -> dict[str, Any]:
    ids = district.ids
    return {"role": "AUTHOR", "holderId": ids["user"], "organizationId": ids["here"]}


async def _grant(district: District) -> dict[str, Any]:
    new = grants.NewGrant(
        role=Role.AUTHOR,
        holder=grants.Holder(user_id=int(district.ids["user"].split(":")[1])),
        organization_id=district.here.organization_id,
    )
    return {"id": f"RoleGrant:{await grants.grant(district.act, new)}"}


async def _handed_on(district: District) -> dict[str, Any]:
    """The author's own role."""
    held = await RoleGrant.get(token_id=district.numbers["author"])
    ends_at = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    return {"grantId": f"RoleGrant:{held.id}", "holderId": district.ids["user"], "endsAt": ends_at}


async def _new_endpoint(district: District) -> dict[str, Any]:
    return {"url": "https://example.org/new", "events": ["ARTICLE_PUBLISHED"], "secret": SECRET}


async def _endpoint(district: District) -> dict[str, Any]:
    return {"id": f"WebhookEndpoint:{await make_endpoint(district)}"}


async def _disabled(district: District) -> dict[str, Any]:
    number = await make_endpoint(district)
    await webhooks.disable(district.act, number)
    return {"id": f"WebhookEndpoint:{number}"}


async def _rotated(district: District) -> dict[str, Any]:
    return {**await _endpoint(district), "secret": SECRET.replace("A", "B")}


async def _message(district: District) -> dict[str, Any]:
    message = await WebhookMessage.create(
        endpoint_id=await make_endpoint(district),
        event_type=WebhookEventType.ARTICLE_PUBLISHED,
        data={},
        state=MessageState.DEAD,
        attempts=1,
        next_at=datetime.now(UTC),
        created_at=datetime.now(UTC),
        ended_at=datetime.now(UTC),
    )
    return {"id": f"WebhookMessage:{message.id}"}


_counted = iter(range(10**6))


def _next() -> int:
    return next(_counted)


HERE = "FORBIDDEN input.organizationId"
MUTATIONS: dict[str, Write] = {
    "createArticle": Write(
        _new_article,
        frozenset({"author", "administrator", "network"}),
        NOBODY,
        ((frozenset({"author elsewhere", "administrator elsewhere"}), HERE),),
    ),
    "updateArticle": Write(
        _renamed,
        WRITERS,
        NOBODY,
        ((frozenset({"author elsewhere", "administrator elsewhere"}), NOT_THERE),),
    ),
    "publishArticle": Write(_draft, PUBLISHERS, NOBODY, ((ELSEWHERE, NOT_THERE),)),
    "withdrawArticle": Write(_published, PUBLISHERS, NOBODY, ((ELSEWHERE, NOT_YOURS),)),
    "confirmInflation": Write(
        _discount,
        frozenset(),
        NOBODY,
        ((ADMINISTRATORS, "INVALID input.discount"), (ELSEWHERE, NOT_THERE)),
    ),
    "dismissInflation": Write(_flag, ADMINISTRATORS, NOBODY, ((ELSEWHERE, NOT_THERE),)),
    "registerPartner": Write(_new_partner, ADMINISTRATORS, NOBODY, ((ELSEWHERE, HERE),)),
    "registerAccount": Write(
        _new_account, ADMINISTRATORS, NOBODY, ((ELSEWHERE, "FORBIDDEN input.partnerId"),)
    ),
    "registerPost": Write(
        _new_post, PUBLISHERS, NOBODY, ((ELSEWHERE, "FORBIDDEN input.accountId"),)
    ),
    "resumeAccount": Write(_account, ADMINISTRATORS, NOBODY, ((ELSEWHERE, NOT_YOURS),)),
    "setAccountCredential": Write(_credential, ADMINISTRATORS, NOBODY, ((ELSEWHERE, NOT_YOURS),)),
    "grantRole": Write(_new_grant, ADMINISTRATORS, NOBODY, ((ELSEWHERE, HERE),)),
    "delegateRole": Write(
        _handed_on,
        frozenset({"author"}),
        "NOT_FOUND input.grantId",
        (
            (
                frozenset(
                    {"anonymous", "application", "public", "partner", "partner elsewhere", "reader"}
                ),
                NOBODY,
            ),
        ),
    ),
    "endRole": Write(
        _grant,
        ADMINISTRATORS,
        NOT_THERE,
        (
            (
                frozenset(
                    {"anonymous", "application", "public", "partner", "partner elsewhere", "reader"}
                ),
                NOBODY,
            ),
        ),
    ),
    "createToken": Write(_new_token, ONLY_NETWORK, NOBODY),
    "revokeToken": Write(_token, ONLY_NETWORK, NOBODY),
    "inviteUser": Write(_new_user, ONLY_NETWORK, NOBODY),
    "renewInvitation": Write(_invited, ONLY_NETWORK, NOBODY),
    "resetPassword": Write(_active, ONLY_NETWORK, NOBODY),
    "updateUser": Write(_renamed_user, ONLY_NETWORK, NOBODY),
    "lockUser": Write(_active_as_seen, ONLY_NETWORK, NOBODY),
    "unlockUser": Write(_locked, ONLY_NETWORK, NOBODY),
    "signOutUser": Write(_signed_in, ONLY_NETWORK, NOBODY),
    "removeSecondFactor": Write(_with_second_factor, ONLY_NETWORK, NOBODY),
    "registerWebhookEndpoint": Write(_new_endpoint, ONLY_NETWORK, NOBODY),
    "rotateWebhookSecret": Write(_rotated, ONLY_NETWORK, NOBODY),
    "disableWebhookEndpoint": Write(_endpoint, ONLY_NETWORK, NOBODY),
    "enableWebhookEndpoint": Write(_disabled, ONLY_NETWORK, NOBODY),
    "replayWebhookMessage": Write(_message, ONLY_NETWORK, NOBODY),
}


@pytest.mark.parametrize("name", MUTATIONS)
async def test_who_writes_what(opened: Graph, district: District, name: str) -> None:
    row = MUTATIONS[name]
    input_type = next(iter(SCHEMA.mutation_type.fields[name].args.values())).type
    document = (
        f"mutation($input: {input_type}) {{ it: {name}(input: $input)"
        " { __typename ... on Problem { code path } } }"
    )
    for caller in CALLERS:
        given = await row.setup(district)
        before = await AuditEntry.all().count()
        answer = await _asked(opened, district, caller, document, input=given)
        told = answer["data"]["it"]
        outcome = f"{told['code']} {'.'.join(told['path'])}" if "code" in told else "done"
        assert outcome == row.outcome(caller), (caller, told)
        written = await AuditEntry.all().count() - before
        assert written == (1 if outcome == "done" else 0), caller


SCHEMA: Any = build()._schema
ELSEWHERE_PROVED = {"viewer"}


def test_every_query_field_has_a_row() -> None:
    assert set(SCHEMA.query_type.fields) - ELSEWHERE_PROVED == set(QUERIES)


def test_every_mutation_has_a_row() -> None:
    assert set(SCHEMA.mutation_type.fields) == set(MUTATIONS)


def test_every_subscription_is_proved() -> None:
    """Of what is followed: test_who_follows_what."""
    assert set(SCHEMA.subscription_type.fields) == {"engagementChanged"}


def test_every_restricted_field_has_a_row() -> None:
    restricted = {
        (type_.name, name)
        for type_ in SCHEMA.type_map.values()
        if isinstance(type_, GraphQLObjectType)
        for name, field in type_.fields.items()
        if restriction_of(field) is not None
    }
    at_the_root = {("Query", name) for name, rows in QUERIES.items() if _is_restricted(rows)}
    assert restricted == set(FIELDS) | at_the_root


def _is_restricted(rows: list[Read]) -> bool:
    return any(read.selected_by != EVERYBODY for read in rows)


ROLE = """mutation($input: GrantRoleInput!) { it: grantRole(input: $input) {
    ... on RoleGrantPayload { grant { id holderName organization { id } } } } }"""
END = """mutation($input: EndRoleInput!) { it: endRole(input: $input) {
    ... on RoleGrantPayload { grant { endedBy } } } }"""


async def test_a_role_holds_at_once_and_no_longer_than_to_its_end(
    opened: Graph, district: District
) -> None:
    document = f'{{ it: article(id: "{district.ids["draft"]}") {{ title }} }}'
    nothing, draft = {"data": {"it": None}}, {"data": {"it": {"title": "草稿"}}}

    async def seen() -> Any:
        answer = await _asked(opened, district, "application", document)
        return {"data": answer["data"]}

    for _ in range(3):
        assert await seen() == nothing
        holder = f"Token:{district.numbers['application']}"
        new = {"role": "ANALYST", "holderId": holder, "organizationId": district.ids["root"]}
        answer = await _asked(opened, district, "network", ROLE, input=new)
        grant = answer["data"]["it"]["grant"]
        assert (grant["holderName"], grant["organization"]["id"]) == (
            "application",
            district.ids["root"],
        )
        assert await seen() == draft
        assert await seen() == draft
        ended = await _asked(opened, district, "network", END, input={"id": grant["id"]})
        assert ended["data"]["it"]["grant"]["endedBy"].startswith("network (Token:")
        assert await seen() == nothing


TOKENS = """{ it: tokens(first: 100) { nodes { id name scopes lastUsedAt revokedAt
    partner { id } roles { role } } } }"""
NEW_TOKEN = """mutation($input: CreateTokenInput!) { it: createToken(input: $input) {
    ... on CreateTokenPayload { secret token { id scopes expiresAt } } } }"""
REVOKE = """mutation($input: RevokeTokenInput!) { it: revokeToken(input: $input) {
    ... on TokenPayload { token { revokedAt } } } }"""


async def test_tokens_live_in_the_graph(opened: Graph, district: District) -> None:
    given = {
        "name": "应用",
        "scopes": ["WRITE"],
        "role": "AUTHOR",
        "organizationId": district.ids["here"],
    }
    made = (await _asked(opened, district, "network", NEW_TOKEN, input=given))["data"]["it"]
    assert made["token"]["scopes"] == ["READ_PUBLIC", "READ_INTERNAL", "WRITE"]
    district.tokens["made"] = made["secret"]
    begun_at = datetime.now(UTC)
    who = await _asked(opened, district, "made", "{ viewer { id roles { role } } }")
    assert who["data"]["viewer"] == {"id": made["token"]["id"], "roles": [{"role": "AUTHOR"}]}
    await opened.app.events.callers.uses.settled()
    text = json.dumps(await _asked(opened, district, "network", TOKENS), ensure_ascii=False)
    assert made["secret"] not in text
    nodes = {node["id"]: node for node in json.loads(text)["data"]["it"]["nodes"]}
    node = nodes[made["token"]["id"]]
    assert node["roles"] == [{"role": "AUTHOR"}]
    assert datetime.fromisoformat(node["lastUsedAt"]) >= begun_at
    partner = nodes[f"Token:{district.numbers['partner']}"]
    assert partner["partner"] == {"id": district.ids["partner"]}
    revoked = await _asked(opened, district, "network", REVOKE, input={"id": node["id"]})
    assert revoked["data"]["it"]["token"]["revokedAt"] is not None
    refused = await _asked(opened, district, "made", "{ viewer { id } }")
    assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


WHO = """{ viewer { kind id name isAdministrator scopes roles { role organization { id } }
    permissions { organization { id } permissions } }
    organization(id: "%(here)s") { viewerPermissions } }"""


async def test_everybody_is_told_who_they_are(opened: Graph, district: District) -> None:
    told = {
        caller: (await _asked(opened, district, caller, WHO % district.ids))["data"]
        for caller in CALLERS
    }
    assert {caller: each["viewer"]["kind"] for caller, each in told.items()} == {
        caller: "PARTNER" if "partner" in caller else "APPLICATION" for caller in CALLERS
    } | {"anonymous": "ANONYMOUS"}
    may = {caller: each["organization"]["viewerPermissions"] for caller, each in told.items()}
    drafts = {caller for caller, names in may.items() if "SEE_DRAFTS" in names}
    assert drafts == DRAFTS
    assert may["author"] == ["CREATE_ARTICLE", "EDIT_DRAFT", "SEE_DRAFTS"]
    assert may["author elsewhere"] == may["dispatcher"] == may["partner"] == []
    assert may["reader"] == ["SEE_DELIVERIES", "SEE_DRAFTS", "SEE_ROLES"]
    assert len(may["administrator"]) == len(may["network"]) == 14
    assert [caller for caller in CALLERS if told[caller]["viewer"]["isAdministrator"]] == [
        "network"
    ]
    here = {"organization": {"id": district.ids["here"]}}
    assert told["author"]["viewer"] == {
        "kind": "APPLICATION",
        "id": f"Token:{district.numbers['author']}",
        "name": f"author (Token:{district.numbers['author']})",
        "isAdministrator": False,
        "scopes": ["READ_PUBLIC", "READ_INTERNAL", "WRITE"],
        "roles": [{"role": "AUTHOR", **here}],
        "permissions": [{**here, "permissions": may["author"]}],
    }
    assert told["anonymous"]["viewer"] == {
        "kind": "ANONYMOUS",
        "id": None,
        "name": "anonymous",
        **{"isAdministrator": False, "scopes": [], "roles": [], "permissions": []},
    }
