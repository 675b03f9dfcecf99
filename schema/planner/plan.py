"""One operation, planned: the statement, how its values are found, what shape it was made for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    SelectionSetNode,
)

from domain.access import Viewer
from schema.planner.catalog import reading_of
from schema.planner.objects import Planner
from schema.planner.place import Place
from schema.planner.readings import Made
from schema.planner.statement import Dependency, Parameter, Statement

MAX_COST = 20_000
"""Rows one operation may read at the most, worked out from the page sizes before anything runs;
where the deployment does not say otherwise."""

TABLE = re.compile(r"\b(?:FROM|JOIN) ([a-z]\w+)\b(?!\()")
INTROSPECTION = ("__schema", "__type")


@dataclass(frozen=True)
class Root:
    """One selected root field. `is_planned` is false for what the schema tells of itself. `made`:
    what Python makes of what is read, where it does."""

    key: str
    name: str
    is_planned: bool
    is_nullable: bool = True
    made: Made | None = None


@dataclass(frozen=True)
class Plan:
    """Everything needed to answer: one statement with one JSON column per planned root field.

    sql: empty when there is nothing to ask the database.
    cost: the most rows it can read. max_cost: the most it may.
    """

    roots: tuple[Root, ...]
    sql: str
    parameters: tuple[Parameter, ...]
    dependencies: tuple[Dependency, ...]
    cost: int
    max_cost: int

    @cached_property
    def extensions(self) -> bytes:
        """JSON of what a response says of the plan beside its data."""
        return cost_extensions(self.cost, self.max_cost)

    @cached_property
    def tables(self) -> tuple[str, ...]:
        """The tables it reads, by name."""
        return tuple(sorted(set(TABLE.findall(self.sql))))

    def values(self, variables: Mapping[str, Any], viewer: Viewer) -> list[Any]:
        """The bound values of one request. Raises BadInput for one that cannot be meant."""
        return [parameter.resolve(variables, viewer) for parameter in self.parameters]


def cost_extensions(cost: int, max_cost: int) -> bytes:
    """JSON of `extensions` that say what an operation may read, and what it may at the most."""
    return b'{"cost":{"requested":%d,"maximum":%d}}' % (cost, max_cost)


def plan_selection(
    schema: GraphQLSchema,
    fragments: Mapping[str, FragmentDefinitionNode],
    selection_set: SelectionSetNode,
    type_: GraphQLObjectType,
    variables: Mapping[str, Any],
    viewer: Viewer,
    zone: str,
    max_cost: int = MAX_COST,
) -> Plan:
    """Plans a selection on a root type. Raises BadInput and TooCostly, before anything runs."""
    statement = Statement(viewer, zone, variables)
    planner = Planner(schema, fragments, statement)
    roots, columns = [], []
    for key, nodes in planner.collect(type_, [selection_set]).items():
        name = nodes[0].name.value
        is_planned = name not in (*INTROSPECTION, "__typename")
        nullable, made = True, None
        if is_planned:
            columns.append(planner.field(Place(type_, ""), nodes))
            nullable = not isinstance(type_.fields[name].type, GraphQLNonNull)
            reading = reading_of(type_.fields[name])
            made = reading if isinstance(reading, Made) else None
        roots.append(Root(key, name, is_planned, nullable, made))
    statement.check_cost(max_cost)
    sql = "SELECT " + ", ".join(f"{column}::json" for column in columns) if columns else ""
    return Plan(
        tuple(roots),
        sql,
        tuple(statement.parameters),
        tuple(statement.dependencies),
        statement.cost,
        max_cost,
    )
