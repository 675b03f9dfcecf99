"""What the platforms count, told to clients."""

from __future__ import annotations

from datetime import date

import strawberry

from domain.engagement.rules import Basis, Metric, Population
from domain.partners.rules import Platform
from schema.planner.arguments import Arguments
from schema.planner.declare import argument, column, rows
from schema.planner.readings import stands_on
from schema.planner.statement import Statement
from schema.scalars import BigInt

MOST = 500


@stands_on("metric_definition", max_age_seconds=3600)
@strawberry.type(description="What a platform counts under one metric, during one time.")
class MetricDefinition:
    code: str = column("Stands in every observation, e.g. weibo.reads/2013-03.")
    platform: Platform = column("Whose counter it is.")
    metric: Metric = column("Under which metric it is counted here.")
    population: Population = column("What one unit of it is.")
    basis: Basis = column("By which date the platform files a value.")
    counts: str = column("What is counted, with the platform's own word.")
    source: str = column("Where that is said, with its grade of evidence.")
    valid_from: date | None = column("First day, when the platform counted otherwise before.")
    valid_until: date | None = column("Last day, when the platform counts otherwise since.")
    by_name_only: bool = column("Whether only items that name it use it.")
    counts_reposts: bool = column("Whether what a repost earns is in the original's value too.")
    rounds_to: BigInt | None = column("The platform shows multiples of this only.")
    newest_for_hours: int = column(
        "For how long after the moment it stands for a value may be the newest the platform tells."
    )
    notes: str = column("What else to know; may be empty.")


def _asked(statement: Statement, arguments: Arguments) -> str:
    given = {name: arguments.get(name) for name in ("platform", "metric")}
    conditions = [f"{{row}}.{name} = '{value}'" for name, value in given.items() if value]
    return " AND ".join(conditions) or "TRUE"


@strawberry.type
class DefinitionQueries:
    definitions: list[MetricDefinition] = rows(
        "What the platforms count, by code.",
        order_by='{row}.code COLLATE "C"',
        where=_asked,
        limit=MOST,
        expected=50,
        arguments=(
            argument("platform", Platform | None, "Of this platform.", default=None),
            argument("metric", Metric | None, "Under this metric.", default=None),
        ),
    )
