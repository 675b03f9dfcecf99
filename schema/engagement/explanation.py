"""Why a total is what it is: the posts in it, what was observed, what was corrected or left out."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.engagement.rules import Bound, Finality, Source, ValueKind
from domain.posts.access import visible
from schema.described import described
from schema.engagement.definitions import MetricDefinition
from schema.engagement.of_subject import of_parent, of_post
from schema.engagement.past import moment_sql, past_totals
from schema.engagement.series import gains
from schema.planner.arguments import Arguments
from schema.planner.declare import column, one, rows, to_one
from schema.planner.readings import stands_on
from schema.planner.statement import Statement
from schema.scalars import BigInt

if TYPE_CHECKING:
    from schema.posts.types import Post

MOST = 100
POSTS_ASKED = 1000
"""Of how many posts the sources are told: each has hundreds of observations."""


class PartOfTotal(StrEnum):
    COUNTED = "COUNTED"
    PEOPLE = "PEOPLE"
    REPOST = "REPOST"
    UNKNOWN = "UNKNOWN"


described(
    PartOfTotal,
    "What a post's value does in a total.",
    COUNTED="It is added.",
    PEOPLE="It counts people, and is left out: people are never added up.",
    REPOST="It is left out: the original, which stands here too, counts its reads as its own.",
    UNKNOWN="There is none.",
)

PART = (
    "CASE WHEN p.value IS NULL THEN 'UNKNOWN' WHEN {parent}.subject_kind = 'POST' THEN 'COUNTED'"
    " WHEN p.addition = 'NEVER' THEN 'PEOPLE'"
    " WHEN p.addition = 'UNLESS_ORIGINAL' AND s.original_id IS NOT NULL THEN 'REPOST'"
    " ELSE 'COUNTED' END"
)


def _asked(arguments: Arguments) -> Arguments:
    """The arguments of the total: `explain` and its lists have none of their own."""
    assert arguments.parent is not None
    assert arguments.parent.parent is not None
    return arguments.parent.parent


def _known_then(statement: Statement, arguments: Arguments) -> str:
    asked = _asked(arguments)
    if asked.get("asOf") is None:
        return ""
    return f" AND o.recorded_at <= {moment_sql(statement, asked)}"


def _posts(statement: Statement, arguments: Arguments) -> str:
    asked = _asked(arguments)
    totals = "engagement_total"
    if asked.get("asOf") is not None:
        totals = f"({past_totals(moment_sql(statement, asked))} WHERE t.subject_kind = 'POST')"
    return (
        f"(SELECT s.post_id, q.public, q.organization_id,"
        f" q.account_id, p.value, p.rank, p.as_of, p.definition, {PART} AS part"
        f" FROM post_subject s JOIN post q ON q.id = s.post_id JOIN {totals} p"
        f" ON {of_post('p', 's.post_id')} AND p.metric = {{parent}}.metric"
        f" WHERE {of_parent('s')})"
    )


def _corrections(statement: Statement, arguments: Arguments) -> str:
    fell = f"{of_parent('h')} AND h.metric = {{parent}}.metric AND h.value < 0"
    return gains(statement, _asked(arguments), "day", fell)


def _observations(statement: Statement, arguments: Arguments) -> str:
    return (
        "(SELECT o.* FROM observation o WHERE {parent}.subject_kind = 'POST'"
        " AND o.post_id = {parent}.subject_id AND o.metric = {parent}.metric"
        f"{_known_then(statement, arguments)}"
        f" ORDER BY o.observed_at DESC, o.id DESC LIMIT {MOST})"
    )


def _sources(statement: Statement, arguments: Arguments) -> str:
    return (
        "(SELECT o.source, o.definition, count(*) AS observations,"
        " count(DISTINCT o.post_id) AS posts, min(o.observed_at) AS first_at,"
        " max(o.observed_at) AS last_at, max(o.recorded_at) AS recorded_at"
        " FROM newest_posts({parent}.subject_kind, {parent}.subject_id,"
        f" {POSTS_ASKED}) AS s (id)"
        " JOIN observation o ON o.post_id = s.id"
        f" AND o.metric = {{parent}}.metric{_known_then(statement, arguments)}"
        " GROUP BY o.source, o.definition)"
    )


@stands_on("(SELECT)", visible)
@strawberry.type(description="One post of a total.")
class ExplainedPost:
    part: PartOfTotal = column("What its value does in the total.")
    value: BigInt | None = column("The post's own value; null when unknown.")
    as_of: datetime | None = column("When the newest observation in it was made.")
    definition: str | None = column("The code of what it counts, when that is known.")
    post: Annotated[Post, strawberry.lazy("schema.posts.types")] | None = to_one(
        "post_id", "The post."
    )


@stands_on("(SELECT)")
@strawberry.type(description="Observations of one source and one definition.")
class ExplainedSource:
    source: Source = column("How they reached us.")
    definition: str = column("The code of what they count, or a partner's own wording.")
    observations: int = column("How many there are.")
    posts: int = column("Of how many posts.")
    first_at: datetime = column("The earliest moment observed.")
    last_at: datetime = column("The latest moment observed.")
    recorded_at: datetime = column("When the newest of them was recorded.")


@stands_on("(SELECT)")
@strawberry.type(description="A day on which the sources took back more than they added.")
class Correction:
    day: date = column("The day.")
    value: BigInt = column("By how much; negative.")


@stands_on("observation")
@strawberry.type(description="One counter value as a source reported it; never altered.")
class Observation:
    value: BigInt = column("The value.")
    value_kind: ValueKind = column("Whether it is a running total or of a period.")
    observed_at: datetime = column("When it held, or was reported.")
    period_starts_at: datetime | None = column("Start of its period, where it is of one.")
    period_ends_at: datetime | None = column("End of its period, excluded.")
    bound: Bound = column("Whether it is the value itself.")
    finality: Finality = column("Whether the source may still revise it.")
    definition: str = column("The code of what it counts, or a partner's own wording.")
    source: Source = column("How it reached us.")
    recorded_at: datetime = column("When we recorded it.")
    answer_sha256: str | None = column(
        "SHA-256 of the platform's raw answer it came from, where it was pulled.",
        "(SELECT encode(b.sha256, 'hex') FROM raw_answer a JOIN raw_body b ON b.id = a.body_id"
        " WHERE a.id = {row}.raw_answer_id)",
    )


@strawberry.type(description="What a total is made of.")
class Explanation:
    definition: MetricDefinition | None = one(
        "{row}.code = {parent}.definition", "What a post's value counts, where that is known."
    )
    posts: list[ExplainedPost] = rows(
        "The posts in it or left out of it that you may see: the largest 100.",
        order_by="{row}.rank DESC, {row}.post_id DESC",
        table=_posts,
        limit=MOST,
        expected=20,
    )
    sources: list[ExplainedSource] = rows(
        "Where its observations came from; where it has more posts, those of its newest 1,000.",
        order_by="{row}.observations DESC, {row}.source, {row}.definition",
        table=_sources,
        limit=MOST,
        expected=POSTS_ASKED,
    )
    corrections: list[Correction] = rows(
        "Days on which it fell, the newest 100.",
        order_by="{row}.day DESC",
        table=_corrections,
        limit=MOST,
        expected=20,
    )
    observations: list[Observation] = rows(
        "Of a post: its newest 100 observations. Of anything else: none, ask its posts.",
        order_by="{row}.observed_at DESC, {row}.id DESC",
        table=_observations,
        limit=MOST,
        expected=50,
    )
