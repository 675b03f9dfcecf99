"""How large a document may be, found in one pass over it before anything is validated.

A fragment is counted once, wherever it is spread; from then on its counts are added. So the pass
takes as long as the document is long, whatever it would be with its fragments written out, and what
comes after the pass is bounded by what it would be written out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
)

MOST_COUNTED = 10**9
"""Fragments that spread each other double what they come to: nobody needs to know more."""

INTROSPECTED = {
    "types": 300,
    "fields": 8,
    "inputFields": 5,
    "possibleTypes": 5,
    "enumValues": 8,
    "interfaces": 2,
    "args": 3,
    "directives": 8,
}
"""The lists by which a schema tells of itself, and how long about each is."""


@dataclass(frozen=True)
class Limits:
    """The most a document may hold. Of an operation, with its fragments written out: root_fields,
    fields, aliases, directives, spreads, depth, variables, and introspection, the rows that the
    schema would tell of itself. Of the whole document as it is written: the others.

    duplicates: of one field in one selection. items: of one list or object that is written out.
    values: given for variables, each of a list's and an object's too.
    """

    letters: int = 60_000
    tokens: int = 3_000
    comments: int = 500
    operations: int = 25
    fragments: int = 100
    root_fields: int = 30
    fields: int = 500
    aliases: int = 100
    duplicates: int = 20
    directives: int = 100
    spreads: int = 500
    depth: int = 20
    variables: int = 100
    items: int = 200
    values: int = 5_000
    introspection: int = 30_000


DEFAULTS = Limits()
NAMES = {field.name: field.name.replace("_", " ") for field in fields(Limits)} | {
    "duplicates": "fields of one name beside each other",
    "depth": "levels",
    "items": "items in one list or object",
    "values": "values in its variables",
    "introspection": "rows of the schema itself",
    "comparisons": "comparisons of fields that could be one",
}


@dataclass(frozen=True)
class Excess:
    """A limit, by its name, and how far the document goes beyond it."""

    name: str
    found: int
    allowed: int

    def error(self) -> GraphQLError:
        message = f"the document has {self.found} {NAMES[self.name]}, {self.allowed} are allowed"
        limit = {"name": self.name, "found": self.found, "allowed": self.allowed}
        return GraphQLError(message, extensions={"code": "LIMIT_EXCEEDED", "limit": limit})


def limits_of(given: Mapping[str, int]) -> Limits:
    """The defaults but for what is given. Raises ValueError that names the fault."""
    for name, allowed in given.items():
        if name not in vars(DEFAULTS):
            raise ValueError(
                f"there is no limit {name!r:.40}; there are {', '.join(vars(DEFAULTS))}"
            )
        if not isinstance(allowed, int) or isinstance(allowed, bool) or allowed < 1:
            raise ValueError(f"the limit of {name} must be a number from 1 on")
    return replace(DEFAULTS, **given)


def more_than(name: str, allowed: int) -> GraphQLError:
    """For what is not counted to its end."""
    return GraphQLError(
        f"the document has more than {allowed} {NAMES[name]}, {allowed} are allowed",
        extensions={"code": "LIMIT_EXCEEDED", "limit": {"name": name, "allowed": allowed}},
    )


def excess_of_values(given: object, limits: Limits) -> Excess | None:
    """Of what was given for variables, already read from JSON."""
    found, waiting = 0, [given]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.values())
            found += len(value)
        elif isinstance(value, list):
            waiting.extend(value)
            found += len(value)
    return Excess("values", found, limits.values) if found > limits.values else None


@dataclass(slots=True)
class Counts:
    """Of one selection, with its fragments written out. level: fields of the selection itself.
    rows: of the schema, if it is asked for; told: those of them that are."""

    level: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    spreads: int = 0
    depth: int = 0
    rows: int = 0
    told: int = 0

    def add(self, other: Counts) -> None:
        """What is selected beside this."""
        self.level = min(self.level + other.level, MOST_COUNTED)
        self.fields = min(self.fields + other.fields, MOST_COUNTED)
        self.aliases = min(self.aliases + other.aliases, MOST_COUNTED)
        self.directives = min(self.directives + other.directives, MOST_COUNTED)
        self.spreads = min(self.spreads + other.spreads, MOST_COUNTED)
        self.depth = max(self.depth, other.depth)
        self.rows = min(self.rows + other.rows, MOST_COUNTED)
        self.told = min(self.told + other.told, MOST_COUNTED)


def excesses(document: DocumentNode, limits: Limits) -> list[Excess]:
    """Every limit the document exceeds, in the order of Limits; of each the worst case."""
    found = Pass(document).found
    return [
        Excess(name, found[name], allowed)
        for name, allowed in vars(limits).items()
        if found[name] > allowed
    ]


class Pass:
    """The one pass. found: by the names of Limits."""

    def __init__(self, document: DocumentNode) -> None:
        definitions = document.definitions
        self.found: Counter[str] = Counter()
        self._fragments: Mapping[str, FragmentDefinitionNode] = {
            node.name.value: node
            for node in definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._counted: dict[str, Counts] = {}
        for name in self._fragments:
            self._of_fragment(name)
        operations = [node for node in definitions if isinstance(node, OperationDefinitionNode)]
        for operation in operations:
            self._take(operation)
        self.found["operations"] = len(operations)
        self.found["fragments"] = len(definitions) - len(operations)

    def _most(self, name: str, count: int) -> None:
        if count > self.found[name]:
            self.found[name] = count

    def _take(self, operation: OperationDefinitionNode) -> None:
        variables = operation.variable_definitions or ()
        counts = Counts(directives=self._directives(operation.directives))
        for variable in variables:
            counts.directives += self._directives(variable.directives)
            self._literal(variable.default_value)
        counts.add(self._of_selections(operation.selection_set))
        self._most("variables", len(variables))
        self._most("root_fields", counts.level)
        self._most("introspection", counts.told)
        for name in ("fields", "aliases", "directives", "spreads", "depth"):
            self._most(name, getattr(counts, name))

    def _of_fragment(self, name: str) -> Counts:
        """Nothing for a fragment that spreads itself, or is not there: validation names it."""
        known = self._counted.get(name)
        if known is None:
            self._counted[name] = known = Counts()
            if fragment := self._fragments.get(name):
                known.directives += self._directives(fragment.directives)
                known.add(self._of_selections(fragment.selection_set))
        return known

    def _of_selections(
        self, selection_set: SelectionSetNode | None, beside: Counter[str] | None = None
    ) -> Counts:
        """beside: how often each response key was met in this selection so far."""
        counts = Counts()
        keys: Counter[str] = Counter() if beside is None else beside
        for node in selection_set.selections if selection_set else ():
            counts.directives += self._directives(node.directives)
            if isinstance(node, FieldNode):
                counts.add(self._of_field(node, keys))
            elif isinstance(node, InlineFragmentNode):
                counts.add(self._of_selections(node.selection_set, keys))
            elif isinstance(node, FragmentSpreadNode):
                counts.spreads += 1
                counts.add(self._of_fragment(node.name.value))
        return counts

    def _of_field(self, node: FieldNode, keys: Counter[str]) -> Counts:
        name, key = node.name.value, (node.alias or node.name).value
        keys[key] += 1
        self._most("duplicates", keys[key])
        self._arguments(node.arguments)
        counts = self._of_selections(node.selection_set)
        counts.level = 1
        counts.fields += 1
        counts.depth += 1
        counts.aliases += node.alias is not None
        if name in ("__schema", "__type"):
            counts.told += counts.rows + 1
        if name in INTROSPECTED:
            counts.rows = INTROSPECTED[name] * (counts.rows + 1)
        return counts

    def _directives(self, nodes: Iterable[DirectiveNode] | None) -> int:
        count = 0
        for node in nodes or ():
            count += 1
            self._arguments(node.arguments)
        return count

    def _arguments(self, nodes: Iterable[ArgumentNode] | None) -> None:
        for node in nodes or ():
            self._literal(node.value)

    def _literal(self, value: ValueNode | None) -> None:
        """Looks at every list and object in it."""
        waiting: list[Node] = [value] if value else []
        while waiting:
            inner = list(_inside(waiting.pop()))
            self._most("items", len(inner))
            waiting.extend(inner)


def _inside(value: Node) -> Iterator[Node]:
    if isinstance(value, ListValueNode):
        yield from value.values
    elif isinstance(value, ObjectValueNode):
        yield from (field.value for field in value.fields)
