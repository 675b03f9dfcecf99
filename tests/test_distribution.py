"""An article goes out to accounts over the graph, by the sandbox's interfaces, by hand, and by
asking; and its reads come back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from domain.access import SYSTEM, Act, Role
from domain.articles import actions as articles
from domain.database import transaction
from domain.distribution.actions import Carried, claim, taken, turned_away
from domain.distribution.models import Distribution
from domain.distribution.rules import WAITS
from domain.partners.rules import Platform
from domain.posts.models import Post
from domain.posts.rules import PostState
from domain.tokens import actions as tokens
from tests.graph import Graph, graph
from tests.outgoing import LOOPBACK
from tests.platforms import BOX, SandboxProcess, make_account, sandbox_process
from tests.pulling.world import SHANGHAI, Clock, sql, values_of
from tests.rows import EDITOR, World, make_article, make_world
from workers.distribution import send_due
from workers.http import open_session
from workers.platforms import ADAPTERS
from workers.pulling import pull
from workers.tools import Tools

PUBLIC = "https://news.example"
SHOWN = "id state way version reason attempts post { id url article { id } } package { title cuts }"
DISTRIBUTE = f"""mutation($input: DistributeArticleInput!) {{
    it: distributeArticle(input: $input) {{
    ... on DistributeArticlePayload {{ distributions {{ {SHOWN} }} }}
    ... on Problem {{ code path message }} }} }}"""
ANSWER = f"""mutation($input: %sInput!) {{ it: %s(input: $input) {{
    ... on DistributionPayload {{ distribution {{ {SHOWN} }} }}
    ... on Problem {{ code path message }} }} }}"""
ACCEPT = ANSWER % ("AcceptDistribution", "acceptDistribution")
REFUSE = ANSWER % ("EndDistribution", "refuseDistribution")
CANCEL = ANSWER % ("EndDistribution", "cancelDistribution")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with sandbox_process() as process:
        yield process


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url, public_url=PUBLIC) as it:
        yield it


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(opened: Graph) -> World:
    return await make_world()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def token(world: World) -> str:
    return (await tokens.create(EDITOR, "editor", Role.ADMINISTRATOR, None))[1]


@pytest.fixture
def clock() -> Clock:
    """Of the worker: an hour ahead of the server's, so that whatever is offered is due."""
    made = Clock()
    made.now = datetime.now(UTC) + timedelta(hours=1)
    return made


@pytest_asyncio.fixture(loop_scope="module")
async def tools(opened: Graph, sandbox: SandboxProcess, clock: Clock) -> AsyncIterator[Tools]:
    sandbox.reset()
    async with open_session(2.0, LOOPBACK) as session:
        yield Tools(
            session=session,
            box=BOX,
            zone=SHANGHAI,
            pull_interval_seconds=300.0,
            platform_urls={
                name: f"{sandbox.url}/{name.lower()}" for name in ("MASTODON", "WORDPRESS")
            },
            adapters=ADAPTERS,
            clock=clock,
        )


_accounts = iter(range(1, 100))


async def account(world: World, platform: Platform, credential: str | None = "media-1") -> str:
    name = "sandbox.example" if platform is Platform.WORDPRESS else f"a{next(_accounts)}"
    base_url = "https://mastodon.example" if platform is Platform.MASTODON else ""
    await sql("UPDATE account SET external_id = 'was-' || id WHERE external_id = $1", name)
    number = await make_account(
        world.partner_id,
        name,
        datetime.now(UTC),
        platform=platform,
        token=credential,
        base_url=base_url,
    )
    return f"Account:{number}"


async def published(world: World, **given: Any) -> str:
    number = await make_article(world, body="<p>一百名志愿者今天走进社区。</p>", **given)
    await articles.publish(EDITOR, number, 1)
    return f"Article:{number}"


async def offered(opened: Graph, token: str, article: str, *accounts: str, **given: Any) -> Any:
    told = await opened.ask(
        DISTRIBUTE, token=token, input={"id": article, "accountIds": accounts, **given}
    )
    return told["it"]["distributions"]


async def answered(opened: Graph, token: str, document: str, one: Any, **given: Any) -> Any:
    told = await opened.ask(
        document, token=token, input={"id": one["id"], "version": one["version"], **given}
    )
    return told["it"].get("distribution", told["it"])


