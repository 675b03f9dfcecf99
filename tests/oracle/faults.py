"""What clients get wrong: ids that are none, cursors that are none, numbers out of bounds; and the
places of the graph where each of them can stand."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
)
from hypothesis import strategies as st

from tests.oracle.paths import Step, paths
from tests.oracle.restricted import RESTRICTED, selects

ANY_ACCOUNT = "claimedBy"
"""A condition that is a text: nothing is claimed by what is no id."""

ID = re.compile(r"[A-Z][a-z]+:[1-9][0-9]{0,18}", re.ASCII)
LARGEST = 2**63 - 1
ENTRIES = {
    "node": 'id: "Article:1"',
    "nodes": 'ids: ["Article:1"]',
    "engagementSeries": 'id: "Article:1"',
    "leaderboard": "of: ARTICLES",
    "articleRevision": 'articleId: "Article:1", number: 1',
    "search": 'query: "zebra"',
    "front": 'organizationId: "Organization:1", name: "home"',
    **{
        name: f'id: "{name.capitalize()}:1"'
        for name in (
            *("account", "article", "campaign", "distribution", "media", "organization"),
            *("partner", "post", "review"),
        )
    },
}
"""Arguments without which a query's field cannot be asked."""

no_ids = st.one_of(
    st.text(max_size=30).filter(lambda text: not ID.fullmatch(text)),
    st.sampled_from(
        [
            "",
            "Article",
            "Article:",
            "Article:0",
            "Article:01",
            "Article:-1",
            "Article:+1",
            "Article: 1",
            "Article:1 ",
            "Article:1\n",
            "Article:1.0",
            "Article:１",
            "article:1",
            ":1",
            "1",
            f"Article:{LARGEST + 1}",
            "Nothing:1",
            "Coverage:1",
            "Query:1",
            "Article:1;Article:2",
        ]
    ),
)


def cursor_of(value: Any) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
no_cursors = st.one_of(
    st.text(max_size=30),
    st.binary(max_size=30).map(lambda data: base64.b64encode(data).decode()),
    _json.map(cursor_of),
    st.tuples(st.just("UNKNOWN"), _json, st.integers()).map(cursor_of),
    st.sampled_from(
        [
            cursor_of(["NEWEST", "2026-01-01T00:00:00+00:00"]),
            cursor_of(["NEWEST", "2026-01-01T00:00:00", 1]),
            cursor_of(["NEWEST", "2026-01-01T00:00:00+00:00", -1]),
            cursor_of(["NEWEST", "2026-01-01T00:00:00+00:00", True]),
            cursor_of(["NEWEST", "2026-01-01T00:00:00+00:00", LARGEST + 1]),
            cursor_of(["NEWEST", "2026-01-01T00:00:00+00:00", 1.5]),
            cursor_of(["NEWEST", "2026-01-01T00:00:00+00:00", "1"]),
            cursor_of(["NEWEST", "yesterday", 1]),
            cursor_of(["NEWEST", None, 1]),
            cursor_of(["NEWEST", 5, 1]),
            cursor_of(["NEWEST", ["2026-01-01T00:00:00+00:00"], 1]),
            cursor_of(["ENTERED", 1, None]),
            cursor_of(["MOST_READ", "5", 1]),
        ]
    ),
)
out_of_bounds = st.one_of(
    st.integers(-(2**31), 0), st.integers(101, 2**31 - 1), st.sampled_from([0, -1, 101, 1000])
)


def _inside(schema: GraphQLSchema, steps: tuple[Step, ...], called: str) -> str:
    """A document that walks all steps but the last and asks there what is written."""
    owner = schema.query_type
    assert owner is not None
    start, end = "", ""
    for name, target in steps[:-1]:
        entry = _entry(name, target) if owner is schema.query_type else ""
        between = _between(owner.fields[name])
        opened = f"{name}{_bracketed(entry)} {{ {between}... on {target} {{ "
        start, end = start + opened, " }" * opened.count("{") + end
        below = schema.type_map[target]
        assert isinstance(below, GraphQLObjectType)
        owner = below
    return "{ " + start + called + end + " }"


def _between(field: GraphQLField) -> str:
    """The fields that lead from here to the rows of a step."""
    type_ = get_named_type(field.type)
    for name in ("nodes", "subject"):
        if isinstance(type_, GraphQLObjectType) and name in type_.fields:
            return f"{name} {{ {_between(type_.fields[name])}"
    return ""


def _bracketed(given: str) -> str:
    return f"({given})" if given else ""


def _entry(name: str, target: str) -> str:
    """The step's arguments. A series' subject is of the type that its id names, so the id is the
    target's: a fragment on any other type is never taken, and nothing in it can be wrong."""
    given = ENTRIES.get(name, "")
    return f'id: "{target}:1"' if name == "engagementSeries" else given


def lists(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """Every list of the graph, at the root and inside: a document with %s for the arguments, and
    the name of the type of its filter or nothing."""
    for path in paths(schema, 2):
        if path.steps[0][0] == "leaderboard":
            continue
        name = path.steps[-1][0]
        owner = schema.type_map["Query" if len(path.steps) == 1 else path.steps[-2][1]]
        assert isinstance(owner, GraphQLObjectType)
        field = owner.fields[name]
        if "after" in field.args:
            entry = f"{ENTRIES[name]}, " if name in ENTRIES else ""
            called = f"{name}({entry}%s) {{ nodes {{ __typename }} }}"
            filters = field.args.get("filter")
            named = get_named_type(filters.type).name if filters else ""
            yield _inside(schema, path.steps, called), named


def id_places(schema: GraphQLSchema) -> list[str]:
    """Documents with %s where an id stands: written as a literal, or as a variable."""
    found = ["{ nodes(ids: [%s]) { __typename } }"]
    found += [
        f"{{ {name}(id: %s) {{ __typename }} }}"
        for name, arguments in ENTRIES.items()
        if arguments.startswith("id:")
    ]
    for document, filters in lists(schema):
        if not filters or selects(schema, document % "first: 1", RESTRICTED):
            continue
        type_ = schema.type_map[filters]
        assert isinstance(type_, GraphQLInputObjectType)
        for name, field in type_.fields.items():
            if get_named_type(field.type).name == "ID" and name != ANY_ACCOUNT:
                found.append(document.replace("%s", f"filter: {{{name}: %s}}"))
    return found
