"""From a selection to SQL: an object's columns, and the rows its fields lead to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
)

from schema.planner.arguments import Arguments, Given, Value, read_arguments
from schema.planner.catalog import kind_of, object_of, python_name, reading_of, standing_of
from schema.planner.errors import BadInput
from schema.planner.found import found
from schema.planner.ids import MAX_IDS, checked_id, checked_ids
from schema.planner.mixed import mixed
from schema.planner.pages import page
from schema.planner.place import Place
from schema.planner.readings import (
    ById,
    Chosen,
    Column,
    Found,
    Made,
    Mixed,
    One,
    Page,
    Part,
    Rows,
    Subject,
    Told,
    Where,
)
from schema.planner.selections import collect
from schema.planner.sql import Columns, as_list, as_object
from schema.planner.statement import Statement


@dataclass(frozen=True)
class Planner:
    """Writes one statement for one operation."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    statement: Statement

    def collect(self, type_: GraphQLObjectType, nodes: Iterable[Any]) -> dict[str, list[FieldNode]]:
        return collect(self.schema, self.fragments, self.statement.variables, type_, nodes)

    def columns(self, place: Place, nodes: Iterable[Any]) -> Columns:
        """Response key and SQL for everything selected of an object."""
        return [
            (key, self.field(place, selected))
            for key, selected in self.collect(place.type_, nodes).items()
        ]

    def field(self, place: Place, nodes: list[FieldNode]) -> str:
        self.statement.count_field(nodes[0])
        name = nodes[0].name.value
        if name == "__typename":
            return f"'{place.type_.name}'::text"
        field = place.type_.fields[name]
        arguments = read_arguments(field, nodes[0], self.statement.variables, place.arguments)
        try:
            return self._read(place, field, nodes, arguments)
        except BadInput as fault:
            raise fault if fault.nodes else BadInput(fault.message, nodes[0]) from fault

    def _read(
        self, place: Place, field: GraphQLField, nodes: list[FieldNode], arguments: Arguments
    ) -> str:
        reading = reading_of(field)
        match reading:
            case Column(given, cost):
                self.statement.charge(place.times * cost, arguments)
                sql: str = _given(given, self.statement, place.arguments or arguments)
                return sql.format(
                    row=place.row,
                    name=python_name(field),
                    type=place.type_.name,
                    kind=kind_of(place.type_),
                )
            case Part():
                target = replace(place, type_=object_of(field), arguments=arguments)
                return as_object(self.columns(target, nodes))
            case One():
                return self._one(place, field, nodes, arguments, reading)
            case Rows():
                return self._rows(place, field, nodes, arguments, reading)
            case Page():
                return page(self, place, field, nodes, arguments, reading)
            case ById(argument):
                return self._by_id(place, field, nodes, arguments, argument)
            case Subject():
                return self._subject(place, nodes, arguments, reading)
            case Mixed():
                return mixed(self, place, field, nodes, arguments, reading)
            case Found():
                return found(self, place, field, nodes, arguments, reading)
            case Chosen():
                return self._chosen(place, field, nodes, arguments, reading)
            case Made(sources):
                self.check_told(object_of(field), nodes)
                self.statement.charge(1, arguments)
                return f"({sources(self.statement, arguments)})"
            case Told():
                raise AssertionError(f"{field} is no part of what is made")

    def check_told(self, type_: GraphQLObjectType, nodes: Iterable[Any]) -> None:
        """Counts what is asked of an object that is made. Raises TooManyFields."""
        for selected in self.collect(type_, nodes).values():
            self.statement.count_field(selected[0])
            field = type_.fields.get(selected[0].name.value)
            inner = get_named_type(field.type) if field is not None else None
            if isinstance(inner, GraphQLObjectType):
                self.check_told(inner, selected)

    def where(self, where: Where, arguments: Arguments, place: Place, row: str) -> str:
        """A declared condition, with its places filled."""
        text: str = _given(where, self.statement, arguments)
        return text.format(row=row, parent=place.row, kind=kind_of(place.type_))

    def _one(
        self,
        place: Place,
        field: GraphQLField,
        nodes: list[FieldNode],
        arguments: Arguments,
        reading: One,
    ) -> str:
        target = object_of(field)
        row = self.statement.alias()
        where = self.where(reading.where, arguments, place, row)
        table: str = _given(reading.table, self.statement, arguments)
        table = table.format(parent=place.row, kind=kind_of(place.type_))
        below = replace(place, type_=target, row=row, arguments=arguments)
        return self.row_of(below, nodes, where, table)

    def row_of(self, place: Place, nodes: Iterable[Any], where: str, table: str = "") -> str:
        """The object of the one row that fits `where` and is visible, by default of the type's own
        table."""
        standing = standing_of(place.type_)
        self.statement.charge(place.times * standing.cost, place.arguments)
        seen = self.statement.predicate(standing.visible, place.row)
        source = f"{table or standing.table} {place.row}"
        return as_object(self.columns(place, nodes), source, [where, seen])

    def _rows(
        self,
        place: Place,
        field: GraphQLField,
        nodes: list[FieldNode],
        arguments: Arguments,
        reading: Rows,
    ) -> str:
        target, statement = object_of(field), self.statement
        own, row = standing_of(target), statement.alias()
        where = self.where(reading.where, arguments, place, row)
        limit = _given(reading.limit, statement, arguments)
        expected = _given(reading.expected, statement, arguments)
        times = place.times * (expected or limit or MAX_IDS)
        statement.charge(times * own.cost, arguments)
        columns = self.columns(Place(target, row, times, arguments), nodes)
        table = _given(reading.table, statement, arguments) or own.table
        source = table.format(parent=place.row, kind=kind_of(place.type_))
        seen = statement.predicate(own.visible, row)
        order = reading.order_by.format(row=row)
        return as_list(columns, f"{source} {row}", [where, seen], order, limit)

    def _by_id(
        self,
        place: Place,
        field: GraphQLField,
        nodes: list[FieldNode],
        arguments: Arguments,
        argument: str,
    ) -> str:
        types = self.possible(field)
        names = tuple(type_.name for type_ in types)
        many = isinstance(get_nullable_type(field.type), GraphQLList)
        times = place.times * (self._asked_ids(arguments.get(argument)) if many else 1)
        asked = self.statement.alias()
        below = replace(place, row=asked, times=times, arguments=arguments)
        type_sql, number = f"split_part({asked}.id, ':', 1)", f"split_part({asked}.id, ':', 2)"
        choice = self.chosen(types, below, nodes, type_sql, f"{number}::bigint")
        given = arguments.get(argument)
        if not many:
            bound = self.statement.bind(given, "text", lambda id_: checked_id(id_, names))
            return f"(SELECT {choice} FROM (SELECT {bound} AS id) {asked})"
        bound = self.statement.bind(given, "text[]", lambda ids: checked_ids(ids, names))
        return (
            f"(SELECT coalesce(json_agg({choice} ORDER BY {asked}.place), '[]'::json)"
            f" FROM unnest({bound}) WITH ORDINALITY AS {asked} (id, place))"
        )

    def _asked_ids(self, given: Given) -> int:
        """How many ids are asked for, too many counted as the most: values are checked later."""
        if isinstance(given, Value) and given.items is not None:
            return min(len(given.items), MAX_IDS)
        return int(self.statement.read_now(given, lambda ids: min(len(ids), MAX_IDS)))

    def possible(self, field: GraphQLField) -> list[GraphQLObjectType]:
        """The types an interface's or a union's objects can be of, by name."""
        abstract = get_named_type(field.type)
        assert is_abstract_type(abstract)
        return sorted(self.schema.get_possible_types(abstract), key=lambda type_: type_.name)

    def chosen(
        self,
        types: Iterable[GraphQLObjectType],
        place: Place,
        nodes: list[FieldNode],
        type_sql: str,
        number_sql: str,
    ) -> str:
        """The object whose type shows only in the row: SQL says the type's name and the number in
        its id. Only one branch is ever read: the dearest one counts."""
        statement, branches, dearest = self.statement, [], place.times
        before = statement.cost
        for type_ in types:
            row = statement.alias()
            number = standing_of(type_).number.format(row=row)
            below = replace(place, type_=type_, row=row)
            sql = self.row_of(below, nodes, f"{number} = {number_sql}")
            branches.append(f"WHEN '{type_.name}' THEN {sql}")
            dearest, statement.cost = max(dearest, statement.cost - before), before
        statement.cost = before + dearest
        return f"CASE {type_sql} {' '.join(branches)} END"

    def _chosen(
        self,
        place: Place,
        field: GraphQLField,
        nodes: list[FieldNode],
        arguments: Arguments,
        reading: Chosen,
    ) -> str:
        type_sql, number = (
            sql.format(row=place.row) for sql in (reading.type_name, reading.number)
        )
        below = replace(place, arguments=arguments)
        return self.chosen(self.possible(field), below, nodes, type_sql, number)

    def _subject(
        self, place: Place, nodes: list[FieldNode], arguments: Arguments, reading: Subject
    ) -> str:
        assert place.arguments is not None
        name = reading.choose(self.statement, place.arguments)
        target = self.schema.get_type(name)
        assert isinstance(target, GraphQLObjectType)
        below = replace(place, type_=target, row=self.statement.alias(), arguments=arguments)
        where = self.where(reading.where, arguments, place, below.row)
        return self.row_of(below, nodes, where)


def _given(declared: Any, statement: Statement, arguments: Arguments) -> Any:
    """What a reading says, or what it works out from the arguments."""
    return declared(statement, arguments) if callable(declared) else declared
