"""One SQL statement in the making: its bound values, its row aliases, what its text depends on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import FieldNode

from domain.access import Predicate, Viewer
from schema.planner.arguments import Arguments, Given, Value
from schema.planner.errors import BadInput, TooCostly, TooManyFields
from schema.planner.readings import Visible
from schema.planner.texts import plain_text

MAX_FIELDS = 1_000
"""Planned in one statement. A field takes about 0.1 ms of the processor to plan."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """How a bound value is found when the statement is run: from the variables, or the viewer."""

    value: Value
    convert: Callable[[Any], Any] | None = None
    visible: Visible | None = None
    index: int = 0
    of_viewer: Callable[[Viewer], Any] | None = None

    def resolve(self, variables: Mapping[str, Any], viewer: Viewer) -> Any:
        if self.visible is not None:
            return self.visible(viewer).values[self.index]
        if self.of_viewer is not None:
            return self.of_viewer(viewer)
        found = self.value.resolve(variables)
        return found if self.convert is None else self.convert(found)


@dataclass(frozen=True, slots=True)
class Dependency:
    """Something of a variable's value that the text depends on, e.g. the number given for first."""

    path: tuple[str, ...]
    project: Callable[[Any], Any]


@dataclass
class Statement:
    """Collects what one statement needs while the planner writes its text.

    variables: the coerced variables of the request the plan is made for.
    zone: where a day begins, an IANA name.
    """

    viewer: Viewer
    zone: str
    variables: Mapping[str, Any]
    parameters: list[Parameter] = field(default_factory=list)
    dependencies: list[Dependency] = field(default_factory=list)
    cost: int = 0
    _dearest: tuple[int, Arguments | None] = (0, None)
    _aliases: int = 0
    _fields: int = 0

    def alias(self) -> str:
        self._aliases += 1
        return f"t{self._aliases}"

    def count_field(self, node: FieldNode) -> None:
        """One more is planned. Raises TooManyFields."""
        self._fields += 1
        if self._fields > MAX_FIELDS:
            raise TooManyFields(MAX_FIELDS, node)

    def charge(self, rows: int, arguments: Arguments | None) -> None:
        """So many rows can be read by the field with these arguments."""
        self.cost += rows
        if rows > self._dearest[0]:
            self._dearest = rows, arguments

    def check_cost(self, limit: int) -> None:
        """Raises TooCostly."""
        if self.cost > limit:
            most, arguments = self._dearest
            path = arguments.path if arguments else ()
            node = arguments.node if arguments else None
            raise TooCostly(self.cost, limit, most=most, path=path, node=node)

    def bind(self, given: Given, sql_type: str, convert: Callable[[Any], Any] | None = None) -> str:
        """A placeholder for a value, e.g. `$3::bigint`. `convert` runs when the values are
        found, and may raise BadInput; texts are checked without it."""
        value = given if isinstance(given, Value) else Value(given)
        if convert is None and sql_type == "text":
            convert = plain_text
        return self._placeholder(Parameter(value, convert), sql_type)

    def _placeholder(self, parameter: Parameter, sql_type: str) -> str:
        self.parameters.append(parameter)
        return f"${len(self.parameters)}::{sql_type}"

    def bind_viewer(self, tell: Callable[[Viewer], Any], sql_type: str) -> str:
        """A placeholder for something of whoever asks."""
        return self._placeholder(Parameter(Value(), of_viewer=tell), sql_type)

    def read_now(self, given: Given, project: Callable[[Any], Any] = lambda value: value) -> Any:
        """The value itself, because the text depends on it; remembered as part of the shape."""
        if not isinstance(given, Value):
            return project(given)
        for path in _paths(given):
            self.dependencies.append(Dependency(path, project))
        return project(given.resolve(self.variables))

    def predicate(self, visible: Visible, row: str) -> str:
        """Which rows the viewer sees, or an empty text when it is all of them."""
        condition: Predicate = visible(self.viewer)
        if condition.sql == "TRUE":
            return ""
        places = [
            self._placeholder(Parameter(Value(), visible=visible, index=index), _sql_type(value))
            for index, value in enumerate(condition.values)
        ]
        return condition.sql.format(*places, row=row)

    def first(self, given: Given, maximum: int) -> int:
        """A page's size, checked; written into the text, because PostgreSQL plans better so."""
        number = self.read_now(given)
        if not isinstance(number, int) or not 1 <= number <= maximum:
            raise BadInput(f"`first` must be from 1 to {maximum}, not {number}")
        return number


def _paths(value: Value) -> list[tuple[str, ...]]:
    if value.items is not None:
        return [path for item in value.items for path in _paths(item)]
    return [value.path] if value.path else []


def _sql_type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "bigint"
    if isinstance(value, str):
        return "text"
    if isinstance(value, list) and all(isinstance(item, int) for item in value):
        return "bigint[]"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "text[]"
    raise TypeError(f"a predicate may not bind {type(value).__name__}")