async def row(one: Any) -> Distribution:
    return await Distribution.get(id=int(one["id"].split(":")[1]))


async def test_an_article_goes_out_by_interface_and_its_counters_come_back(
    opened: Graph, world: World, token: str, tools: Tools
) -> None:
    article = await published(world, title="社区")
    names = [await account(world, Platform.MASTODON), await account(world, Platform.WORDPRESS)]
    mastodon, wordpress = await offered(opened, token, article, *names)
    assert {each["way"] for each in (mastodon, wordpress)} == {"INTERFACE"}
    assert {each["state"] for each in (mastodon, wordpress)} == {"QUEUED"}
    await send_due(tools)
    sent = [await row(each) for each in (mastodon, wordpress)]
    assert [(each.state, each.attempts, each.next_at) for each in sent] == [
        ("ACCEPTED", 1, None)
    ] * 2
    posts = [await Post.get(id=each.post_id) for each in sent]
    assert posts[0].url == f"https://mastodon.sandbox.example/@sandbox/{posts[0].external_id}"
    assert posts[1].url == f"https://sandbox.example/xinfeng-{sent[1].id}/"
    assert {f"Article:{post.article_id}" for post in posts} == {article}
    await pull(tools, int(names[0].split(":")[1]))
    comments = (await values_of(posts[0].id))["COMMENTS"]
    assert comments > 0
    asked = await opened.ask(
        f'{{ article(id: "{article}") {{ comments {{ value }} distributions {{ nodes {{'
        " state post { comments { value } } } } } }",
        token=token,
    )
    assert asked["article"]["comments"]["value"] == comments
    assert asked["article"]["distributions"]["nodes"] == [
        {"state": "ACCEPTED", "post": {"comments": {"value": None}}},
        {"state": "ACCEPTED", "post": {"comments": {"value": comments}}},
    ]
    await Post.filter(id=posts[0].id).update(state=PostState.GONE)
    assert (await row(mastodon)).state == "GONE"
    await Post.filter(id=posts[0].id).update(state=PostState.LIVE)
    assert (await row(mastodon)).state == "ACCEPTED"


async def test_what_failed_is_sent_again_and_stands_there_once(
    opened: Graph, world: World, token: str, tools: Tools, sandbox: SandboxProcess, clock: Clock
) -> None:
    article = await published(world)
    name = await account(world, Platform.WORDPRESS)
    (one,) = await offered(opened, token, article, name)
    sandbox.fault("truncated", path="/wordpress", times=1)
    await send_due(tools)
    tried = await row(one)
    assert (tried.state, tried.attempts, tried.next_at) == ("QUEUED", 1, clock() + WAITS[0])
    await send_due(tools)
    assert (await row(one)).attempts == 1
    clock.turn(WAITS[0].total_seconds())
    before = len(sandbox.requests())
    await send_due(tools)
    sent = await row(one)
    assert (sent.state, sent.attempts) == ("ACCEPTED", 2)
    asked = [note["path"].rsplit("/", 1)[1] for note in sandbox.requests(before)]
    assert asked == [f"slug:xinfeng-{sent.id}"]


async def test_what_arrives_after_the_withdrawal_is_known_and_recalled(
    opened: Graph, world: World, token: str, clock: Clock
) -> None:
    article = await published(world)
    name = await account(world, Platform.MASTODON)
    (one,) = await offered(opened, token, article, name)
    async with transaction() as client:
        (due,) = await claim(client, now=clock(), most=1)
    await articles.withdraw(EDITOR, int(article.split(":")[1]), 2)
    assert (await row(one)).state == "CANCELLED"
    act = Act(SYSTEM, clock())
    assert await turned_away(act, due, "HTTP 503", for_good=False) is None
    assert await taken(act, due, Carried(external_id="4712"))
    query = "query($id: ID!) { distribution(id: $id) { state isRecalled reason } }"
    told = await opened.ask(query, token=token, id=one["id"])
    assert told["distribution"] == {"state": "ACCEPTED", "isRecalled": True, "reason": ""}
    assert not await taken(act, due, Carried(external_id="4712"))


