"""What refusals do not say: secrets, ever, and names to whom the schema is not shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from graphql import GraphQLError

from domain.access import Kind, Viewer
from schema.execution.documents import Refused
from schema.planner.plan import Plan

SUGGESTION = re.compile(r" Did you mean (?:[a-z ]+ )?'[^']*'(?:(?:, or |, | or )'[^']*')*\?")
"""What graphql-core says of names that are there, in a message about one that is not."""

TEXT = r'"(?:[^"\\]|\\.)*"?'
LIST_OR_OBJECT = r"[\[{][^}\]]*[\]}]?"
SECRET = re.compile(
    rf"\b(\w*(?:secret|credential|password|token)\w*: )(?:{TEXT}|{LIST_OR_OBJECT}|\w+)",
    re.IGNORECASE,
)
"""How graphql-core repeats a secret in a message about the input object that it stands in."""

NO_TEXT = re.compile(r"(String cannot represent a non string value): .*", re.DOTALL)
"""What stood where a text was expected may hold one that is secret."""

KEYS = re.compile(r"\b(whsec_|xf_)[A-Za-z0-9_+/=-]+")
"""What our own secrets look like, wherever they stand."""


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

    def discreet(self, refused: Refused, viewer: Viewer) -> Refused:
        """The same, but it repeats no secret, and suggests no names to whom the schema is not
        shown."""
        is_shown = self.introspection.is_for(viewer)
        return Refused([_discreet(error, is_shown) for error in refused.errors])

    def check(self, plan: Plan, viewer: Viewer) -> None:
        """Raises Refused for an operation that asks the schema what it is, before it is run."""
        asks = any(not root.is_planned and root.name != "__typename" for root in plan.roots)
        if asks and not self.introspection.is_for(viewer):
            error = GraphQLError(
                "the schema is not shown to you here", extensions={"code": "FORBIDDEN"}
            )
            raise Refused([error])


def _discreet(error: GraphQLError, is_shown: bool) -> GraphQLError:
    message = without_secrets(error.message)
    if not is_shown:
        message = SUGGESTION.sub("", message)
    if message == error.message:
        return error
    return GraphQLError(
        message, error.nodes, error.source, error.positions, extensions=error.extensions
    )


def without_secrets(message: str) -> str:
    return KEYS.sub(r"\1…", SECRET.sub(r"\1…", NO_TEXT.sub(r"\1", message)))
