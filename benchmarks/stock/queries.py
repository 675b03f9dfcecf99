"""The queries, with their rows fetched ahead: six statements for a feed, whatever its length."""

from __future__ import annotations

from datetime import date
from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig
from tortoise.expressions import Q
from tortoise.query_utils import Prefetch
from tortoise.queryset import QuerySet

from benchmarks.stock.totals import leaders, totals
from benchmarks.stock.types import (
    Article,
    ArticlePage,
    BigInt,
    LeaderboardEntry,
    LeaderboardOf,
    Metric,
    Network,
    Organization,
    OrganizationPage,
    PageInfo,
    cursor,
    read_cursor,
)
from domain.articles.models import Article as ArticleRow
from domain.organizations.models import Organization as OrganizationRow
from domain.partners.models import Partner as PartnerRow
from domain.posts.models import Post as PostRow

MODELS: dict[str, Any] = {
    "ARTICLE": ArticleRow,
    "PARTNER": PartnerRow,
    "ORGANIZATION": OrganizationRow,
}


def _with_relations(rows: QuerySet[ArticleRow]) -> QuerySet[ArticleRow]:
    posts = PostRow.filter(public=True).order_by("-posted_at", "-id")
    return rows.prefetch_related(
        "author",
        "category",
        "organization",
        Prefetch("posts", posts.prefetch_related("account__partner")),
    )


async def _count(kind: str, rows: list[Any]) -> None:
    """Puts the totals on the rows, all of them fetched at once."""
    found = await totals(kind, [row.id for row in rows])
    for row in rows:
        row.totals = found


@strawberry.type
class Query:
    @strawberry.field
    async def articles(self, first: int = 20, after: str | None = None) -> ArticlePage:
        listed = ArticleRow.filter(status="PUBLISHED")
        if after is not None:
            moment, number = read_cursor(after)
            listed = listed.filter(Q(listed_at__lt=moment) | Q(listed_at=moment, id__lt=number))
        page = _with_relations(listed.order_by("-listed_at", "-id").limit(first + 1))
        rows: list[Any] = await page
        end = cursor(rows[:first][-1]) if rows else None
        return ArticlePage(
            nodes=rows[:first], page_info=PageInfo(has_next_page=len(rows) > first, end_cursor=end)
        )

    @strawberry.field
    async def article(self, id: strawberry.ID) -> Article | None:
        number = int(id.partition(":")[2])
        rows: list[Any] = await _with_relations(ArticleRow.filter(id=number, status="PUBLISHED"))
        if not rows:
            return None
        await _count("ARTICLE", rows)
        await _count("POST", list(rows[0].posts))
        found: Article = rows[0]
        return found

    @strawberry.field
    async def organizations(self, first: int = 20) -> OrganizationPage:
        rows: list[Any] = await OrganizationRow.all().order_by("id").limit(first)
        listed: list[Organization] = rows
        return OrganizationPage(nodes=listed)

    @strawberry.field
    async def network(self) -> Network:
        return Network(id=0, totals=await totals("NETWORK", [0]))

    @strawberry.field
    async def leaderboard(
        self,
        of: LeaderboardOf,
        metric: Metric = Metric.READS,
        since: date | None = None,
        until: date | None = None,
        first: int = 10,
    ) -> list[LeaderboardEntry]:
        found = await leaders(of.value, metric.value, since, until, first)
        subjects = await MODELS[of.value].in_bulk([row["subject_id"] for row in found], "id")
        return [
            LeaderboardEntry(
                rank=row["place"], value=row["value"], subject=subjects[row["subject_id"]]
            )
            for row in found
        ]


BIG_INT = strawberry.scalar(name="BigInt", serialize=int, parse_value=int)
schema = strawberry.Schema(Query, config=StrawberryConfig(scalar_map={BigInt: BIG_INT}))
