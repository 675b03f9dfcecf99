"""What a mutation gives back: the keys of the rows it wrote; the planner reads the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self, TypeVar, cast

import strawberry


class Payload:
    """Base of payload types. Their fields are declared like any other's, on a row of the keys.

    A text among the keys is what no row keeps, e.g. a secret that is shown once.
    """

    keys: dict[str, int | str]

    @classmethod
    def of(cls, **keys: int | str) -> Self:
        payload = object.__new__(cls)
        object.__setattr__(payload, "keys", keys)
        return payload


F = TypeVar("F", bound=Callable[..., Any])


def mutation(description: str) -> Callable[[F], F]:
    """Declares a mutation field; what it decorates keeps its type."""

    def decorate(function: F) -> F:
        return cast("F", strawberry.mutation(function, description=description))

    return decorate
