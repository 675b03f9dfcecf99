"""How an enumeration enters the graph: with a description for itself and each of its members."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

import strawberry

E = TypeVar("E", bound=type[StrEnum])


def described(enum: E, description: str, **members: str) -> E:
    """Registers the enumeration. Every member must be described: KeyError names the one that is
    not."""
    strawberry.enum(enum, description=description)
    for value in enum.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = members[value.name]
    return enum
