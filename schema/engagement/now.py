"""What is read most now: what articles gained in the last hours."""

from __future__ import annotations

import strawberry

from domain.articles.access import visible
from schema.articles.types import Article
from schema.engagement.types import MetricValue
from schema.lookups import CATEGORIES, SUBTREE, number_of
from schema.planner.arguments import Arguments
from schema.planner.declare import argument, column, one, rows, to_one
from schema.planner.errors import BadInput
from schema.planner.readings import stands_on
from schema.planner.sizes import COUNTED
from schema.planner.statement import Statement
from schema.scalars import BigInt

MOST_FIRST = 50
MOST_HOURS = 72
HOURS = 24


def _gained(statement: Statement, arguments: Arguments) -> str:
    """FROM text of (subject_id, value, place): the derived hours of the period, added up.

    What gained most is looked up first, each article by its index, until there are enough: joined
    as a whole, all articles were read to find those of a day.
    """
    statement.charge(COUNTED, arguments)
    hours = statement.bind(arguments.get("hours"), "integer", _hours)
    conditions = [
        "a.id = s.subject_id",
        statement.predicate(visible, "a"),
        *_narrowed(statement, arguments),
    ]
    seen = " AND ".join(condition for condition in conditions if condition)
    return (
        "(SELECT g.subject_id, g.value, rank() OVER (ORDER BY g.value DESC) AS place FROM ("
        "SELECT s.subject_id, s.value FROM ("
        "SELECT h.subject_id, sum(h.value)::bigint AS value FROM engagement_hourly h"
        " WHERE h.subject_kind = 'ARTICLE' AND h.metric = 'READS'"
        f" AND h.hour >= date_trunc('hour', now()) - {hours} * interval '1 hour'"
        " GROUP BY h.subject_id HAVING sum(h.value) > 0"
        " ORDER BY value DESC, h.subject_id DESC) s"
        f" CROSS JOIN LATERAL (SELECT FROM article a WHERE {seen} OFFSET 0) a"
        f" ORDER BY s.value DESC, s.subject_id DESC LIMIT {_length(statement, arguments)}) g)"
    )


def _narrowed(statement: Statement, arguments: Arguments) -> list[str]:
    found = []
    organization, category = arguments.get("organizationId"), arguments.get("inCategory")
    if organization is not None:
        value = statement.bind(organization, "bigint", lambda id_: number_of("Organization", id_))
        found.append(f"a.organization_id IN ({SUBTREE.format(value=value)})")
    if category is not None:
        value = statement.bind(category, "bigint", lambda id_: number_of("Category", id_))
        found.append(f"a.category_id IN ({CATEGORIES.format(value=value)})")
    return found


def _hours(given: int) -> int:
    if not 1 <= given <= MOST_HOURS:
        raise BadInput(f"`hours` must be from 1 to {MOST_HOURS}, not {given}")
    return given


def _length(statement: Statement, arguments: Arguments) -> int:
    return statement.first(arguments.get("first"), MOST_FIRST)


@stands_on("engagement_hourly")
@strawberry.type(description="An article that is read now.")
class MostRead:
    rank: int = column("Its place; equal gains share one.", "{row}.place")
    gained: BigInt = column(
        "Reads gained in the last hours, as far as they are known.", "{row}.value"
    )
    article: Article | None = to_one("subject_id", "The article.")
    reads: MetricValue = one(
        "{row}.subject_kind = 'ARTICLE' AND {row}.subject_id = {parent}.subject_id"
        " AND {row}.metric = 'READS'",
        "All its reads, with what they are worth and of how many of its posts they are known.",
    )


@strawberry.type
class MostReadQueries:
    most_read_now: list[MostRead] = rows(
        "Which articles gained most reads in the last hours, by the derived hourly figures. What is"
        " unknown is not listed.",
        order_by="{row}.place, {row}.subject_id DESC",
        table=_gained,
        limit=_length,
        arguments=(
            argument(
                "organization_id",
                strawberry.ID | None,
                "Of this organization or one below it.",
                default=None,
            ),
            argument(
                "in_category",
                strawberry.ID | None,
                "Of this category or one below it.",
                default=None,
            ),
            argument("hours", int, f"Of how many hours, 1 to {MOST_HOURS}.", default=HOURS),
            argument("first", int, f"How many at most, 1 to {MOST_FIRST}.", default=10),
        ),
    )
