"""What of a viewer a statement's text depends on: which conditions stand on rows, not the values in
them. Viewers of one shape share plans; each binds their own values."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from graphql import GraphQLObjectType, GraphQLSchema

from domain.access import Viewer
from schema.planner.catalog import DEFINITION, standing_of, stands
from schema.planner.readings import Visible


def conditions_on_rows(schema: GraphQLSchema) -> tuple[Visible, ...]:
    """What decides who sees which rows, of all types, each once."""
    found: dict[Visible, None] = {}
    for type_ in schema.type_map.values():
        if not isinstance(type_, GraphQLObjectType) or DEFINITION not in type_.extensions:
            continue
        if stands(type_):
            found[standing_of(type_).visible] = None
    return tuple(found)


def viewer_shape(conditions: Iterable[Visible], viewer: Viewer) -> Hashable:
    return tuple(visible(viewer).sql for visible in conditions)
