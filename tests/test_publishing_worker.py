"""The worker's part in publishing: what breaks holds nothing up; the calendar in the graph."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

import workers.publishing
from domain.access import SYSTEM, Act, Role
from domain.articles.models import Article
from domain.publishing import actions
from domain.publishing.actions.execution import CarriedOut, Due, carry_out
from domain.publishing.rules import PlannedStep
from domain.tokens import actions as tokens
from tests.graph import Graph, graph
from tests.platforms import BOX
from tests.pulling.world import SHANGHAI
from tests.rows import EDITOR, make_article, make_world
from workers.periodic import PERIODIC
from workers.publishing import publish_due
from workers.tools import Tools

HOUR = timedelta(hours=1)
CALENDAR = """query($filter: PublicationPlanFilter) {
    publicationPlans(orderBy: SOONEST, filter: $filter) {
        nodes { step state at revision told article { title embargo { until } } } } }"""
PLAN = """mutation($input: PlanPublicationInput!) { planPublication(input: $input) {
    ... on PublicationPlanPayload { plan { id state revision maker version } }
    ... on Problem { code message path } } }"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as it:
        yield it


async def calendar(opened: Graph, token: str, given: dict[str, Any]) -> list[Any]:
    answer = await opened.ask(CALENDAR, token=token, filter=given)
    found: list[Any] = answer["publicationPlans"]["nodes"]
    return found


def tools_at(now: datetime) -> Tools:
    return Tools(
        session=None,  # type: ignore[arg-type]  # nothing is asked of anybody
        box=BOX,
        zone=SHANGHAI,
        pull_interval_seconds=300,
        platform_urls={},
        adapters={},
        clock=lambda: now,
    )


async def test_what_breaks_is_tried_again_and_holds_nothing_up(
    opened: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC) - 2 * HOUR
    act = Act(SYSTEM, now)
    world = await make_world()
    first, second = await make_article(world), await make_article(world)
    for article_id in (first, second):
        new = actions.NewPlan(article_id=article_id, step=PlannedStep.PUBLISH, at=now + HOUR)
        await actions.plan(act, new)
    asked: list[int] = []

    async def breaking(due: Due, at: datetime) -> CarriedOut | None:
        asked.append(due.article_id)
        if due.article_id == first and asked.count(first) == 1:
            raise OSError("the database went away")
        return await carry_out(due, at)

    monkeypatch.setattr(workers.publishing, "carry_out", breaking)
    tools = tools_at(datetime.now(UTC))
    await publish_due(tools)
    assert asked == [first, second]
    numbers = [(await Article.get(id=each)).public_number for each in (first, second)]
    assert numbers == [None, 1]
    await publish_due(tools)
    assert (await Article.get(id=first)).public_number == 1
    assert [each.name for each in PERIODIC if each.work is publish_due] == ["publish"]


async def test_the_calendar(opened: Graph) -> None:
    world = await make_world()
    _, token = await tokens.create(EDITOR, "calendar", Role.ADMINISTRATOR, None)
    article_id = await make_article(world, title="开幕")
    start = datetime(2099, 5, 1, tzinfo=UTC)
    await actions.set_embargo(EDITOR, article_id, start)
    given = {"articleId": f"Article:{article_id}", "step": "PUBLISH", "at": start.isoformat()}
    made = await opened.ask(PLAN, token=token, input=given)
    assert made["planPublication"]["plan"] | {"id": ""} == {
        "id": "",
        "state": "PLANNED",
        "revision": 1,
        "maker": made["planPublication"]["plan"]["maker"],
        "version": 1,
    }
    again = await opened.ask(PLAN, token=token, input=given)
    assert (again["planPublication"]["code"], again["planPublication"]["path"]) == (
        "PLANNED",
        ["input", "step"],
    )
    later = {**given, "step": "WITHDRAW", "at": (start + HOUR).isoformat()}
    await opened.ask(PLAN, token=token, input=later)
    here: dict[str, Any] = {"within": f"Organization:{world.organization_id}"}
    month = {**here, "since": start.isoformat(), "before": (start + 720 * HOUR).isoformat()}
    found = await calendar(opened, token, month)
    assert [(each["step"], each["state"], each["revision"]) for each in found] == [
        ("PUBLISH", "PLANNED", 1),
        ("WITHDRAW", "PLANNED", None),
    ]
    article = {"title": "开幕", "embargo": {"until": "2099-05-01T00:00:00+00:00"}}
    assert found[0]["article"] == article
    first_hour = {**month, "before": (start + HOUR).isoformat()}
    assert len(await calendar(opened, token, first_hour)) == 1
    assert await calendar(opened, "", month) == []
