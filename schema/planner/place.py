"""Where in a result the planner is."""

from __future__ import annotations

from dataclasses import dataclass

from graphql import GraphQLObjectType

from schema.planner.arguments import Arguments


@dataclass(frozen=True)
class Place:
    """Where in the result we are.

    type_: the object's type. row: the alias of the row it stands on. times: how many such objects
    there can be. arguments: those of the field that led here.
    """

    type_: GraphQLObjectType
    row: str
    times: int = 1
    arguments: Arguments | None = None
