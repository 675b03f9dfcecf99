"""To whom the schema tells what it is: whole, by introspection, and in part, by suggestions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from graphql import GraphQLError

from domain.access import Kind, Viewer
from schema.execution.documents import Refused
from schema.planner.plan import Plan

SUGGESTION = re.compile(r" Did you mean (?:[a-z ]+ )?'[^']*'(?:(?:, or |, | or )'[^']*')*\?")
"""What graphql-core says of names that are there, in a message about one that is not."""


class Introspection(StrEnum):
    """Who may ask the schema what it is."""

    EVERYBODY = "everybody"
    TOKEN_HOLDERS = "token-holders"
    NOBODY = "nobody"

    def is_for(self, viewer: Viewer) -> bool:
        match self:
            case Introspection.EVERYBODY:
                return True
            case Introspection.TOKEN_HOLDERS:
                return viewer.kind is not Kind.ANONYMOUS
            case Introspection.NOBODY:
                return False


@dataclass(frozen=True, slots=True)
class Discretion:
    introspection: Introspection = Introspection.EVERYBODY

    @contextmanager
    def towards(self, viewer: Viewer) -> Iterator[None]:
        """What is refused in here suggests no names to whom the schema is not shown."""
        try:
            yield
        except Refused as refused:
            if self.introspection.is_for(viewer):
                raise
            raise Refused([_without_suggestion(error) for error in refused.errors]) from None

    def check(self, plan: Plan, viewer: Viewer) -> None:
        """Raises Refused for an operation that asks the schema what it is, before it is run."""
        asks = any(not root.is_planned and root.name != "__typename" for root in plan.roots)
        if asks and not self.introspection.is_for(viewer):
            error = GraphQLError(
                "the schema is not shown to you here", extensions={"code": "FORBIDDEN"}
            )
            raise Refused([error])


def _without_suggestion(error: GraphQLError) -> GraphQLError:
    return GraphQLError(
        SUGGESTION.sub("", error.message),
        error.nodes,
        error.source,
        error.positions,
        extensions=error.extensions,
    )
