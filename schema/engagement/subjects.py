"""Anything that has totals, found by its global id."""

from __future__ import annotations

import strawberry

from domain.access import EVERY_ROW
from domain.articles.access import visible as sees_article
from domain.engagement.rules import Bucket, Metric
from domain.posts.access import visible as sees_post
from schema.engagement.breaks import MOST_BREAKS, SeriesBreak, breaks_table
from schema.engagement.series import MAX_POINTS, rows_read, series_table
from schema.engagement.types import Counted, SeriesPoint
from schema.planner.arguments import Arguments
from schema.planner.declare import column, rows, subject
from schema.planner.ids import read_id
from schema.planner.readings import Visible, everybody, stands_on
from schema.planner.statement import Statement

TABLES: dict[str, tuple[str, Visible]] = {
    "Account": ("account", everybody),
    "Article": ("article", sees_article),
    "Campaign": ("campaign", everybody),
    "Network": ("(SELECT 0::bigint AS id)", everybody),
    "Organization": ("organization", everybody),
    "Partner": ("partner", everybody),
    "Post": ("post", sees_post),
}
"""What each counted type stands on, by its GraphQL name."""


def type_of(statement: Statement, arguments: Arguments) -> str:
    """The type of the subject whose id is given. Raises BadInput."""
    given = arguments.get("id")
    return str(statement.read_now(given, lambda id_: read_id(id_, tuple(TABLES))[0]))


def number_of(type_name: str, id_: str) -> int:
    number = int(id_.split(":")[1])
    return number - 1 if type_name == "Network" else number  # Network:1 is the row 0


def subject_table(statement: Statement, arguments: Arguments) -> str:
    """FROM text of one row (id, metric, bucket), or none when the viewer does not see it."""
    name = type_of(statement, arguments)
    table, visible = TABLES[name]
    number = statement.bind(arguments.get("id"), "bigint", lambda id_: number_of(name, id_))
    seen = statement.predicate(visible, "s") or EVERY_ROW.sql
    return (
        f"(SELECT s.id, '{arguments.get('metric')}'::text AS metric,"
        f" '{arguments.get('bucket')}'::text AS bucket"
        f" FROM {table} s WHERE s.id = {number} AND {seen})"
    )


def _points(statement: Statement, arguments: Arguments) -> str:
    assert arguments.parent is not None
    kind = type_of(statement, arguments.parent).upper()
    return series_table(f"'{kind}'", "{parent}.id")(statement, arguments.parent)


def _breaks(statement: Statement, arguments: Arguments) -> str:
    assert arguments.parent is not None
    kind = type_of(statement, arguments.parent).upper()
    return breaks_table(kind, str(arguments.parent.get("metric")))


@stands_on("(SELECT)")
@strawberry.type(description="What something gained, by hour, day, week or month.")
class EngagementSeries:
    subject: Counted = subject("What is counted.", choose=type_of, where="{row}.id = {parent}.id")
    metric: Metric = column("By which metric.")
    bucket: Bucket = column("How it is cut.")
    points: list[SeriesPoint] = rows(
        "Oldest first, the newest 400 at most; what was not observed is left out, or null with"
        " `gaps`.",
        order_by="{row}.starts_at",
        table=_points,
        limit=MAX_POINTS,
        expected=rows_read,
    )
    breaks: list[SeriesBreak] = rows(
        "When what is counted changed, the newest 100: values on both sides do not compare.",
        order_by="{row}.at DESC, {row}.before, {row}.after",
        table=_breaks,
        limit=MOST_BREAKS,
        expected=20,
    )
