"""A total says what it is made of: exact parts, for a post and for what stands above it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio

from domain.engagement.actions.rollup import roll_up_all
from domain.engagement.rules import Source
from tests import engagement_district as d
from tests.graph import Graph, graph

DAY = datetime(2025, 10, 2, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEIBO, PEOPLE = "weibo.reads/2013-03", "wechat.read_users/2025-11"
WHY = """query ($id: ID!, $then: DateTime) { node(id: $id) { ... on Counted { reads(asOf: $then) {
  value coverage { known counted people reposts }
  explain {
    definition { code population }
    posts { part value definition post { id } }
    sources { source definition observations posts }
    corrections { day value }
    observations { value observedAt source definition answerSha256 }
  } } } } }"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def district(opened: Graph) -> d.District:
    district = await d.build()
    for article in (district.article, district.other_article):
        await d.rows(
            "UPDATE article SET status = 'PUBLISHED', public_number = 1, published_at = listed_at"
            " WHERE id = $1",
            article,
        )
    return district


async def why(opened: Graph, id_: str, then: datetime | None = None) -> Any:
    asked = await opened.ask(WHY, id=id_, then=then and then.isoformat())
    return asked["node"]["reads"]


async def test_a_post_lists_its_observations_and_corrections(
    opened: Graph, district: d.District
) -> None:
    post = await d.post(district, "one", organization_id=district.point)
    await d.take(
        d.reads(post, 100, DAY, definition=WEIBO),
        d.reads(post, 130, DAY + 24 * HOUR, definition=WEIBO),
    )
    await roll_up_all(zone=d.ZONE)
    earlier = d.NOW + HOUR
    await d.take(
        d.reads(post, 90, DAY + 48 * HOUR, definition=WEIBO, source=Source.PUSH),
        now=d.NOW + 2 * HOUR,
    )
    await roll_up_all(zone=d.ZONE)
    found = await why(opened, f"Post:{post}")
    assert (found["value"], found["explain"]["definition"]) == (
        90,
        {"code": WEIBO, "population": "IMPRESSIONS"},
    )
    assert found["explain"]["corrections"] == [{"day": "2025-10-04", "value": -40}]
    assert [row["value"] for row in found["explain"]["observations"]] == [90, 130, 100]
    assert found["explain"]["observations"][0] == {
        "value": 90,
        "observedAt": "2025-10-04T01:00:00+00:00",
        "source": "PUSH",
        "definition": WEIBO,
        "answerSha256": None,
    }
    assert found["explain"]["sources"] == [
        {"source": "PULL", "definition": WEIBO, "observations": 2, "posts": 1},
        {"source": "PUSH", "definition": WEIBO, "observations": 1, "posts": 1},
    ]
    before = await d.rows("SELECT clock_timestamp() AS now")
    assert (await why(opened, f"Post:{post}", before[0]["now"]))["value"] == 90
    known = (await why(opened, f"Post:{post}", earlier))["explain"]
    assert [row["value"] for row in known["observations"]] == [130, 100]


async def test_what_stands_above_says_what_is_left_out_and_why(
    opened: Graph, district: d.District
) -> None:
    home: dict[str, Any] = {"organization_id": district.point, "article_id": district.article}
    original, repost, people, silent = [
        await d.post(district, "original", **home),
        0,
        await d.post(district, "people", **home),
        await d.post(district, "silent", **home),
    ]
    repost = await d.post(district, "repost", repost_of_id=original, **home)
    await d.take(
        d.reads(original, 500, DAY, definition=WEIBO),
        d.reads(repost, 60, DAY, definition=WEIBO),
        d.reads(people, 300, DAY, definition=PEOPLE),
    )
    await roll_up_all(zone=d.ZONE)
    found = await why(opened, f"Article:{district.article}")
    assert found["value"] == 500
    assert found["coverage"] == {"known": 4, "counted": 1, "people": 1, "reposts": 1}
    assert found["explain"] == {
        "definition": None,
        "posts": [
            part("COUNTED", 500, WEIBO, original),
            part("PEOPLE", 300, PEOPLE, people),
            part("REPOST", 60, WEIBO, repost),
            part("UNKNOWN", None, None, silent),
        ],
        "sources": [
            {"source": "PULL", "definition": WEIBO, "observations": 2, "posts": 2},
            {"source": "PULL", "definition": PEOPLE, "observations": 1, "posts": 1},
        ],
        "corrections": [],
        "observations": [],
    }
    own = await why(opened, f"Post:{people}")
    assert own["explain"]["posts"] == [part("COUNTED", 300, PEOPLE, people)]


def part(what: str, value: int | None, definition: str | None, post: int) -> Any:
    return {"part": what, "value": value, "definition": definition, "post": {"id": f"Post:{post}"}}


async def test_posts_of_a_draft_are_not_told(opened: Graph, district: d.District) -> None:
    home: dict[str, Any] = {
        "organization_id": district.branch,
        "article_id": district.other_article,
    }
    hidden = await d.post(district, "hidden", **home)
    await d.take(d.reads(hidden, 7, DAY, definition="ours"))
    await roll_up_all(zone=d.ZONE)
    assert len((await why(opened, f"Organization:{district.branch}"))["explain"]["posts"]) > 0
    await d.rows(
        "UPDATE article SET status = 'WITHDRAWN', public_number = NULL WHERE id = $1",
        district.other_article,
    )
    told = (await why(opened, f"Organization:{district.branch}"))["explain"]["posts"]
    assert f"Post:{hidden}" not in [row["post"]["id"] for row in told]
