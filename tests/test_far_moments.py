"""Days and moments at the ends of the calendar, wherever a query takes one."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.graph import Graph, graph

MOMENTS = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "4714-01-01T00:00:00+00:00"]
DAYS = ["0001-01-01", "9999-12-31", "0001-12-31", "9999-01-01"]
NETWORK = [
    *(f'reads(asOf: "{moment}") {{ value status }}' for moment in MOMENTS),
    *(f'series(asOf: "{moment}") {{ value }}' for moment in MOMENTS),
    *(f'gained(asOf: "{moment}") {{ value }}' for moment in MOMENTS),
    *(
        f'series({end}: "{day}", bucket: {bucket}, gaps: {gaps}) {{ startsAt value }}'
        for day in DAYS
        for bucket in ("HOUR", "DAY", "WEEK", "MONTH")
        for end in ("since", "until")
        for gaps in ("true", "false")
    ),
    *(
        f'gained({end}: "{day}", compare: {compare}) {{ value previous ratio }}'
        for day in DAYS
        for end in ("since", "until")
        for compare in ("PERIOD_BEFORE", "YEAR_BEFORE")
    ),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as it:
        yield it


@pytest.mark.parametrize("field", NETWORK)
async def test_the_ends_of_the_calendar_are_answered_or_refused(opened: Graph, field: str) -> None:
    answer = (await opened.post(f"{{ network {{ {field} }} }}")).json()
    codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
    assert codes in ([], ["BAD_USER_INPUT"])
