"""Leaderboards: who has most of a metric, over a period or over all time."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from domain.access import EVERY_ROW
from schema.described import described
from schema.engagement.past import moment_sql, past_totals
from schema.engagement.series import gains, period_sql
from schema.engagement.subjects import TABLES
from schema.engagement.types import Counted
from schema.planner.arguments import Arguments
from schema.planner.declare import MAX_FIRST, column, subject
from schema.planner.readings import stands_on
from schema.planner.statement import Statement
from schema.scalars import BigInt


class LeaderboardOf(StrEnum):
    ARTICLES = "ARTICLES"
    ACCOUNTS = "ACCOUNTS"
    PARTNERS = "PARTNERS"
    ORGANIZATIONS = "ORGANIZATIONS"


described(
    LeaderboardOf,
    "Whose leaderboard.",
    ARTICLES="Articles.",
    ACCOUNTS="Accounts.",
    PARTNERS="Partners.",
    ORGANIZATIONS="Organizations, each with all below it.",
)


TYPES = {
    "ARTICLES": "Article",
    "ACCOUNTS": "Account",
    "PARTNERS": "Partner",
    "ORGANIZATIONS": "Organization",
}


def leaders(statement: Statement, arguments: Arguments) -> str:
    """Rows of (subject_id, value): over all time from the totals, else summed from the days."""
    of, metric = str(arguments.get("of")), arguments.get("metric")
    kind = TYPES[of].upper()
    table, visible = TABLES[TYPES[of]]
    known = "AND e.value IS NOT NULL"
    if arguments.get("since") is not None or arguments.get("until") is not None:
        since, until = period_sql(statement, arguments)
        known = ""
        days = (
            f"h.subject_kind = '{kind}' AND h.metric = '{metric}'"
            f" AND h.day BETWEEN {since} AND {until}"
        )
        values = (
            "(SELECT d.subject_kind, d.subject_id, d.metric, sum(d.value)::bigint AS value,"
            f" sum(d.value) AS rank FROM {gains(statement, arguments, 'day', days)} d"
            " GROUP BY d.subject_kind, d.subject_id, d.metric)"
        )
    else:
        values = _totals(statement, arguments, kind)
    seen = statement.predicate(visible, "s") or EVERY_ROW.sql
    # Places are given to the first rows only: over all rows they would all be read.
    return (
        "(SELECT f.subject_id, f.value, rank() OVER (ORDER BY f.rank DESC) AS place FROM ("
        f"SELECT e.subject_id, e.value, e.rank"
        f" FROM {values} e JOIN {table} s ON s.id = e.subject_id AND {seen}"
        f" WHERE e.subject_kind = '{kind}' AND e.metric = '{metric}' {known}"
        f" ORDER BY e.rank DESC, e.subject_id DESC LIMIT {length(statement, arguments)}) f)"
    )


def _totals(statement: Statement, arguments: Arguments, kind: str) -> str:
    if arguments.get("asOf") is None:
        return "engagement_total"
    past = past_totals(moment_sql(statement, arguments))
    return f"({past} WHERE t.subject_kind = '{kind}' AND t.metric = '{arguments.get('metric')}')"


def length(statement: Statement, arguments: Arguments) -> int:
    return statement.first(arguments.get("first"), MAX_FIRST)


def _choose(_statement: Statement, arguments: Arguments) -> str:
    return TYPES[str(arguments.get("of"))]


@stands_on("engagement_total")
@strawberry.type(description="One line of a leaderboard.")
class LeaderboardEntry:
    rank: int = column("Its place; equal values share one.", "{row}.place")
    value: BigInt = column("The total, or what was gained in the period.")
    subject: Counted = subject(
        "Whose value it is.", choose=_choose, where="{row}.id = {parent}.subject_id"
    )
