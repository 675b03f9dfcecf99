"""Every refusal of an observation names its field, and nothing is written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from tortoise.exceptions import IntegrityError, OperationalError

from domain.engagement.actions.rollup import RollUp, roll_up, roll_up_all
from domain.engagement.checks import EARLIEST
from domain.engagement.rules import MAX_VALUE, Metric, ValueKind
from domain.problems import Invalid, NotFound
from tests import engagement_district as d

DAY = datetime(2025, 10, 2, tzinfo=UTC)
PERIOD = {
    "value_kind": ValueKind.INTERVAL,
    "period_starts_at": DAY,
    "period_ends_at": DAY + timedelta(days=1),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def post_id(database: str) -> AsyncIterator[int]:
    district = await d.build()
    yield await d.post(district, "post", organization_id=district.branch)


async def written() -> list[list[dict[str, Any]]]:
    return [
        await d.rows("SELECT * FROM observation ORDER BY id"),
        await d.rows("SELECT * FROM engagement_dirty ORDER BY id"),
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"value": -1}, "value"),
        ({"value": MAX_VALUE + 1}, "value"),
        ({"value": 2**70}, "value"),
        ({"observed_at": d.NOW + timedelta(minutes=5, seconds=1)}, "observed_at"),
        ({"observed_at": EARLIEST - timedelta(seconds=1)}, "observed_at"),
        ({"observed_at": DAY.replace(tzinfo=None)}, "observed_at"),
        ({"observed_at": datetime.max.replace(tzinfo=UTC)}, "observed_at"),
        ({"definition": ""}, "definition"),
        ({"definition": "weibo\0reads"}, "definition"),
        ({"definition": "weibo\ud800reads"}, "definition"),
        ({"definition": "x" * 101}, "definition"),
        ({"value_kind": ValueKind.INTERVAL}, "period_starts_at"),
        ({**PERIOD, "period_ends_at": None}, "period_ends_at"),
        ({**PERIOD, "period_ends_at": DAY}, "period_ends_at"),
        ({**PERIOD, "period_ends_at": DAY + timedelta(days=367)}, "period_ends_at"),
        ({**PERIOD, "period_ends_at": DAY.replace(tzinfo=None)}, "period_ends_at"),
        ({**PERIOD, "period_starts_at": DAY.replace(tzinfo=None)}, "period_starts_at"),
        ({**PERIOD, "period_starts_at": d.NOW + timedelta(hours=1)}, "period_starts_at"),
        ({**PERIOD, "value_kind": ValueKind.CUMULATIVE}, "period_starts_at"),
    ],
)
async def test_a_faulty_item_is_named_and_refuses_the_whole(
    post_id: int, change: dict[str, Any], field: str
) -> None:
    before = await written()
    good = d.reads(post_id, 7, DAY)
    with pytest.raises(Invalid) as refused:
        await d.take(good, good._replace(**change), good)
    assert refused.value.path == ("1", field)
    assert await written() == before


@pytest.mark.parametrize("unknown", [0, -1, 999_999, 2**63, -(2**70)])
async def test_an_unknown_post_is_not_found(post_id: int, unknown: int) -> None:
    before = await written()
    with pytest.raises(NotFound) as refused:
        await d.take(d.reads(post_id, 7, DAY), d.reads(unknown, 7, DAY))
    assert refused.value.path == ("1", "post_id")
    assert await written() == before


async def test_the_edges_are_taken(post_id: int) -> None:
    edges = [
        d.reads(post_id, 0, EARLIEST),
        d.reads(post_id, MAX_VALUE, d.NOW + timedelta(minutes=5)),
        d.reads(post_id, 1, DAY, **PERIOD),
    ]
    assert await d.take(*edges) == [True, True, True]
    assert await d.take(*edges) == [False, False, False]


async def test_nothing_to_record_is_nothing(post_id: int) -> None:
    before = await written()
    assert await d.take() == []
    assert await written() == before


async def test_the_database_itself_refuses_to_alter_history(post_id: int) -> None:
    await d.take(d.reads(post_id, 5, DAY + timedelta(hours=1)))
    before = await written()
    for statement in (
        "UPDATE observation SET value = value + 1",
        "DELETE FROM observation",
        "TRUNCATE observation",
    ):
        with pytest.raises(OperationalError, match="permission denied"):
            await d.rows(statement)
    assert await written() == before


async def test_a_failed_transaction_leaves_neither_observation_nor_mark(post_id: int) -> None:
    await roll_up_all(zone=d.ZONE)
    before = await written()
    orphan = d.reads(post_id, 6, DAY, raw_answer_id=999_999)
    with pytest.raises(IntegrityError):
        await d.take(d.reads(post_id, 6, DAY, metric=Metric.LIKES), orphan)
    assert await written() == before
    assert await roll_up(zone=d.ZONE) == RollUp(0, 0)
