"""Variables of a document, each with a value for every set it is run with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from graphql import GraphQLBoolean, GraphQLNonNull

from tests.oracle.values import Spot, Values, is_required, written

ABSENT: Final = object()
SETS = 3
"""The first two sets are of one shape, the last one of any."""


@dataclass(frozen=True)
class Variable:
    """given: a value for each set, ABSENT where none is sent."""

    name: str
    spot: Spot
    has_default: bool
    declaration: str
    given: tuple[Any, ...]


class Variables:
    def __init__(self, values: Values) -> None:
        self._values = values
        self._declared: list[Variable] = []

    @property
    def declarations(self) -> str:
        listed = ", ".join(variable.declaration for variable in self._declared)
        return f"({listed})" if listed else ""

    def sets(self) -> tuple[dict[str, Any], ...]:
        return tuple(
            {
                variable.name: variable.given[number]
                for variable in self._declared
                if variable.given[number] is not ABSENT
            }
            for number in range(SETS)
        )

    def use(self, spot: Spot, *, default_here: bool, nullable: bool = True) -> str:
        """A variable for this place, an old one where it fits.

        default_here: the place has a default of its own. nullable: null may be given.
        """
        fitting = [known for known in self._declared if known.spot.key == spot.key]
        if fitting and self._values.chance(30):
            return f"${self._values.one(fitting).name}"
        variable = self._new(spot, default_here, nullable and not is_required(spot.type_))
        self._declared.append(variable)
        return f"${variable.name}"

    def condition(self) -> str:
        """A variable for @skip and @include."""
        values = self._values
        name = f"v{len(self._declared)}"
        declared = values.one(["Boolean!", "Boolean! = true", "Boolean = false"])
        first, other = values.chance(50), values.chance(50)
        spot = Spot("if", GraphQLNonNull(GraphQLBoolean))
        given = (first, first, ABSENT if "=" in declared and values.chance(50) else other)
        self._declared.append(Variable(name, spot, "=" in declared, f"${name}: {declared}", given))
        return f"${name}"

    def _new(self, spot: Spot, default_here: bool, may_be_null: bool) -> Variable:
        values, name = self._values, f"v{len(self._declared)}"
        has_default = values.chance(30)
        type_ = str(spot.type_)
        is_loose = (default_here or has_default) and values.chance(50)
        if is_required(spot.type_) and is_loose:
            type_ = type_.removesuffix("!")
        elif not is_required(spot.type_) and not may_be_null:
            type_ += "!"
        default = f" = {written(values.new(spot), spot.type_)}" if has_default else ""
        may_miss = has_default or not type_.endswith("!")
        given = self._given(spot, may_miss, may_be_null)
        return Variable(name, spot, has_default, f"${name}: {type_}{default}", given)

    def _given(self, spot: Spot, may_miss: bool, may_be_null: bool) -> tuple[Any, ...]:
        first = self._any(spot, may_miss, may_be_null)
        alike = first if first is ABSENT else self._values.alike(first, spot)
        return first, alike, self._any(spot, may_miss, may_be_null)

    def _any(self, spot: Spot, may_miss: bool, may_be_null: bool) -> Any:
        if may_miss and self._values.chance(25):
            return ABSENT
        if may_be_null and self._values.chance(15):
            return None
        return self._values.new(spot)
