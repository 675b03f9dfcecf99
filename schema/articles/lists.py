"""How lists of articles are ordered and narrowed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import strawberry

from domain.articles.rules import ArticleStatus
from domain.highlights.rules import HighlightKind
from schema.described import described
from schema.engagement.orders import most_read
from schema.highlights.types import highlighted
from schema.lookups import by_reads, by_time_or_reads, in_category, within
from schema.planner.declare import belonging, condition
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
    organization_id: strawberry.ID | None = belonging(
        "Of this organization.",
        "organization_id",
        "Organization",
        kept=by_reads("article_listing", "organization_id"),
    )
    author_id: strawberry.ID | None = belonging(
        "By this author.", "author_id", "Person", kept=by_reads("article_listing", "author_id")
    )
    tag: str | None = condition(
        "With this tag.",
        "{row}.tags @> ARRAY[{value}]",
        "text",
        kept=by_time_or_reads("article_tag", "tag", "listed_at"),
    )
    within: strawberry.ID | None = within(
        "Of this organization or one below it.",
        by_time_or_reads("article_within", "organization_id", "listed_at"),
    )
    in_category: strawberry.ID | None = in_category(
        "Of this category or one below it.",
        by_time_or_reads("article_in_category", "category_id", "listed_at"),
    )
    status: ArticleStatus | None = condition(
        "Of this status; all but published ones are seen only where you see drafts.",
        "{row}.status = {value}",
        "text",
        kept=by_reads("article_listing", "status"),
    )
    highlight: HighlightKind | None = highlighted
    published_since: datetime | None = condition(
        "Published at this moment or later.",
        f"{LISTED} >= {{value}}",
        "timestamptz",
        side=">=",
    )
    published_before: datetime | None = condition(
        "Published before this moment.", f"{LISTED} < {{value}}", "timestamptz", side="<"
    )
