"""Afternoon: the article goes public at its time, is carried further, and its reads come back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from domain.articles.rules import page_of
from domain.ids import parse_id
from domain.tokens import actions as tokens
from tests.platforms import HOUR, counters, seen_ids
from tests.whole_day.cast import act
from tests.whole_day.centre import Centre
from tests.whole_day.writing import ARTICLE

PLAN = "{ plan { id version state at } }"
PUBLIC = """query($id: ID!) { article(id: $id) {
    id title status slug publishedAt publicRevision { number } draft { number } } }"""
SENT = "{ distributions { id way state version } }"
ANSWERED = "{ distribution { id state version post { id url } } }"
LATER = "2025-10-03T20"
TITLE = "志愿者为老街安装路灯"
SEARCH = """query($words: String!) { search(query: $words, first: 5) { nodes { subject {
    ... on Article { id } } } } }"""
READS = """query($article: ID!, $partner: ID!, $centre: ID!) {
    article(id: $article) { reads { value status } }
    partner(id: $partner) { reads { value status } }
    organization(id: $centre) { reads { value status } } }"""


async def it_waits_for_its_time(centre: Centre) -> None:
    """What passed is what goes public, whatever 王 has saved since."""
    article = centre.known["article"]
    await centre.do("wang", "updateArticle", ARTICLE, id=article, version=2, subtitle="灯亮了")
    await centre.refused("zhou", "publishArticle", "NOT_REVIEWED", id=article, version=3)
    await centre.refused("zhou", "publishArticle", "STALE_VERSION", id=article, version=2)
    to = {"id": article, "accountIds": ["Account:1"]}
    await centre.refused("zhou", "distributeArticle", "WRONG_STATUS", **to)
    now = datetime.now(UTC)
    given = {"articleId": article, "step": "PUBLISH", "revision": 2}
    soon = {**given, "at": (now + timedelta(seconds=3)).isoformat()}
    late = {**given, "at": (now - timedelta(seconds=3)).isoformat()}
    await centre.refused("zhou", "planPublication", "PAST", **late)
    await centre.refused("zhou", "planPublication", "NOT_FOUND", **{**soon, "revision": 9})
    await centre.refused("wang", "planPublication", "FORBIDDEN", **soon)
    await centre.refused("stranger", "planPublication", "NOT_FOUND", **soon)
    plan = (await centre.do("zhou", "planPublication", PLAN, **soon))["plan"]
    await centre.refused("zhou", "planPublication", "PLANNED", **soon)
    moved = {"id": plan["id"], "version": 9, "at": soon["at"]}
    await centre.refused("zhou", "movePublication", "STALE_VERSION", **moved)
    await centre.refused("wang", "cancelPublication", "FORBIDDEN", id=plan["id"], version=1)
    centre.known |= {"plan": plan["id"], "planned": plan["at"]}


async def the_worker_publishes_it(centre: Centre) -> None:
    article = centre.known["article"]
    query = "query($id: ID!) { node(id: $id) { id } }"

    async def is_public() -> bool:
        return bool((await centre.ask("visitor", query, id=article))["node"])

    await centre.waits(is_public)
    told = (await centre.ask("zhou", PUBLIC, id=article))["article"]
    assert told["publishedAt"] >= centre.known["planned"]
    assert (told["status"], told["title"]) == ("PUBLISHED", TITLE)
    assert (told["publicRevision"], told["draft"]) == ({"number": 2}, {"number": 3})
    given = {"id": centre.known["plan"], "version": 2}
    await centre.refused("zhou", "cancelPublication", "WRONG_STATUS", **given)
    centre.known["page"] = page_of(told["slug"])
    await everybody_finds_it(centre)
    page = (await centre.get("visitor", centre.known["page"]))[1]
    assert "灯亮了" not in page
    assert 'alt="志愿者在梯子上安装路灯"' in page


async def everybody_finds_it(centre: Centre) -> None:
    await centre.waits(lambda: _found(centre, {"page", "feed", "sitemap", "news", "search"}))


async def nobody_finds_it(centre: Centre) -> None:
    await centre.waits(lambda: _found(centre, set()))


async def _found(centre: Centre, where: set[str]) -> bool:
    """Whether a visitor finds the article in just these places."""
    page, title = centre.known["page"], centre.known.get("title", TITLE)
    hits = (await centre.ask("visitor", SEARCH, words="安装路灯"))["search"]["nodes"]
    seen = {
        "page": (await centre.get("visitor", page))[0] == 200,
        "feed": title in (await centre.get("visitor", "/feeds/articles.json"))[1],
        "sitemap": page in (await centre.get("visitor", "/sitemaps/articles-1.xml"))[1],
        "news": title in (await centre.get("visitor", "/sitemaps/news.xml"))[1],
        "search": {"subject": {"id": centre.known["article"]}} in hits,
    }
    return {name for name, is_there in seen.items() if is_there} == where


async def it_goes_out_to_partners(centre: Centre) -> None:
    """By the platform's interface, by hand, and by asking, each with its own state."""
    accounts = await _partners(centre)
    given = {"id": centre.known["article"], "accountIds": [accounts["mastodon"], accounts["weibo"]]}
    await centre.refused("wang", "distributeArticle", "FORBIDDEN", **given)
    await centre.refused("stranger", "distributeArticle", "FORBIDDEN", **given)
    await centre.refused("zhou", "distributeArticle", "NOT_CARRIED", **given, way="INTERFACE")
    sent = (await centre.do("zhou", "distributeArticle", SENT, **given))["distributions"]
    assert [(each["way"], each["state"]) for each in sent] == [
        *(("INTERFACE", "QUEUED"), ("COPY", "QUEUED"))
    ]
    centre.known["mastodon"] = sent[0]["id"]
    # First of all: the worker's hand would show in what a refusal must leave as it was.
    await centre.waits(lambda: _has_arrived(centre))
    await centre.refused("zhou", "distributeArticle", "TAKEN", **given)
    asked = {**given, "accountIds": [accounts["douyin"], accounts["zhihu"]], "way": "REQUEST"}
    requests = (await centre.do("zhou", "distributeArticle", SENT, **asked))["distributions"]
    assert [each["state"] for each in requests] == ["SENT", "SENT"]
    centre.known["unanswered"] = requests[1]["id"]
    await _the_partner_answers(centre, requests[0])
    await _li_pastes_the_link(centre, sent[1])


