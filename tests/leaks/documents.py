"""Documents that ask for everything a schema has to tell, made of the schema itself: what is added
to it is asked for from then on. Arguments of a type that is not known here fail until it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

from tests.oracle.restricted import Place

PAGING = ("first", "after", "orderBy")
PLAIN: dict[str, tuple[Any, ...]] = {
    "Boolean": (True,),
    "Int": (1, 2),
    "Float": (0.0,),
    "BigInt": (1,),
    "Date": ("2020-01-01",),
    "DateTime": ("2020-01-01T00:00:00Z",),
    "Block": ({"type": "paragraph", "text": [{"text": "x"}]},),
}


@dataclass(frozen=True)
class Asked:
    """A document, and values for its variables."""

    name: str
    document: str
    given: dict[str, Any]


@dataclass(frozen=True)
class Asking:
    """ids, texts: what is asked for. closed: what the caller may not select."""

    schema: GraphQLSchema
    ids: list[str]
    texts: list[str]
    closed: frozenset[Place] = frozenset()

    def queries(self) -> Iterator[Asked]:
        """Each root field with each of the values, everything below it, one object deep."""
        query = self.schema.query_type
        assert query is not None
        for name, field in query.fields.items():
            if ("Query", name) in self.closed:
                continue
            document = self._document("query", name, field)
            for given in self._sets(field):
                yield Asked(name, document, given)

    def mutations(self) -> Iterator[Asked]:
        """Each with inputs of which every part that leads somewhere leads to one of the ids."""
        mutation = self.schema.mutation_type
        assert mutation is not None
        for name, field in mutation.fields.items():
            document = self._document("mutation", name, field)
            type_ = get_named_type(field.args["input"].type)
            assert isinstance(type_, GraphQLInputObjectType)
            for id_ in self.ids:
                yield Asked(name, document, {"input": self._input(type_, id_)})

    def _document(self, kind: str, name: str, field: GraphQLField) -> str:
        used = [given for given in field.args if given not in PAGING]
        declared = ", ".join(f"${given}: {_type(field.args[given])}" for given in used)
        called = [f"{given}: ${given}" for given in used]
        if "first" in field.args:
            called.append("first: 20")
        head = f"{kind}({declared})" if declared else kind
        arguments = f"({', '.join(called)})" if called else ""
        below = self._selected(get_named_type(field.type), 1)
        return f"{head} {{ {name}{arguments} {below} }}"

    def _selected(self, type_: GraphQLNamedType, depth: int) -> str:
        if is_leaf_type(type_):
            return ""
        if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            possible = self.schema.get_possible_types(type_)
            parts = " ".join(
                f"... on {one.name} {{ {' '.join(self._fields(one, 0, one.name))} }}"
                for one in possible
            )
            return f"{{ __typename {parts} }}"
        assert isinstance(type_, GraphQLObjectType)
        if {"nodes", "edges"} <= set(type_.fields):
            nodes = self._selected(get_named_type(type_.fields["nodes"].type), depth)
            ends = "pageInfo { startCursor endCursor hasNextPage }"
            return f"{{ totalCount {ends} nodes {nodes} edges {{ cursor }} }}"
        return f"{{ __typename {' '.join(self._fields(type_, depth))} }}"

    def _fields(self, type_: GraphQLObjectType, depth: int, prefix: str = "") -> Iterator[str]:
        """prefix: of their keys, so that fields of several types go together."""
        for name, field in type_.fields.items():
            target = get_named_type(field.type)
            is_shut = (type_.name, name) in self.closed
            if is_shut or any(map(is_required_argument, field.args.values())):
                continue
            key = f"{prefix}_{name}: {name}" if prefix else name
            if is_leaf_type(target):
                yield key
            elif depth:
                few = "(first: 5)" if "first" in field.args else ""
                yield f"{key}{few} {self._selected(target, depth - 1)}"

    def _sets(self, field: GraphQLField) -> Iterator[dict[str, Any]]:
        """What is required, in all combinations; and with the first of these, each of the others
        alone."""
        named = {name: given for name, given in field.args.items() if name not in PAGING}
        must = [name for name, given in named.items() if is_required_argument(given)]
        all_ = list(product(*(self._values(named[name].type) for name in must)))
        required = [dict(zip(must, values, strict=True)) for values in all_]
        yield from required if must or "id" not in named else ()
        for name in set(named) - set(must):
            for value in self._values(named[name].type):
                yield {**required[0], name: value}

    def _values(self, type_: GraphQLInputType) -> list[Any]:
        plain = get_nullable_type(type_)
        if isinstance(plain, GraphQLList):
            return [self._values(plain.of_type)[:20]]
        named = get_named_type(type_)
        if isinstance(named, GraphQLEnumType):
            return list(named.values)
        if isinstance(named, GraphQLInputObjectType):
            return [
                {name: value}
                for name, inner in named.fields.items()
                for value in self._values(inner.type)
            ]
        return list({"ID": self.ids, "String": self.texts, **PLAIN}[named.name])

    def _input(self, type_: GraphQLInputObjectType, id_: str) -> dict[str, Any]:
        return {
            name: self._part(field.type, id_)
            for name, field in type_.fields.items()
            if is_required_input_field(field) or get_named_type(field.type).name == "ID"
        }

    def _part(self, type_: GraphQLInputType, id_: str) -> Any:
        plain = get_nullable_type(type_)
        if isinstance(plain, GraphQLList):
            return [self._part(plain.of_type, id_)]
        named = get_named_type(type_)
        if isinstance(named, GraphQLInputObjectType):
            return self._input(named, id_)
        if isinstance(named, GraphQLEnumType):
            return next(iter(named.values))
        return {"ID": (id_,), "String": ("x1",), **PLAIN}[named.name][0]


def _type(given: GraphQLArgument) -> str:
    """Of a variable that may be left out where the argument may."""
    return str(given.type if is_required_argument(given) else get_nullable_type(given.type))
