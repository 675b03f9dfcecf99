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
from schema.planner.errors import BadInput
from schema.planner.readings import stands_on
from schema.planner.sizes import COUNTED
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
    values = _values(statement, arguments, kind)
    seen = statement.predicate(visible, "s") or EVERY_ROW.sql
    # Places are given to the first rows only: over all rows they would all be read.
    return (
        "(SELECT f.subject_id, f.value, rank() OVER (ORDER BY f.rank DESC) AS place FROM ("
        f"SELECT e.subject_id, e.value, e.rank"
        f" FROM {values} e JOIN {table} s ON s.id = e.subject_id AND {seen}"
        f" WHERE e.subject_kind = '{kind}' AND e.metric = '{metric}' AND e.value IS NOT NULL"
        f"{_covered(statement, arguments)}"
        f" ORDER BY e.rank DESC, e.subject_id DESC LIMIT {length(statement, arguments)}) f)"
    )


def _values(statement: Statement, arguments: Arguments, kind: str) -> str:
    """FROM text of (subject_kind, subject_id, metric, value, rank) and, where they are needed, the
    posts known and counted."""
    if arguments.get("since") is None and arguments.get("until") is None:
        return _totals(statement, arguments, kind)
    since, until = period_sql(statement, arguments)
    statement.charge(COUNTED, arguments)
    days = (
        f"h.subject_kind = '{kind}' AND h.metric = '{arguments.get('metric')}'"
        f" AND h.day BETWEEN {since} AND {until}"
    )
    # In their order, so that only the first are looked up among who may be seen.
    sums = (
        "SELECT d.subject_kind, d.subject_id, d.metric, sum(d.value)::bigint AS value,"
        f" sum(d.value) AS rank FROM {gains(statement, arguments, 'day', days)} d"
        " GROUP BY d.subject_kind, d.subject_id, d.metric ORDER BY rank DESC, d.subject_id DESC"
    )
    if arguments.get("minimumCoverage") is None:
        return f"({sums})"
    return (
        f"(SELECT g.*, c.known, c.counted FROM ({sums}) g"
        f" JOIN {_totals(statement, arguments, kind)} c USING (subject_kind, subject_id, metric))"
    )


def _totals(statement: Statement, arguments: Arguments, kind: str) -> str:
    if arguments.get("asOf") is None:
        return "engagement_total"
    past = past_totals(moment_sql(statement, arguments))
    return f"({past} WHERE t.subject_kind = '{kind}' AND t.metric = '{arguments.get('metric')}')"


def _covered(statement: Statement, arguments: Arguments) -> str:
    given = arguments.get("minimumCoverage")
    if given is None:
        return ""
    # A share, not a product: 0.07 of 100 posts is more than 7 in floating point.
    least = statement.bind(given, "float8", _share)
    return f" AND e.counted::float8 / nullif(e.known, 0) >= {least}"


def _share(given: float) -> float:
    if not 0 <= given <= 1:
        raise BadInput(f"`minimumCoverage` must be from 0 to 1, not {given}")
    return given


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
