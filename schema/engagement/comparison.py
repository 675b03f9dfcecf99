"""What was gained in a period, beside the period before."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import strawberry

from domain.engagement.rules import Metric
from schema.described import described
from schema.engagement.of_subject import of_subject
from schema.engagement.series import gains, period_sql
from schema.planner.arguments import Arguments
from schema.planner.declare import argument, column
from schema.planner.readings import stands_on
from schema.planner.statement import Statement
from schema.scalars import BigInt


class ComparedWith(StrEnum):
    """Which period stands beside the one asked for."""

    PERIOD_BEFORE = "PERIOD_BEFORE"
    YEAR_BEFORE = "YEAR_BEFORE"


class NoRatio(StrEnum):
    """Why a ratio would say nothing: unknown is not zero, and nothing is no measure."""

    UNKNOWN = "UNKNOWN"
    PREVIOUS_UNKNOWN = "PREVIOUS_UNKNOWN"
    PREVIOUS_NOT_POSITIVE = "PREVIOUS_NOT_POSITIVE"


described(
    ComparedWith,
    "What a period is compared with.",
    PERIOD_BEFORE="As many days just before it.",
    YEAR_BEFORE="The same days a year before; of 29 February, the 28th.",
)
described(
    NoRatio,
    "Why there is no ratio.",
    UNKNOWN="No day of the period is known.",
    PREVIOUS_UNKNOWN="No day of the period before is known.",
    PREVIOUS_NOT_POSITIVE="In the period before nothing was gained, or more was taken back.",
)

BEFORE = {
    ComparedWith.PERIOD_BEFORE: (
        "q.since - greatest(q.until - q.since + 1, 0)",
        "q.since - 1",
    ),
    ComparedWith.YEAR_BEFORE: (
        "(q.since - interval '1 year')::date",
        "(q.until - interval '1 year')::date",
    ),
}
"""SQL of the first and the last day of the period before."""

NO_RATIO = (
    "CASE WHEN {row}.value IS NULL THEN 'UNKNOWN'"
    " WHEN {row}.previous IS NULL THEN 'PREVIOUS_UNKNOWN'"
    " WHEN {row}.previous <= 0 THEN 'PREVIOUS_NOT_POSITIVE' END"
)
RATIO = (
    "CASE WHEN {row}.previous > 0"
    " THEN ({row}.value - {row}.previous)::float8 / {row}.previous::float8 END"
)


def compared(statement: Statement, arguments: Arguments) -> str:
    """FROM text of one row: the period, the one before, and the sums of their daily rows."""
    since, until = period_sql(statement, arguments)
    first, last = BEFORE[ComparedWith(arguments.get("compare"))]
    return (
        f"(SELECT p.*, '{arguments.get('metric')}'::text AS metric,"
        " greatest(p.until - p.since + 1, 0) AS days,"
        " greatest(p.previous_until - p.previous_since + 1, 0) AS previous_days,"
        " a.value, a.days_known, b.value AS previous, b.days_known AS previous_days_known"
        f" FROM (SELECT q.*, {first} AS previous_since, {last} AS previous_until"
        f" FROM (SELECT {since} AS since, {until} AS until) q) p"
        f" CROSS JOIN LATERAL {_sum(statement, arguments, 'p.since', 'p.until')} a"
        f" CROSS JOIN LATERAL"
        f" {_sum(statement, arguments, 'p.previous_since', 'p.previous_until')} b)"
    )


def _sum(statement: Statement, arguments: Arguments, first: str, last: str) -> str:
    days = (
        f"{of_subject('h')} AND h.metric = '{arguments.get('metric')}'"
        f" AND h.day BETWEEN {first} AND {last}"
    )
    return (
        "(SELECT sum(h.value)::bigint AS value, count(*)::integer AS days_known"
        f" FROM {gains(statement, arguments, 'day', days)} h)"
    )


@stands_on("engagement_daily", cost=50)
@strawberry.type(
    description="What was gained in a period, beside the one before. Days that are not known are no"
    " zeros: look at `daysKnown` before the values."
)
class Comparison:
    metric: Metric = column("What is counted.")
    value: BigInt | None = column("What was gained; null when no day of the period is known.")
    previous: BigInt | None = column("What was gained in the period before; null when unknown.")
    change: BigInt | None = column(
        "By how much more was gained; null when either is unknown.", "{row}.value - {row}.previous"
    )
    ratio: float | None = column(
        "The change as a share of what was gained before: 0.5 is half as much again.", RATIO
    )
    no_ratio: NoRatio | None = column("Why there is no ratio, where there is none.", NO_RATIO)
    since: date = column("First day of the period.")
    until: date = column("Last day of the period, included.")
    days: int = column("How many days the period has.")
    days_known: int = column("Of how many of them a gain is known.")
    previous_since: date = column("First day of the period before.")
    previous_until: date = column("Last day of the period before, included.")
    previous_days: int = column("How many days the period before has.")
    previous_days_known: int = column("Of how many of them a gain is known.")
    is_complete: bool = column(
        "Whether every day of both is known.",
        "({row}.days_known = {row}.days AND {row}.previous_days_known = {row}.previous_days)",
    )


COMPARISON_ARGUMENTS = (
    argument("metric", Metric, "What is counted.", default=Metric.READS),
    argument("since", date | None, "First day; by default 30 days up to the last.", default=None),
    argument("until", date | None, "Last day, included; today by default.", default=None),
    argument("compare", ComparedWith, "What to compare with.", default=ComparedWith.PERIOD_BEFORE),
)
