"""What occurs in a document: fields by type, and whatever else GraphQL has in queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    parse,
    print_ast,
    visit,
)

EVERY_FEATURE = frozenset(
    {
        *("alias", "__typename", "one field twice, with other arguments"),
        *("fragment without a type", "fragment spread", "fragment spread twice"),
        *("fragment on an object", "fragment on an interface", "fragment on a union"),
        *("@include", "@skip", "@include by variable", "@skip by variable"),
        *("variable with a default", "null", "variable in a list"),
        *(
            f"{name} by {kind}"
            for name in ("first", "orderBy", "filter", "id", "ids")
            for kind in ("literal", "variable")
        ),
        *("after by literal", "after by variable", "filter with a variable inside"),
        *(f"{name} below a list" for name in ("first", "after", "orderBy", "filter")),
        *("connection in a connection", "node", "nodes"),
    }
)


class _Looking(Visitor):
    def __init__(self, schema: GraphQLSchema, info: TypeInfo) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.fields: set[tuple[str, str]] = set()
        self._schema = schema
        self._info = info
        self._lists = 0

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent, type_ = self._info.get_parent_type(), self._info.get_type()
        assert parent is not None
        name = node.name.value
        self.fields.add((parent.name, name))
        if node.alias:
            self.found.add("alias")
        if name in ("__typename", "node", "nodes"):
            self.found.add(name)
        if _is_connection(type_):
            if self._lists:
                self.found.add("connection in a connection")
                self.found |= {f"{given.name.value} below a list" for given in node.arguments or ()}
            self._lists += 1

    def leave_field(self, node: FieldNode, *_: Any) -> None:
        if _is_connection(self._info.get_type()):
            self._lists -= 1

    def enter_selection_set(self, node: SelectionSetNode, *_: Any) -> None:
        asked = defaultdict(set)
        for field in node.selections:
            if isinstance(field, FieldNode):
                asked[field.name.value].add(" ".join(sorted(map(print_ast, field.arguments or ()))))
        if any(len(arguments) > 1 for arguments in asked.values()):
            self.found.add("one field twice, with other arguments")
        spread = [one.name.value for one in node.selections if isinstance(one, FragmentSpreadNode)]
        self.found |= {"fragment spread"} if spread else set()
        self.found |= {"fragment spread twice"} if len(spread) > len(set(spread)) else set()

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        self.found |= set(_of_argument(node.name.value, node.value))

    def enter_null_value(self, node: NullValueNode, *_: Any) -> None:
        self.found.add("null")

    def enter_list_value(self, node: ListValueNode, *_: Any) -> None:
        if any(isinstance(item, VariableNode) for item in node.values):
            self.found.add("variable in a list")

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> None:
        if node.default_value:
            self.found.add("variable with a default")

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        by_variable = isinstance((node.arguments or ())[0].value, VariableNode)
        self.found.add(f"@{node.name.value}{' by variable' if by_variable else ''}")

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: Any) -> None:
        if node.type_condition is None:
            self.found.add("fragment without a type")
        else:
            self._conditioned(node.type_condition.name.value)

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> None:
        self._conditioned(node.type_condition.name.value)

    def _conditioned(self, type_name: str) -> None:
        kinds = {
            GraphQLObjectType: "an object",
            GraphQLInterfaceType: "an interface",
            GraphQLUnionType: "a union",
        }
        self.found.add(f"fragment on {kinds[type(self._schema.type_map[type_name])]}")


def _is_connection(type_: Any) -> bool:
    return type_ is not None and get_named_type(type_).name.endswith("Connection")


def _of_argument(name: str, value: ValueNode) -> Iterator[str]:
    yield f"{name} by {'variable' if isinstance(value, VariableNode) else 'literal'}"
    fields = value.fields if name == "filter" and isinstance(value, ObjectValueNode) else ()
    if any(isinstance(field.value, VariableNode) for field in fields):
        yield "filter with a variable inside"


def features(schema: GraphQLSchema, document: str) -> tuple[set[str], set[tuple[str, str]]]:
    """What occurs in it, by name; and its fields, each with the name of the type it stands on."""
    info = TypeInfo(schema)
    looking = _Looking(schema, info)
    visit(parse(document), TypeInfoVisitor(info, looking))
    return looking.found, looking.fields
