"""Counter values as clients see them: what is known, how well, and since when."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

from domain.engagement.figures import status_sql
from domain.engagement.rules import Bucket, Metric, MetricStatus
from schema.engagement.comparison import COMPARISON_ARGUMENTS, Comparison, compared
from schema.engagement.explanation import Explanation
from schema.engagement.of_subject import of_subject
from schema.engagement.past import moment_sql, totals_then
from schema.engagement.series import MAX_POINTS, rows_read, series_table
from schema.planner.arguments import Arguments
from schema.planner.declare import argument, column, one, part, rows
from schema.planner.readings import stands_on
from schema.planner.statement import Statement
from schema.relay import Node
from schema.scalars import BigInt

SERIES = (
    "Gains by hour, day, week or month, oldest first, the newest 400 at most. What was not observed"
    " is left out, or null with `gaps`: a gap is a gap, not a zero."
)

AS_OF = argument(
    "as_of",
    datetime | None,
    "What was believed at this moment; now by default. After a week, kept by the hour.",
    default=None,
)


POSTS_OF_A_TOTAL = 100
"""What looking through a total's posts counts for: between one post's own total, and the newest
10,000 of an organization's."""


def _status(statement: Statement, arguments: Arguments) -> str:
    return status_sql("{row}", moment_sql(statement, arguments))


def _stale(statement: Statement, arguments: Arguments) -> str:
    assert arguments.parent is not None
    then = "_then" if arguments.parent.get("asOf") is not None else ""
    return (
        f"engagement_stale{then}({{row}}.subject_kind, {{row}}.subject_id, {{row}}.metric,"
        f" {moment_sql(statement, arguments.parent)})"
    )


@strawberry.type(description="How complete a total is.")
class Coverage:
    known: int = column("Posts known to belong to it.")
    counted: int = column("Posts of which a value is known, and counted.")
    people: int = column("Posts that count people: above them, these are never added up.")
    stale: int = column(
        "Posts counted of which nothing new was heard for too long; where it has more posts, of its"
        " newest 10,000.",
        _stale,
        cost=POSTS_OF_A_TOTAL,
    )
    reposts: int = column("Posts left out because their original here counts their reads too.")


@stands_on("engagement_total", cost=0)
@strawberry.type(description="A counter value that says how well it is known.")
class MetricValue:
    metric: Metric = column("What is counted.")
    value: BigInt | None = column("The value; null when nothing is known: unknown is not zero.")
    status: MetricStatus = column("What the value is worth.", _status)
    as_of: datetime | None = column("When the newest observation in it was made.")
    coverage: Coverage = part("How many of its posts are counted.")
    explain: Explanation = part("What it is made of: sources, posts, corrections, exclusions.")


@stands_on("engagement_daily")
@strawberry.type(description="What was gained in one hour, day, week or month.")
class SeriesPoint:
    starts_at: datetime = column("When it begins.")
    ends_at: datetime = column("When it ends, excluded.")
    value: BigInt | None = column(
        "What was gained in those of its days that were asked for and are known; negative when the"
        " platform corrected downwards. Null, with `gaps`, when nothing of it is known."
    )
    days: int | None = column("How many days it has; null of an hour.")
    days_known: int | None = column(
        "Of how many of its days, within those asked for, a gain is known; null of an hour. The"
        " first day known after a gap holds what was gained since the last one."
    )
    is_complete: bool = column("Whether all of it is known, and over.")


SERIES_ARGUMENTS = (
    argument("metric", Metric, "What is counted.", default=Metric.READS),
    argument("bucket", Bucket, "How it is cut.", default=Bucket.DAY),
    argument(
        "since",
        date | None,
        "First day; by default 30 days, 12 weeks or 12 months up to the last one.",
        default=None,
    ),
    argument("until", date | None, "Last day, included; today by default.", default=None),
    argument(
        "gaps",
        bool,
        "Whether what is not known has points too, without a value, up to today.",
        default=False,
    ),
    AS_OF,
)


def total(metric: Metric, description: str) -> MetricValue:
    """The subject's own total of a metric."""
    field: MetricValue = one(
        f"{of_subject('{row}')} AND {{row}}.metric = '{metric}'",
        description,
        table=totals_then,
        arguments=(AS_OF,),
    )
    return field


@strawberry.interface(description="Anything that has totals.")
class Counted(Node):
    reads: MetricValue = total(Metric.READS, "Reads 阅读.")
    likes: MetricValue = total(Metric.LIKES, "Likes 点赞.")
    comments: MetricValue = total(Metric.COMMENTS, "Comments 评论.")
    shares: MetricValue = total(Metric.SHARES, "Shares, reposts 转发.")
    series: list[SeriesPoint] = rows(
        SERIES,
        order_by="{row}.starts_at",
        table=series_table("'{kind}'", "{parent}.id"),
        limit=MAX_POINTS,
        expected=rows_read,
        arguments=SERIES_ARGUMENTS,
    )
    gained: Comparison = one(
        "TRUE",
        "What was gained in a period, beside what was gained in the one before.",
        table=compared,
        arguments=(*COMPARISON_ARGUMENTS, AS_OF),
    )
