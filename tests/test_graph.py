"""The graph as clients meet it: every query, one statement each, and what bad input gets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
import pytest_asyncio

from domain.access import Role
from domain.articles import actions as articles
from domain.database import transaction
from domain.engagement.actions.record import NewObservation, record
from domain.engagement.rules import Metric, Source
from domain.tokens import actions as tokens
from tests.graph import Graph, graph
from tests.rows import (
    EDITOR,
    NOW,
    World,
    derive,
    make_article,
    make_campaign,
    make_organization,
    make_post,
    make_world,
)


@dataclass(frozen=True)
class District:
    """A centre with a branch; three articles, one of them a draft; posts with reads."""

    graph: Graph
    world: World
    branch_id: int
    newest: int
    older: int
    draft: int
    campaign_id: int
    post_id: int
    token: str


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def district(database_url: str) -> AsyncIterator[District]:
    async with graph(database_url) as opened:
        yield await _fill(opened)


async def _fill(opened: Graph) -> District:
    world = await make_world()
    branch_id = await make_organization(world.organization_id, "黄村所")
    older = await make_article(world, title="旧闻", tags=["志愿", "社区"])
    newest = await make_article(world, title="新闻", organization_id=branch_id, body="<p>正文</p>")
    draft = await make_article(world, title="草稿")
    for number, article_id in enumerate((older, newest)):
        act = replace(EDITOR, now=NOW + timedelta(hours=number))
        await articles.publish(act, article_id, 1)
    campaign_id = await make_campaign(world.organization_id)
    post_id = await make_post(world.account_id, article_id=older, campaign_id=campaign_id)
    await make_post(world.account_id, article_id=newest)
    await make_post(world.account_id, article_id=draft, title="hidden")
    await _observe(post_id, 3_200_000_000)
    await derive()
    _, token = await tokens.create(EDITOR, "tests", Role.ADMINISTRATOR, None)
    return District(opened, world, branch_id, newest, older, draft, campaign_id, post_id, token)


async def _observe(post_id: int, value: int) -> None:
    seen = NewObservation(
        post_id=post_id,
        metric=Metric.READS,
        value=value,
        observed_at=NOW + timedelta(hours=2),
        definition="weibo.reads",
        source=Source.PULL,
    )
    async with transaction() as client:
        await record(client, [seen], now=NOW + timedelta(hours=3))


READS = "reads { value status asOf coverage { known counted } }"
TEMPLATES = [
    '{ node(id: "Article:1") { __typename id ... on Counted { READS } } }',
    '{ nodes(ids: ["Partner:1", "Post:1"]) { id } }',
    '{ article(id: "Article:1") { title posts { nodes { partner { name } } } } }',
    '{ article(slug: "旧闻") { id author { name organization { name } } } }',
    "{ articles(orderBy: MOST_READ) { totalCount nodes { id READS } pageInfo { endCursor } } }",
    '{ campaign(id: "Campaign:1") { title goalReads posts { nodes { id } } READS } }',
    "{ campaigns { edges { cursor node { id } } } }",
    '{ partner(id: "Partner:1") { accounts { nodes { posts { nodes { id } } } } } }',
    "{ partners(filter: {platform: WEIBO}) { nodes { name } } }",
    '{ account(id: "Account:1") { platform partner { name } READS } }',
    '{ post(id: "Post:1") { article { title } campaign { title } } }',
    "{ posts(filter: {platform: WEIBO, state: LIVE}) { nodes { id } } }",
    '{ organization(id: "Organization:2") { ancestors { name } parent { name } } }',
    "{ organizations { nodes { children { nodes { name } } subtree { totalCount } } } }",
    "{ teams { totalCount } }",
    "{ network { READS counts { articles posts } series { startsAt value } } }",
    '{ engagementSeries(id: "Article:1", bucket: HOUR) { points { startsAt value } } }',
    "{ leaderboard(of: PARTNERS) { rank value subject { id ... on Partner { name } } } }",
    "{ a: articles { totalCount } b: partners { totalCount } network { id } }",
]
QUERIES = [template.replace("READS", READS) for template in TEMPLATES]


@pytest.mark.parametrize("query", QUERIES)
async def test_every_query_is_one_statement(district: District, query: str) -> None:
    opened = district.graph
    opened.statements.clear()
    await opened.ask(query)
    assert len(opened.statements) == 1


async def test_what_the_schema_tells_of_itself_needs_no_statement(district: District) -> None:
    opened = district.graph
    opened.statements.clear()
    data = await opened.ask(
        '{ __typename __schema { queryType { name } } __type(name: "Post") { kind } }'
    )
    assert data == {
        "__typename": "Query",
        "__schema": {"queryType": {"name": "Query"}},
        "__type": {"kind": "OBJECT"},
    }
    assert opened.statements == []


async def test_a_feed_newest_first_without_drafts(district: District) -> None:
    data = await district.graph.ask(
        "{ articles { totalCount nodes { id title organization { name } posts { totalCount } } } }"
    )
    assert data["articles"] == {
        "totalCount": 2,
        "nodes": [
            {
                "id": f"Article:{district.newest}",
                "title": "新闻",
                "organization": {"name": "黄村所"},
                "posts": {"totalCount": 1},
            },
            {
                "id": f"Article:{district.older}",
                "title": "旧闻",
                "organization": {"name": "大兴中心"},
                "posts": {"totalCount": 1},
            },
        ],
    }


async def test_the_network_is_a_node_too(district: District) -> None:
    data = await district.graph.ask(
        '{ node(id: "Network:1") { id } nodes(ids: ["Network:2"]) { id } }'
    )
    assert data == {"node": {"id": "Network:1"}, "nodes": [None]}


async def test_a_page_of_which_only_its_place_is_asked(district: District) -> None:
    data = await district.graph.ask("{ articles { pageInfo { hasPreviousPage } } }")
    assert data == {"articles": {"pageInfo": {"hasPreviousPage": False}}}


async def test_pages_join_without_gap_or_repetition(district: District) -> None:
    query = """query($after: String) {
        articles(first: 1, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }"""
    first = (await district.graph.ask(query))["articles"]
    second = (await district.graph.ask(query, after=first["pageInfo"]["endCursor"]))["articles"]
    third = (await district.graph.ask(query, after=second["pageInfo"]["endCursor"]))["articles"]
    assert [page["nodes"] for page in (first, second, third)] == [
        [{"id": f"Article:{district.newest}"}],
        [{"id": f"Article:{district.older}"}],
        [],
    ]
    assert [page["pageInfo"]["hasNextPage"] for page in (first, second, third)] == [
        True,
        False,
        False,
    ]


async def test_unknown_is_not_zero(district: District) -> None:
    data = await district.graph.ask(
        "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Article { reads { value status } } } }",
        ids=[f"Article:{district.older}", f"Article:{district.newest}"],
    )
    known, unknown = data["nodes"]
    assert known["reads"]["value"] == 3_200_000_000
    assert unknown["reads"] == {"value": None, "status": "UNAVAILABLE"}


@pytest.mark.parametrize(
    "field",
    [
        "article(id: $article)",
        "campaign(id: $campaign)",
        "organization(id: $organization)",
        "partner(id: $partner)",
        "account(id: $account)",
        "post(id: $post)",
        "network",
    ],
)
async def test_everything_above_a_post_has_its_reads(district: District, field: str) -> None:
    variables = {
        "article": f"Article:{district.older}",
        "campaign": f"Campaign:{district.campaign_id}",
        "organization": f"Organization:{district.world.organization_id}",
        "partner": f"Partner:{district.world.partner_id}",
        "account": f"Account:{district.world.account_id}",
        "post": f"Post:{district.post_id}",
    }
    used = {name: value for name, value in variables.items() if f"${name}" in field}
    declared = f"({', '.join(f'${name}: ID!' for name in used)})" if used else ""
    data = await district.graph.ask(
        f"query{declared} {{ it: {field} {{ reads {{ value asOf }} }} }}", **used
    )
    assert data["it"]["reads"] == {"value": 3_200_000_000, "asOf": "2026-03-01T06:00:00+00:00"}


async def test_a_series_and_a_leaderboard(district: District) -> None:
    data = await district.graph.ask(
        """{
        series: engagementSeries(id: "Network:1", since: "2026-03-01", until: "2026-03-02") {
          subject { id } metric bucket points { startsAt value } }
        leaders: leaderboard(of: ORGANIZATIONS, since: "2026-03-01", until: "2026-03-01") {
          rank value subject { __typename ... on Organization { name } } } }"""
    )
    assert data == {
        "series": {
            "subject": {"id": "Network:1"},
            "metric": "READS",
            "bucket": "DAY",
            "points": [{"startsAt": "2026-02-28T16:00:00+00:00", "value": 3_200_000_000}],
        },
        "leaders": [
            {
                "rank": 1,
                "value": 3_200_000_000,
                "subject": {"__typename": "Organization", "name": "大兴中心"},
            }
        ],
    }


async def test_drafts_are_nobodys_but_administrators(district: District) -> None:
    query = """query($id: ID!) { article(id: $id) { title } node(id: $id) { id }
        engagementSeries(id: $id) { metric }
        posts(filter: {articleId: $id}) { totalCount }
        articles(filter: {status: DRAFT}) { totalCount } }"""
    draft = f"Article:{district.draft}"
    assert await district.graph.ask(query, id=draft) == {
        "article": None,
        "node": None,
        "engagementSeries": None,
        "posts": {"totalCount": 0},
        "articles": {"totalCount": 0},
    }
    assert await district.graph.ask(query, id=draft, token=district.token) == {
        "article": {"title": "草稿"},
        "node": {"id": draft},
        "engagementSeries": {"metric": "READS"},
        "posts": {"totalCount": 1},
        "articles": {"totalCount": 1},
    }


CODES = ("BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED")
REFUSALS = [
    ('{ article(id: "Partner:1") { id } }', "Partner"),
    ('{ article(id: "12") { id } }', "not an id"),
    ('{ node(id: "Article:0") { id } }', "not an id"),
    ('{ node(id: "Article:99999999999999999999") { id } }', "not an id"),
    ("{ article { id } }", "give either `id` or `slug`"),
    ('{ article(id: "Article:1", slug: "x") { id } }', "give either `id` or `slug`"),
    ("{ articles(first: 0) { totalCount } }", "`first` must be from 1 to 100, not 0"),
    ("{ articles(first: -1) { totalCount } }", "`first` must be from 1 to 100, not -1"),
    ("{ articles(first: 1000) { totalCount } }", "`first` must be from 1 to 100, not 1000"),
    ('{ articles(after: "?") { nodes { id } } }', "not a cursor"),
    ('{ articles(after: "bm90IGpzb24=") { nodes { id } } }', "not a cursor"),
    ('{ articles(after: "WyJPTERFU1QiLCJ4IiwxXQ==") { nodes { id } } }', "another order"),
    ('{ engagementSeries(id: "Team:1") { metric } }', "Team"),
    (
        '{ network { series(since: "2026-03-02", until: "2026-03-01") { value } } }',
        "later than",
    ),
    ('{ articles(filter: {organizationId: "Article:1"}) { totalCount } }', "Article"),
    ('{ article(slug: "\\u0000") { id } }', "NUL"),
    ('{ article(slug: "\\ud800") { id } }', "Invalid Unicode"),
    ('{ articles(filter: {publishedSince: "yesterday"}) { totalCount } }', "not a date and time"),
    ('{ articles(filter: {publishedSince: "2026-03-01T00:00"}) { totalCount } }', "offset"),
]


@pytest.mark.parametrize(("query", "fault"), REFUSALS)
async def test_bad_input_is_named_before_anything_runs(
    district: District, query: str, fault: str
) -> None:
    district.graph.statements.clear()
    error = await district.graph.error(query)
    assert fault in error["message"]
    assert error["extensions"]["code"] in (
        "BAD_USER_INPUT",
        "GRAPHQL_VALIDATION_FAILED",
        "GRAPHQL_PARSE_FAILED",
    )
    assert district.graph.statements == []


async def test_what_could_read_too_much_is_refused(district: District) -> None:
    error = await district.graph.error(
        "{ articles(first: 100) { nodes { posts(first: 100) { nodes {"
        " account { posts(first: 100) { nodes { id } } } } } } } }"
    )
    assert error["extensions"] == {
        "code": "TOO_COSTLY",
        "cost": {
            "requested": 1_020_100,
            "maximum": 20_000,
            "path": ["articles", "posts", "account", "posts"],
        },
    }


CREATE = """mutation($input: CreateArticleInput!) { createArticle(input: $input) {
    __typename
    ... on ArticlePayload { article { id title slug status version body author { name } } }
    ... on Problem { code message path } } }"""


async def test_an_article_from_draft_to_public_and_back(district: District) -> None:
    given = {
        "title": "三月志愿",
        "body": "<p onclick=x()>好</p><script>alert(1)</script>",
        "authorId": f"Person:{district.world.person_id}",
        "organizationId": f"Organization:{district.branch_id}",
    }
    made = (await district.graph.ask(CREATE, token=district.token, input=given))["createArticle"]
    article = made["article"]
    assert made["__typename"] == "ArticlePayload"
    assert (article["status"], article["version"], article["body"]) == ("DRAFT", 1, "<p>好</p>")
    turn = """mutation($input: TYPE!) { it: TURNArticle(input: $input) {
        ... on ArticlePayload { article { status version } } ... on Problem { code } } }"""
    seen = {"id": article["id"], "version": 1}
    withdrawing = turn.replace("TURN", "withdraw").replace("TYPE", "ArticleVersionInput")
    public = await district.graph.ask(
        turn.replace("TURN", "publish").replace("TYPE", "PublishArticleInput"),
        token=district.token,
        input=seen,
    )
    assert public["it"] == {"article": {"status": "PUBLISHED", "version": 2}}
    stale = await district.graph.ask(withdrawing, token=district.token, input=seen)
    assert stale["it"] == {"code": "STALE_VERSION"}
    seen["version"] = 2
    back = await district.graph.ask(withdrawing, token=district.token, input=seen)
    assert back["it"] == {"article": {"status": "WITHDRAWN", "version": 3}}


async def test_problems_name_their_place(district: District) -> None:
    given = {
        "title": " ",
        "authorId": f"Person:{district.world.person_id}",
        "organizationId": "Article:1",
    }
    wrong_id = await district.graph.ask(CREATE, token=district.token, input=given)
    assert wrong_id["createArticle"]["path"] == ["input", "organizationId"]
    given["organizationId"] = f"Organization:{district.branch_id}"
    empty = await district.graph.ask(CREATE, token=district.token, input=given)
    assert empty["createArticle"]["__typename"] == "Invalid"
    assert empty["createArticle"]["path"] == ["input", "title"]


async def test_writing_needs_a_token(district: District) -> None:
    given = {"title": "x", "authorId": "Person:1", "organizationId": "Organization:1"}
    data = await district.graph.ask(CREATE, input=given)
    assert data["createArticle"]["__typename"] == "Forbidden"


async def test_a_partner_an_account_and_a_post(district: District) -> None:
    opened, token = district.graph, district.token
    partner = await opened.ask(
        """mutation($input: RegisterPartnerInput!) { registerPartner(input: $input) {
        ... on PartnerPayload { partner { id kind organization { id } } } } }""",
        token=token,
        input={
            "kind": "SELF_MEDIA",
            "name": "自媒体",
            "organizationId": f"Organization:{district.branch_id}",
        },
    )
    account = await opened.ask(
        """mutation($input: RegisterAccountInput!) { registerAccount(input: $input) {
        ... on AccountPayload { account { id platform partner { name } } } } }""",
        token=token,
        input={
            "partnerId": partner["registerPartner"]["partner"]["id"],
            "platform": "WECHAT",
            "externalId": "gh_1",
            "handle": "自媒体",
            "credential": "secret",
        },
    )
    assert account["registerAccount"]["account"]["partner"] == {"name": "自媒体"}
    register = """mutation($input: RegisterPostInput!) { registerPost(input: $input) {
        ... on PostPayload { post { state organization { id } reads { status } } }
        ... on Problem { code path } } }"""
    given = {
        "accountId": account["registerAccount"]["account"]["id"],
        "externalId": "12003_3",
        "postedAt": "2026-03-01T12:00:00+08:00",
    }
    post = await opened.ask(register, token=token, input=given)
    assert post["registerPost"]["post"] == {
        "state": "LIVE",
        "organization": {"id": f"Organization:{district.branch_id}"},
        "reads": {"status": "UNAVAILABLE"},
    }
    twice = await opened.ask(register, token=token, input=given)
    assert twice["registerPost"] == {"code": "TAKEN", "path": ["input", "externalId"]}
