"""Plans of publications, and embargoes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.publishing import actions
from domain.publishing.rules import PlannedStep
from tests.access_table.callers import (
    DRAFTS,
    ELSEWHERE,
    NOBODY,
    PUBLISHERS,
    Read,
    Write,
)
from tests.access_table.district import LATER, District
from tests.rows import make_article

QUERIES: dict[str, list[Read]] = {
    "publicationPlans": [
        Read(
            '{ it: publicationPlans(filter: {articleId: "%(draft)s"}) { nodes { id } } }',
            DRAFTS,
            {"nodes": [{"id": "%(plan)s"}]},
            {"nodes": []},
        )
    ],
    "article": [
        Read(
            '{ it: article(id: "%(draft)s") { embargo { reason } } }',
            DRAFTS,
            {"embargo": {"reason": "发布会"}},
        )
    ],
}


async def make_plan(district: District, article_id: int) -> int:
    new = actions.NewPlan(article_id=article_id, step=PlannedStep.PUBLISH, at=LATER)
    return await actions.plan(district.act, new)


async def _planned(district: District) -> dict[str, Any]:
    article_id = await make_article(district.here)
    return {"articleId": f"Article:{article_id}", "step": "PUBLISH", "at": LATER.isoformat()}


async def _moved(district: District) -> dict[str, Any]:
    return {**await _cancelled(district), "at": (LATER + timedelta(days=1)).isoformat()}


async def _cancelled(district: District) -> dict[str, Any]:
    plan_id = await make_plan(district, await make_article(district.here))
    return {"id": f"PublicationPlan:{plan_id}", "version": 1}


async def _embargoed(district: District) -> dict[str, Any]:
    article_id = await make_article(district.here)
    return {"articleId": f"Article:{article_id}", "until": LATER.isoformat()}


async def _lifted(district: District) -> dict[str, Any]:
    article_id = await make_article(district.here)
    await actions.set_embargo(district.act, article_id, LATER)
    return {"articleId": f"Article:{article_id}"}


NO_ARTICLE = "NOT_FOUND input.id"
"""Whoever may publish elsewhere, and does not see this draft."""

MUTATIONS: dict[str, Write] = {
    name: Write(setup, PUBLISHERS, NOBODY, ((ELSEWHERE, NO_ARTICLE),))
    for name, setup in (
        ("planPublication", _planned),
        ("movePublication", _moved),
        ("cancelPublication", _cancelled),
        ("setEmbargo", _embargoed),
        ("liftEmbargo", _lifted),
    )
}
