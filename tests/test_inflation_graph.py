"""The queue of flags in the graph: administrators see it and decide."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from domain.access import SYSTEM, Act, Role
from domain.inflation.finding import find
from domain.tokens.actions import create
from tests import engagement_district as d
from tests.graph import Graph, graph
from tests.rows import nothing_written
from tests.test_inflation_ledger import bought


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def posts(opened: Graph) -> list[int]:
    """The eighth and the ninth are flagged."""
    found = await bought()
    await find(Act(SYSTEM, d.POSTED + timedelta(days=2)), zone=d.ZONE)
    return found


ASK = """{ inflationFlags(first: 5, filter: {state: OPEN}) { totalCount nodes {
    id kind metric version post { id } discount { value } } } }"""
CONFIRM = """mutation($input: ConfirmInflationInput!) { confirmInflation(input: $input) {
    ... on InflationFlagPayload { flag { state version reason decidedBy discount { value }
        post { reads { value } discounts(first: 5) { nodes { value reason } } } } }
    ... on Problem { code path } } }"""
DISMISS = """mutation($input: DismissInflationInput!) { dismissInflation(input: $input) {
    ... on InflationFlagPayload { flag { state version discount { value } } }
    ... on Problem { code path } } }"""


async def test_administrators_decide_in_the_graph(opened: Graph, posts: list[int]) -> None:
    number, token = await create(Act(SYSTEM, datetime.now(UTC)), "t", Role.ADMINISTRATOR, None)
    assert (await opened.error(ASK))["extensions"] == {"code": "FORBIDDEN"}
    shown = (await opened.ask(ASK, token=token))["inflationFlags"]
    assert (shown["totalCount"], [flag["post"]["id"] for flag in shown["nodes"]]) == (
        2,
        [f"Post:{posts[8]}", f"Post:{posts[7]}"],
    )
    newer, older = shown["nodes"]
    given = {"id": older["id"], "version": 1, "reason": "买来的阅读"}
    async with nothing_written():
        error = await opened.error(CONFIRM, input={**given, "discount": 9})
        assert error["message"].startswith("the field discounts needs the role ANALYST")
        assert error["extensions"] == {"code": "FORBIDDEN"}
        refused = await opened.ask(CONFIRM, token=token, input={**given, "discount": 50_501})
        assert refused["confirmInflation"]["path"] == ["input", "discount"]
        stale = {**given, "version": 3}
        refused = await opened.ask(DISMISS, token=token, input=stale)
        assert refused["dismissInflation"]["code"] == "STALE_VERSION"
    made = await opened.ask(CONFIRM, token=token, input={**given, "discount": 49_900})
    assert made["confirmInflation"]["flag"] == {
        "state": "CONFIRMED",
        "version": 2,
        "reason": "买来的阅读",
        "decidedBy": f"t (Token:{number})",
        "discount": {"value": 49_900},
        "post": {
            "reads": {"value": 50_500},
            "discounts": {"nodes": [{"value": 49_900, "reason": "买来的阅读"}]},
        },
    }
    given = {"id": newer["id"], "version": 1, "reason": "新闻"}
    made = await opened.ask(DISMISS, token=token, input=given)
    assert made["dismissInflation"]["flag"] == {
        "state": "DISMISSED",
        "version": 2,
        "discount": None,
    }
    assert (await opened.ask(ASK, token=token))["inflationFlags"]["totalCount"] == 0
