"""Conditions of lists, by what they look at: each is asked of one row and the value given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

from tests.oracle.asked import Asked
from tests.oracle.tables import Row

Belongs: TypeAlias = Callable[[Asked, Row, Row], bool]
"""Whether a row stands in a parent's list."""

Fits: TypeAlias = Callable[[Asked, Row, Any], bool]


def points_to(column: str) -> Belongs:
    return lambda asked, parent, row: bool(getattr(row, column) == parent.id)


def number_of(id_: str) -> int:
    return int(id_.split(":")[1])


def equals(column: str) -> Fits:
    return lambda asked, row, wanted: bool(getattr(row, column) == wanted)


def is_of(column: str) -> Fits:
    return lambda asked, row, id_: bool(getattr(row, column) == number_of(id_))


def is_below(column: str, tree: str = "Organization") -> Fits:
    return lambda asked, row, id_: asked.tables.is_within(
        tree, getattr(row, column), number_of(id_)
    )


def since(column: str) -> Fits:
    def fits(asked: Asked, row: Row, moment: datetime) -> bool:
        value = getattr(row, column)
        return value is not None and value >= moment

    return fits


def before(column: str) -> Fits:
    def fits(asked: Asked, row: Row, moment: datetime) -> bool:
        value = getattr(row, column)
        return value is not None and value < moment

    return fits


def starts(column: str) -> Fits:
    return lambda asked, row, start: bool(getattr(row, column).startswith(start))
