"""Series and leaderboards."""

from __future__ import annotations

from datetime import date

import strawberry

from domain.engagement.rules import Metric
from schema.engagement.leaderboard import LeaderboardEntry, LeaderboardOf, leaders, length
from schema.engagement.subjects import EngagementSeries, subject_table
from schema.engagement.types import AS_OF, SERIES_ARGUMENTS
from schema.planner.declare import argument, one, rows


@strawberry.type
class EngagementQueries:
    engagement_series: EngagementSeries | None = one(
        "TRUE",
        "What anything that has totals gained by hour, day, week or month; null when there is no"
        " such thing, or it is not yours to see.",
        table=subject_table,
        arguments=(
            argument("id", strawberry.ID, "Global id of what is counted, e.g. Article:12."),
            *SERIES_ARGUMENTS,
        ),
    )
    leaderboard: list[LeaderboardEntry] = rows(
        "Who has most of a metric: over all time, or gained in a period when `since` or `until` is"
        " given. What is unknown is not listed.",
        order_by="{row}.place, {row}.subject_id DESC",
        table=leaders,
        limit=length,
        arguments=(
            argument("of", LeaderboardOf, "Whose."),
            argument("metric", Metric, "By which metric.", default=Metric.READS),
            argument("since", date | None, "First day.", default=None),
            argument("until", date | None, "Last day, included.", default=None),
            argument(
                "minimum_coverage",
                float | None,
                "Only those of whose known posts at least this share is counted, 0 to 1: of all"
                " time, also when what was gained in a period is asked for.",
                default=None,
            ),
            argument("first", int, "How many at most, 1 to 100.", default=10),
            AS_OF,
        ),
    )
