"""The queue of flags: found once, decided once by a person, with what stands beside the total."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from tortoise.exceptions import IntegrityError, OperationalError

from domain.access import SYSTEM, Act
from domain.inflation import actions
from domain.inflation.finding import find
from domain.inflation.models import EngagementDiscount, InflationFlag
from domain.inflation.states import InflationState
from domain.problems import Conflict, Forbidden, Invalid, NotFound
from tests import engagement_district as d
from tests.rows import EDITOR, NO_SUCH, STRANGER
from tests.test_inflation_ledger import bought

FOUND = Act(SYSTEM, d.POSTED + timedelta(days=2))
LATER = replace(EDITOR, now=FOUND.now + timedelta(hours=1))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def posts(database: str) -> AsyncIterator[list[int]]:
    """The eighth and the ninth gained what the others did not."""
    yield await bought()


@pytest_asyncio.fixture(loop_scope="module")
async def flag(posts: list[int]) -> AsyncIterator[InflationFlag]:
    await find(FOUND, zone=d.ZONE)
    yield await InflationFlag.get(post_id=posts[7])


async def everything() -> list[list[dict[str, Any]]]:
    tables = ("inflation_flag", "engagement_discount", "audit_entry", "observation")
    return [await d.rows(f"SELECT * FROM {table} ORDER BY id") for table in tables]


async def test_what_is_found_is_found_once(posts: list[int]) -> None:
    before = len(await d.rows("SELECT id FROM inflation_flag"))
    assert await find(FOUND, zone=d.ZONE) == 2 - before
    stands = await everything()
    assert await find(replace(FOUND, now=LATER.now), zone=d.ZONE) == 0
    assert await everything() == stands
    one, other = await InflationFlag.all().order_by("post_id")
    assert (one.post_id, other.post_id) == (posts[7], posts[8])
    assert (one.kind, one.metric, one.bucket_hours) == ("GAIN_LEVEL", "READS", 1)
    assert (one.observed, one.inputs["group_posts"], one.rule_version) == (50_000, 32, "2026-11")
    assert (one.state, one.version, one.found_at) == (InflationState.OPEN, 1, FOUND.now)
    assert await find(replace(FOUND, now=FOUND.now + timedelta(days=40)), zone=d.ZONE) == 0


@pytest.mark.parametrize(
    ("act", "change", "refusal"),
    [
        (STRANGER, {}, Forbidden),
        (LATER, {"flag_id": NO_SUCH}, NotFound),
        (LATER, {"version": 2}, Conflict),
        (LATER, {"reason": ""}, Invalid),
        (LATER, {"reason": "x" * 501}, Invalid),
        (LATER, {"discount": 0}, Invalid),
        (LATER, {"discount": 50_501}, Invalid),
    ],
)
async def test_a_refusal_changes_nothing(
    flag: InflationFlag, act: Act, change: dict[str, Any], refusal: type[Exception]
) -> None:
    before = await everything()
    given = {"flag_id": flag.id, "version": 1, "reason": "刷量", "discount": 1, **change}
    with pytest.raises(refusal):
        await actions.confirm(act, **given)
    if "discount" not in change:
        given.pop("discount")
        with pytest.raises(refusal):
            await actions.dismiss(act, **given)
    assert await everything() == before


async def test_a_discount_stands_beside_the_total(flag: InflationFlag, posts: list[int]) -> None:
    observed = await d.rows("SELECT * FROM observation ORDER BY id")
    await actions.confirm(LATER, flag.id, 1, "买来的阅读", 49_900)
    (discount,) = await EngagementDiscount.all()
    assert (discount.flag_id, discount.post_id, discount.value) == (flag.id, posts[7], 49_900)
    assert (discount.reason, discount.confirmed_by) == ("买来的阅读", "editor")
    assert await d.rows("SELECT * FROM observation ORDER BY id") == observed
    assert (await d.figures("POST", posts[7]))["value"] == 50_500
    decided = await InflationFlag.get(id=flag.id)
    assert (decided.state, decided.version) == (InflationState.CONFIRMED, 2)
    assert (decided.decided_by, decided.decided_at) == ("editor", LATER.now)
    (entry,) = await d.rows("SELECT * FROM audit_entry WHERE action = 'inflation.confirm'")
    assert (entry["subject"], entry["actor"]) == (f"InflationFlag:{flag.id}", "editor")
    with pytest.raises(Conflict, match="decided already"):
        await actions.dismiss(LATER, flag.id, 2, "no")
    assert await find(FOUND, zone=d.ZONE) == 0
    assert len(await EngagementDiscount.all()) == 1


@pytest.mark.parametrize("change", ["UPDATE {} SET value = 1", "DELETE FROM {}", "TRUNCATE {}"])
async def test_the_database_refuses_to_alter_a_discount(posts: list[int], change: str) -> None:
    before = await everything()
    with pytest.raises(
        (IntegrityError, OperationalError), match=r"only ever appended to|permission denied"
    ):
        await d.rows(change.format("engagement_discount"))
    assert await everything() == before


async def test_two_who_decide_at_once(posts: list[int]) -> None:
    await find(FOUND, zone=d.ZONE)
    flag = await InflationFlag.get(post_id=posts[8])
    said = await asyncio.gather(
        actions.dismiss(LATER, flag.id, 1, "新闻"),
        actions.confirm(LATER, flag.id, 1, "刷量", 5),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in said) == ["Conflict", "NoneType"]
    assert (await InflationFlag.get(id=flag.id)).version == 2