@pytest.mark.parametrize(
    ("fault", "state", "recalled"),
    [("truncated", "ACCEPTED", True), ("status:503", "CANCELLED", False)],
)
async def test_what_was_tried_before_the_withdrawal_is_looked_for(
    opened: Graph,
    world: World,
    token: str,
    tools: Tools,
    sandbox: SandboxProcess,
    clock: Clock,
    fault: str,
    state: str,
    recalled: bool,
) -> None:
    """It may have arrived though its answer did not; nothing is sent again."""
    article = await published(world)
    name = await account(world, Platform.WORDPRESS)
    (one,) = await offered(opened, token, article, name)
    sandbox.fault(fault, path="/wordpress", times=1)
    await send_due(tools)
    await articles.withdraw(EDITOR, int(article.split(":")[1]), 2)
    cancelled = await row(one)
    assert (cancelled.state, cancelled.next_at) == ("CANCELLED", clock() + WAITS[0])
    before = len(sandbox.requests())
    for _ in range(3):
        await send_due(tools)
        clock.turn(WAITS[0].total_seconds())
    asked = [note["path"].rsplit("/", 1)[1] for note in sandbox.requests(before)]
    assert asked == [f"slug:xinfeng-{cancelled.id}"]
    query = "query($id: ID!) { distribution(id: $id) { state isRecalled nextAt post { url } } }"
    told = (await opened.ask(query, token=token, id=one["id"]))["distribution"]
    assert (told["state"], told["isRecalled"], told["nextAt"]) == (state, recalled, None)
    assert (told["post"] is not None) is recalled


async def test_a_platform_that_refuses_has_said_why(
    opened: Graph, world: World, token: str, tools: Tools, sandbox: SandboxProcess, clock: Clock
) -> None:
    article = await published(world)
    first = await account(world, Platform.MASTODON)
    (one,) = await offered(opened, token, article, first)
    sandbox.fault("status:403", path="/mastodon", times=1)
    await send_due(tools)
    assert ((await row(one)).state, (await row(one)).reason) == ("REFUSED", "HTTP 403")
    (again,) = await offered(opened, token, article, first)
    sandbox.fault("status:503", path="/mastodon")
    for wait in WAITS:
        await send_due(tools)
        clock.turn(wait.total_seconds())
    assert ((await row(again)).state, (await row(again)).attempts) == ("QUEUED", 5)
    await send_due(tools)
    ended = await row(again)
    assert (ended.state, ended.attempts, ended.reason) == ("REFUSED", 6, "HTTP 503")
    assert await Post.filter(account_id=int(first.split(":")[1])).count() == 0


async def test_a_package_is_copied_and_the_link_pasted(
    opened: Graph, world: World, token: str
) -> None:
    article = await published(world, title="题" * 40)
    name = await account(world, Platform.WEIBO)
    (one,) = await offered(opened, token, article, name)
    assert (one["way"], one["state"], one["package"]["title"]) == ("COPY", "QUEUED", "")
    package = (await row(one)).package
    slug = (await opened.ask(f'{{ article(id: "{article}") {{ slug }} }}'))["article"]["slug"]
    body = package["body"]
    assert body.startswith(f"【{'题' * 40}】\n一百名志愿者今天走进社区。\n{PUBLIC}/articles/%E9")
    assert len(slug) == 40
    told = await answered(opened, token, ACCEPT, one, url="no address")
    assert told["path"] == ["input", "url"]
    told = await answered(opened, token, ACCEPT, one)
    assert (told["code"], told["message"]) == (
        "INVALID",
        "give the url of the post, or its external id",
    )
    url = "https://weibo.com/2803301701/z0JH2lOMb"
    done = await answered(opened, token, ACCEPT, one, url=url)
    assert (done["state"], done["post"]["url"], done["version"]) == ("ACCEPTED", url, 2)
    assert done["post"]["article"] == {"id": article}
    post = await Post.get(id=int(done["post"]["id"].split(":")[1]))
    assert post.external_id == "3501756485200075"
    assert await sql("SELECT 1 FROM post_pull WHERE post_id = $1", post.id)
    stale = await answered(opened, token, CANCEL, one, reason="太晚")
    assert stale["code"] == "STALE_VERSION"
    late = await answered(opened, token, CANCEL, done, reason="太晚")
    assert late["code"] == "WRONG_STATUS"


