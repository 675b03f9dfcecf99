"""What a client did wrong, found before anything runs."""

from __future__ import annotations

from collections.abc import Sequence

from graphql import GraphQLError, Node


class BadInput(GraphQLError):
    """A value that cannot be meant: it names the argument and the fault."""

    def __init__(self, message: str, nodes: Sequence[Node] | Node | None = None) -> None:
        super().__init__(message, nodes, extensions={"code": "BAD_USER_INPUT"})


class TooCostly(GraphQLError):
    """The query could read more than one request may."""

    def __init__(self, cost: int, limit: int) -> None:
        super().__init__(
            f"this operation could read {cost} rows, more than the {limit} one request may;"
            " ask for fewer with `first`",
            extensions={"code": "TOO_COSTLY", "cost": {"requested": cost, "maximum": limit}},
        )
