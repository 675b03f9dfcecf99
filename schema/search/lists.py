"""How what is found is narrowed."""

from __future__ import annotations

from datetime import datetime

import strawberry

from domain.search.rules import SearchKind
from schema.described import described
from schema.lookups import in_category, within
from schema.planner.declare import condition

described(
    SearchKind,
    "What a search finds.",
    ARTICLE="Articles.",
    CAMPAIGN="Campaigns.",
    PARTNER="Partners.",
    ORGANIZATION="Organizations.",
)


@strawberry.input(description="What may be found; all conditions given must hold.")
class SearchFilter:
    kind: SearchKind | None = condition("Of this kind only.", "{row}.kind = {value}", "text")
    within: strawberry.ID | None = within("Of this organization or one below it.")
    in_category: strawberry.ID | None = in_category("Articles of this category or one below it.")
    tag: str | None = condition("Articles with this tag.", "{row}.tags @> ARRAY[{value}]", "text")
    published_since: datetime | None = condition(
        "Articles published at this moment or later.",
        "{row}.published_at >= {value}",
        "timestamptz",
    )
    published_before: datetime | None = condition(
        "Articles published before this moment.", "{row}.published_at < {value}", "timestamptz"
    )