async def test_a_link_that_is_known_for_something_else_is_refused(
    opened: Graph, world: World, token: str
) -> None:
    name = await account(world, Platform.OTHER)
    (one,) = await offered(opened, token, await published(world), name)
    (other,) = await offered(opened, token, await published(world), name)
    url = "https://example.org/a"
    done = await answered(opened, token, ACCEPT, one, url=url)
    post = await Post.get(id=int(done["post"]["id"].split(":")[1]))
    assert post.external_id == url
    assert not await sql("SELECT 1 FROM post_pull WHERE post_id = $1", post.id)
    told = await answered(opened, token, ACCEPT, other, url=url)
    assert (told["code"], told["path"]) == ("TAKEN", ["input", "url"])
    assert (await row(other)).state == "QUEUED"


async def test_a_partner_is_asked_and_answers(opened: Graph, world: World, token: str) -> None:
    article = await published(world)
    names = [await account(world, Platform.WEIBO), await account(world, Platform.OTHER)]
    yes, no = await offered(opened, token, article, *names, way="REQUEST", note="请转发")
    assert (yes["state"], no["state"]) == ("SENT", "SENT")
    partner = (await tokens.create(EDITOR, "blogger", None, None, partner_id=world.partner_id))[1]
    asked = await opened.ask(
        "{ distributions(filter: {way: REQUEST}) { nodes { id note package { body } } } }",
        token=partner,
    )
    assert {node["id"] for node in asked["distributions"]["nodes"]} == {yes["id"], no["id"]}
    assert {node["note"] for node in asked["distributions"]["nodes"]} == {"请转发"}
    done = await answered(opened, partner, ACCEPT, yes, externalId="4711")
    assert (done["state"], done["post"]["article"]) == ("ACCEPTED", {"id": article})
    told = await answered(opened, partner, REFUSE, no, reason=" ")
    assert told["path"] == ["input", "reason"]
    refused = await answered(opened, partner, REFUSE, no, reason="不合适")
    assert (refused["state"], refused["reason"]) == ("REFUSED", "不合适")
    (again,) = await offered(opened, token, article, names[1], way="REQUEST")
    assert (await answered(opened, partner, CANCEL, again, reason="x"))["code"] == "FORBIDDEN"
    withdrawn = await answered(opened, token, CANCEL, again, reason="另有安排")
    assert withdrawn["state"] == "CANCELLED"


async def test_offers_that_cannot_be(opened: Graph, world: World, token: str) -> None:
    draft = f"Article:{await make_article(world)}"
    article = await published(world)
    name = await account(world, Platform.WEIBO)
    refusals = [
        (draft, [name], {}, "WRONG_STATUS", ["id"]),
        (article, [], {}, "TOO_MANY", ["accountIds"]),
        (article, [name, name], {}, "TOO_MANY", ["accountIds"]),
        (article, [name, "Account:999999"], {}, "NOT_FOUND", ["accountIds", "1"]),
        (article, [name], {"way": "INTERFACE"}, "NOT_CARRIED", ["way"]),
        (article, [await account(world, Platform.PLAUSIBLE)], {}, "NOT_CARRIED", ["accountIds"]),
    ]
    before = await Distribution.all().count()
    for about, accounts, given, code, path in refusals:
        told = await opened.ask(
            DISTRIBUTE, token=token, input={"id": about, "accountIds": accounts, **given}
        )
        assert (told["it"]["code"], told["it"]["path"]) == (code, ["input", *path]), told
    assert await Distribution.all().count() == before
    await offered(opened, token, article, name)
    told = await opened.ask(DISTRIBUTE, token=token, input={"id": article, "accountIds": [name]})
    assert (told["it"]["code"], told["it"]["path"]) == ("TAKEN", ["input", "accountIds", "0"])


async def test_nobody_else_sees_what_is_on_its_way(opened: Graph, world: World, token: str) -> None:
    article = await published(world)
    (one,) = await offered(opened, token, article, await account(world, Platform.WEIBO))
    ways = [
        f'node(id: "{one["id"]}") {{ id }}',
        f'distribution(id: "{one["id"]}") {{ id }}',
        "distributions { totalCount nodes { id } edges { cursor } }",
        f'article(id: "{article}") {{ distributions {{ totalCount nodes {{ id }} }} }}',
    ]
    seen = await opened.ask("{ " + " ".join(ways) + " }")
    assert seen == {
        "node": None,
        "distribution": None,
        "distributions": {"totalCount": 0, "nodes": [], "edges": []},
        "article": {"distributions": {"totalCount": 0, "nodes": []}},
    }
