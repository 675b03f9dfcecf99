"""What editors set apart: pinned on top of a list, or featured."""

from __future__ import annotations

from datetime import datetime

import strawberry

from domain.highlights.access import HOLDS, visible
from domain.highlights.rules import MOST_PINNED, HighlightKind
from schema.described import described
from schema.planner.declare import column, condition, rows
from schema.planner.readings import stands_on

described(
    HighlightKind,
    "How an article is set apart from others.",
    PINNED="It stands above its organization's list.",
    FEATURED="It is recommended.",
)


@stands_on("article_highlight", visible)
@strawberry.type(description="That an article is pinned or featured, for a period.")
class ArticleHighlight:
    kind: HighlightKind = column("How it is set apart.")
    starts_at: datetime = column("From when.")
    ends_at: datetime | None = column("Until when; null: until it is ended.")
    holds_now: bool = column("Whether its period runs now.", HOLDS.sql)


highlights = rows(
    "How it is set apart now; also what is planned and what is over, where you see drafts.",
    where="{row}.article_id = {parent}.id",
    order_by="{row}.kind",
    limit=len(HighlightKind),
    expected=1,
)

NOW = f"FROM article_highlight h WHERE {HOLDS.sql.replace('{row}', 'h')}"

highlighted = condition(
    "Pinned, or featured, now.",
    f"{{row}}.id IN (SELECT h.article_id {NOW} AND h.kind = {{value}})",
    "text",
)

pinned = rows(
    f"What stands above its list now, pinned last first, at most {MOST_PINNED}; `articles` has"
    " these at their place in time too.",
    where="{row}.organization_id = {parent}.id"
    f" AND {{row}}.id IN (SELECT h.article_id {NOW} AND h.kind = 'PINNED')",
    order_by="(SELECT h.starts_at FROM article_highlight h"
    " WHERE h.article_id = {row}.id AND h.kind = 'PINNED') DESC, {row}.id DESC",
    limit=MOST_PINNED,
    expected=3,
)