async def _partners(centre: Centre) -> dict[str, str]:
    """A blogger with accounts on four platforms, and a token of the blogger's own."""
    new = {"kind": "BLOGGER", "name": "老街博主", "organizationId": centre.known["centre"]}
    made = await centre.do("operator", "registerPartner", "{ partner { id } }", **new)
    partner = made["partner"]["id"]
    told: dict[str, dict[str, Any]] = {
        "mastodon": {"baseUrl": "https://mastodon.example", "credential": "media-story"},
        "weibo": {"credential": "media-story", "isMedia": True},
    }
    accounts = {}
    for platform in ("mastodon", "weibo", "douyin", "zhihu"):
        account = {"partnerId": partner, "platform": platform.upper(), "handle": "@老街"}
        account |= {"externalId": "1000001", **told.get(platform, {})}
        made = await centre.do("operator", "registerAccount", "{ account { id } }", **account)
        accounts[platform] = made["account"]["id"]
    _, text = await tokens.create(act(), "老街博主", None, None, partner_id=parse_id(partner)[1])
    centre.people["partner"].headers["authorization"] = f"Bearer {text}"
    centre.known["partner"] = partner
    return accounts


async def _the_partner_answers(centre: Centre, request: Any) -> None:
    seen = {"id": request["id"], "version": 1}
    await centre.refused("stranger", "acceptDistribution", "NOT_FOUND", **seen, externalId="1")
    await centre.refused("partner", "cancelDistribution", "FORBIDDEN", **seen, reason="不要")
    await centre.refused("partner", "refuseDistribution", "EMPTY", **seen, reason=" ")
    refused = await centre.do("partner", "refuseDistribution", ANSWERED, **seen, reason="不合适")
    assert refused["distribution"]["state"] == "REFUSED"
    again = {"id": request["id"], "version": 2, "externalId": "1"}
    await centre.refused("partner", "acceptDistribution", "WRONG_STATUS", **again)


async def _li_pastes_the_link(centre: Centre, copied: Any) -> None:
    """周 may; the post stands where it was put by hand."""
    (external_id,) = seen_ids(1, start=40)
    post = {"id": copied["id"], "version": 1, "externalId": external_id}
    await centre.refused("li", "acceptDistribution", "FORBIDDEN", **post)
    await centre.refused("zhou", "acceptDistribution", "STALE_VERSION", **{**post, "version": 2})
    done = (await centre.do("zhou", "acceptDistribution", ANSWERED, **post))["distribution"]
    assert done["state"] == "ACCEPTED"
    centre.known |= {"topic": external_id, "post": done["post"]["id"]}


async def _has_arrived(centre: Centre) -> bool:
    """Whether the platform shows what the worker sent, with the link to the article's page."""
    query = "query($id: ID!) { distribution(id: $id) { state post { externalId } } }"
    sent = (await centre.ask("zhou", query, id=centre.known["mastodon"]))["distribution"]
    if sent["state"] == "QUEUED":
        return False
    path = f"/mastodon/api/v1/statuses/{sent['post']['externalId']}"
    status, told = centre.sandbox.call("GET", path, authorization="Bearer media-story")
    assert (status, sent["state"]) == (200, "ACCEPTED"), told
    assert f"{centre.url}{centre.known['page']}" in told["content"]
    return True


async def its_reads_come_back(centre: Centre) -> None:
    """The worker pulls them; the totals of all that stands above the post rise with them."""
    for hour in (HOUR, LATER):
        centre.sandbox.call("PUT", "/clock", {"hour": hour})
        reads = counters(centre.known["topic"], hour)["reads"]
        await centre.waits(partial(_are_read, centre, {"value": reads, "status": "EXACT"}))


async def _are_read(centre: Centre, expected: Any) -> bool:
    ids = {name: centre.known[name] for name in ("article", "partner", "centre")}
    told = await centre.ask("visitor", READS, **ids)
    return all(each == {"reads": expected} for each in told.values())
