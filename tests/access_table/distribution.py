"""Articles on their way to accounts."""

from __future__ import annotations

from typing import Any

from domain.articles import actions as articles
from domain.distribution import actions as distribution
from domain.distribution.rules import DistributionWay
from tests.access_table.callers import (
    DRAFTS,
    ELSEWHERE,
    EMPTY,
    NOBODY,
    NOT_THERE,
    NOT_YOURS,
    ONE,
    PUBLISHERS,
    Read,
    Write,
    listed,
    unique,
)
from tests.access_table.district import District
from tests.rows import make_article

SEERS = DRAFTS | {"partner"}

QUERIES: dict[str, list[Read]] = {
    "node": [
        Read('{ it: node(id: "%(distribution)s") { id } }', SEERS, {"id": "%(distribution)s"})
    ],
    "distribution": [
        Read(
            '{ it: distribution(id: "%(distribution)s") { package { form } } }',
            SEERS,
            {"package": {"form": "TEXT"}},
        )
    ],
    "distributions": [
        Read(
            '{ it: distributions(filter: {articleId: "%(sent)s"}) ' + ONE + " }",
            SEERS,
            listed("distribution"),
            EMPTY,
        )
    ],
}


async def _published(district: District) -> dict[str, Any]:
    number = await make_article(district.here)
    await articles.publish(district.act, number, 1)
    return {"id": f"Article:{number}", "accountIds": [district.ids["account"]]}


async def _asked(district: District) -> dict[str, Any]:
    given = await _published(district)
    offer = distribution.Offer(
        article_id=int(given["id"].split(":")[1]),
        account_ids=[district.here.account_id],
        way=DistributionWay.REQUEST,
    )
    (number,) = await distribution.distribute(district.act, offer, "")
    return {"id": f"Distribution:{number}", "version": 1}


async def _accepted(district: District) -> dict[str, Any]:
    return {**await _asked(district), "externalId": f"d{unique()}"}


async def _ended(district: District) -> dict[str, Any]:
    return {**await _asked(district), "reason": "不合适"}


AWAY = ELSEWHERE | {"partner elsewhere"}
MUTATIONS: dict[str, Write] = {
    "distributeArticle": Write(_published, PUBLISHERS, NOBODY, ((ELSEWHERE, NOT_YOURS),)),
    "acceptDistribution": Write(
        _accepted, PUBLISHERS | {"partner"}, NOBODY, ((AWAY, NOT_THERE),), entries=2
    ),
    "refuseDistribution": Write(_ended, PUBLISHERS | {"partner"}, NOBODY, ((AWAY, NOT_THERE),)),
    "cancelDistribution": Write(
        _ended, PUBLISHERS, NOBODY, ((AWAY, NOT_THERE), (frozenset({"partner"}), NOT_YOURS))
    ),
}
