"""Figures, and what was doubted of them."""

from __future__ import annotations

from typing import Any

from tests.access_table.callers import (
    ADMINISTRATORS,
    DRAFTS,
    ELSEWHERE,
    EMPTY,
    FIGURES,
    NOBODY,
    NOT_THERE,
    ONE,
    SELECT_FIGURES,
    Read,
    Write,
    listed,
    public,
)
from tests.access_table.district import District, make_flag

QUERIES: dict[str, list[Read]] = {
    "node": [
        Read('{ it: node(id: "%(flag)s") { id } }', FIGURES, {"id": "%(flag)s"}),
    ],
    "engagementSeries": [
        Read(
            '{ it: engagementSeries(id: "%(draft)s") { subject { id } } }',
            DRAFTS,
            {"subject": {"id": "%(draft)s"}},
        )
    ],
    "leaderboard": [public("{ it: leaderboard(of: ARTICLES) { rank } }", [])],
    "inflationFlags": [
        Read("{ it: inflationFlags " + ONE + " }", FIGURES, listed("flag"), EMPTY, SELECT_FIGURES)
    ],
    "definitions": [
        public(
            "{ it: definitions(platform: BILIBILI, metric: SHARES) { metric } }",
            [{"metric": "SHARES"}],
        )
    ],
    "indexFormulas": [public("{ it: indexFormulas { __typename } }", None)],
}

FIELDS: dict[tuple[str, str], Read] = {
    ("Post", "discounts"): Read(
        '{ it: post(id: "%(post)s") { discounts { totalCount } } }',
        FIGURES,
        {"discounts": {"totalCount": 0}},
        None,
        SELECT_FIGURES,
    ),
}


async def _flag(district: District) -> dict[str, Any]:
    number = await make_flag(int(district.ids["post"].split(":")[1]))
    return {"id": f"InflationFlag:{number}", "version": 1, "reason": "不是刷量"}


async def _discount(district: District) -> dict[str, Any]:
    """More than the post has: whoever may decide is told so."""
    return {**await _flag(district), "discount": 1}


MUTATIONS: dict[str, Write] = {
    "confirmInflation": Write(
        _discount,
        frozenset(),
        NOBODY,
        ((ADMINISTRATORS, "INVALID input.discount"), (ELSEWHERE, NOT_THERE)),
    ),
    "dismissInflation": Write(_flag, ADMINISTRATORS, NOBODY, ((ELSEWHERE, NOT_THERE),)),
}
