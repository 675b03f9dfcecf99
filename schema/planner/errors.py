"""What a client did wrong, found before anything runs."""

from __future__ import annotations

from collections.abc import Sequence

from graphql import GraphQLError, Node


class BadInput(GraphQLError):
    """A value that cannot be meant: it names the argument and the fault."""

    def __init__(self, message: str, nodes: Sequence[Node] | Node | None = None) -> None:
        super().__init__(message, nodes, extensions={"code": "BAD_USER_INPUT"})


class TooCostly(GraphQLError):
    """The operation could read more than one request may.

    most: how many of the rows one field could read, the dearest; path: where that field stands,
    by response keys, those of connections left out.
    """

    def __init__(
        self, cost: int, limit: int, *, most: int, path: Sequence[str], node: Node | None
    ) -> None:
        super().__init__(
            f"this operation could read {cost} rows, more than the {limit} one request may,"
            f" {most} of them at `{'.'.join(path)}`; ask for fewer with `first`",
            node,
            extensions={
                "code": "TOO_COSTLY",
                "cost": {"requested": cost, "maximum": limit, "path": list(path)},
            },
        )


class TooManyFields(GraphQLError):
    """The operation selects more fields than one may, each counted for every type it is asked of:
    what is asked of a union's or an interface's objects is planned for each of their types."""

    def __init__(self, allowed: int, node: Node | None) -> None:
        super().__init__(
            f"this operation selects more than {allowed} fields, each counted for every type it is"
            f" asked of; {allowed} are allowed",
            node,
            extensions={
                "code": "LIMIT_EXCEEDED",
                "limit": {"name": "planned", "allowed": allowed},
            },
        )
