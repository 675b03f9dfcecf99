"""How lists of articles are ordered and narrowed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import strawberry

from domain.articles.rules import ArticleStatus
from schema.described import described
from schema.engagement.orders import most_read
from schema.lookups import below
from schema.planner.declare import condition
from schema.planner.readings import Order


class ArticleOrder(StrEnum):
    NEWEST = "NEWEST"
    OLDEST = "OLDEST"
    MOST_READ = "MOST_READ"


described(
    ArticleOrder,
    "Orders of articles.",
    NEWEST="Published last first.",
    OLDEST="Published first first.",
    MOST_READ="Most reads first; unknown last.",
)


LISTED = "{row}.published_at IS NOT NULL AND {row}.listed_at"
"""When it was published, as the lists' indexes have it: what was published is listed at that
moment, and what never was is of no period."""

ARTICLE_ORDERS = {
    "NEWEST": Order("{row}.listed_at", "timestamptz"),
    "OLDEST": Order("{row}.listed_at", "timestamptz", descending=False),
    "MOST_READ": most_read("ARTICLE"),
}


@strawberry.input(description="Which articles; all conditions given must hold.")
class ArticleFilter:
    organization_id: strawberry.ID | None = condition(
        "Of this organization.",
        "{row}.organization_id = {value}",
        "bigint",
        id_of=("Organization",),
    )
    within: strawberry.ID | None = condition(
        "Of this organization or one below it.",
        below("organization_id"),
        "bigint",
        id_of=("Organization",),
    )
    author_id: strawberry.ID | None = condition(
        "By this author.", "{row}.author_id = {value}", "bigint", id_of=("Person",)
    )
    category: str | None = condition("Of this category.", "{row}.category = {value}", "text")
    tag: str | None = condition("With this tag.", "{row}.tags @> ARRAY[{value}]", "text")
    status: ArticleStatus | None = condition(
        "Of this status; anybody but administrators only ever sees published ones.",
        "{row}.status = {value}",
        "text",
    )
    published_since: datetime | None = condition(
        "Published at this moment or later.", f"{LISTED} >= {{value}}", "timestamptz"
    )
    published_before: datetime | None = condition(
        "Published before this moment.", f"{LISTED} < {{value}}", "timestamptz"
    )
