"""Indices as clients see them: a score, the formula it is by, and what went into it."""

from __future__ import annotations

from datetime import date

import strawberry

from domain.engagement.rules import MetricStatus
from domain.indices.formulas import all_formulas
from domain.indices.rules import IndexCounter, IndexMeasure
from domain.partners.rules import Platform
from schema.described import described
from schema.indices.sql import INPUT_COLUMNS, formulas_table, scores_table
from schema.planner.declare import argument, column, one, part, rows
from schema.planner.readings import stands_on

described(
    IndexMeasure,
    "What of an account's posts goes into a formula.",
    POSTS="How many posts were published in the period.",
    TOTAL="All that the posts published in the period have earned until now.",
    PER_DAY="That, for each day of the period.",
    PER_POST="The mean of those posts of which it is known.",
    HIGHEST="The most that one of these posts has earned.",
    HEADLINES_PER_DAY="What the headline articles 头条 have earned, for each day of the period.",
    GAINED="What was earned within the period, on each day by the posts of the last seven days.",
)
described(
    IndexCounter,
    "What a formula counts.",
    READS="Reads 阅读.",
    LIKES="Likes 点赞.",
    COMMENTS="Comments 评论.",
    SHARES="Shares, reposts 转发.",
    WOWS="在看; nothing counts it here.",
)

SCORE_COST = 20
"""A score reads the figures of all posts of its period."""

STATUS = (
    "CASE WHEN {row}.%s IS NULL THEN 'UNAVAILABLE'"
    " WHEN {row}.at_least > 0 THEN 'AT_LEAST'"
    " WHEN {row}.provisional > 0 THEN 'PROVISIONAL'"
    " ELSE 'EXACT' END"
)


@stands_on(formulas_table(), cost=0)
@strawberry.type(description="One version of an index.")
class IndexFormula:
    code: str = column("Which index, e.g. WCI.")
    version: str = column("Which version of it, e.g. V14.2.")
    name: str = column("Its name.")
    platform: Platform = column("Whose posts it is about.")
    expression: str = column("The formula as its source has it.")
    grade: str = column("How good the evidence for it is: from D, the vendor's own, to M, memory.")
    source: str = column("Where it is said.")
    notes: str = column("What else to know; may be empty.")


@strawberry.type(description="How complete an index, or what goes into it, is.")
class IndexCoverage:
    known: int = column("Posts it could be of.")
    counted: int = column("Posts it is of.")
    people: int = column("Posts left out of a sum because they count people.")
    reposts: int = column("Posts left out of a sum because their original is in it.")


@stands_on("(SELECT)", cost=0)
@strawberry.type(description="One thing that goes into a score.")
class IndexInput:
    measure: IndexMeasure = column("What of the posts it is.")
    counter: IndexCounter | None = column("What was counted; null for the number of posts.")
    value: float | None = column("The value; null when it is not known: unknown is not zero.")
    status: MetricStatus = column("What the value is worth.", STATUS % "value")
    missing: str = column("Why there is no value; empty when there is one.")
    coverage: IndexCoverage = part("Of how many of the posts it is known.")


@stands_on("(SELECT)", cost=SCORE_COST)
@strawberry.type(description="An index of one account or partner over some days.")
class IndexScore:
    formula: IndexFormula = one(
        "{row}.code = {parent}.code AND {row}.version = {parent}.version", "By which formula."
    )
    since: date = column("The first day.")
    until: date = column("The last day, included.")
    score: float | None = column(
        "The score, to four digits; null as long as something that goes into it is not known."
    )
    status: MetricStatus = column("What the score is worth.", STATUS % "score")
    inputs: list[IndexInput] = rows(
        "What went into it.",
        order_by="{row}.place",
        table=f"(SELECT * FROM jsonb_to_recordset({{parent}}.inputs) AS i ({INPUT_COLUMNS}))",
        expected=16,
    )
    coverage: IndexCoverage = part("Of how many of the posts everything is known that it needs.")


def indices(of_subject: str) -> list[IndexScore]:
    """The indices of whatever has accounts; of_subject: see scores_table."""
    field: list[IndexScore] = rows(
        "Its indices, by all formulas about a platform it is on; of posts as they are known now.",
        order_by="{row}.code, {row}.version",
        table=scores_table(of_subject),
        expected=len(all_formulas()),
        arguments=(
            argument("code", str | None, "This index only, e.g. BCI.", default=None),
            argument("since", date | None, "First day; 30 days by default.", default=None),
            argument("until", date | None, "Last day, included; today by default.", default=None),
        ),
    )
    return field


@strawberry.type
class IndexQueries:
    index_formulas: list[IndexFormula] = rows(
        "The formulas of indices, by code and version.",
        order_by="{row}.code, {row}.version",
        expected=len(all_formulas()),
    )
