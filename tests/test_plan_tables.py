"""The tables a plan names are the tables its statement reads: what is shared hangs on them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from domain.access import ANONYMOUS, SYSTEM, Viewer
from domain.database import connection_parameters
from domain.notifications import TELLING
from schema.execution.documents import Refused
from schema.execution.engine import Engine, Prepared, Request
from schema.execution.limits import DEFAULTS
from schema.root import build
from tests.graph import Graph, graph

DEPTH = 2
WIDE = replace(DEFAULTS, tokens=100_000, letters=1_000_000, fields=10_000, aliases=10_000)
"""What is asked here is all there is."""
SCHEMA = build()
CORE = SCHEMA._schema
NODE = CORE.get_type("Node")
assert isinstance(NODE, GraphQLInterfaceType)
IDENTIFIED = {"Column", "Review", *(type_.name for type_ in CORE.get_possible_types(NODE))}


def _value(name: str, argument: GraphQLArgument, target: GraphQLNamedType) -> str:
    type_ = get_named_type(argument.type)
    if isinstance(type_, GraphQLEnumType):
        return str(next(iter(type_.values)))
    known = target.name if isinstance(target, GraphQLObjectType) else "Article"
    if name.endswith("Id"):
        known = name.removesuffix("Id").capitalize()
    id_ = f'"{known if known in IDENTIFIED else "Article"}:1"'
    given = str(argument.type).rstrip("!")
    return {"ID": id_, "Int": "1", "[ID!]": f"[{id_}]"}.get(given, '"2026-10-01"')


def _arguments(field: GraphQLField) -> str:
    target = get_named_type(field.type)
    given = {
        name: _value(name, argument, target)
        for name, argument in field.args.items()
        if is_required_argument(argument) or name == "id"
    }
    if "first" in field.args:
        given["first"] = "1"
    return f"({', '.join(f'{name}: {value}' for name, value in given.items())})" if given else ""


def _fields(type_: GraphQLObjectType, depth: int) -> Iterator[str]:
    """Each field under a key of its own, so that those of several types go together."""
    for name, field in type_.fields.items():
        target, key = get_named_type(field.type), f"{type_.name}_{name}"
        if is_leaf_type(target):
            yield f"{key}: {name}{_arguments(field)}"
        elif depth:
            yield f"{key}: {name}{_arguments(field)} {_selection(target, depth - 1)}"


def _selection(type_: GraphQLNamedType, depth: int) -> str:
    """Everything of a type, as deep as that."""
    if isinstance(type_, GraphQLObjectType):
        return f"{{ {' '.join(_fields(type_, depth)) or '__typename'} }}"
    assert isinstance(type_, GraphQLInterfaceType | GraphQLUnionType)
    parts = (
        f"... on {one.name} {{ {' '.join(_fields(one, 0)) or '__typename'} }}"
        for one in CORE.get_possible_types(type_)
    )
    return f"{{ __typename {' '.join(parts)} }}"


def _documents() -> dict[str, str]:
    query = CORE.query_type
    assert query is not None
    found = {}
    for name, field in query.fields.items():
        target = get_named_type(field.type)
        selected = "" if is_leaf_type(target) else _selection(target, DEPTH)
        found[name] = f"{{ {name}{_arguments(field)} {selected} }}"
    return found


DOCUMENTS = _documents()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(**connection_parameters(database_url))
    yield connection
    await connection.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def wholes(connection: asyncpg.Connection) -> dict[str, str]:
    """By the name of a partition, the table it is a part of."""
    rows = await connection.fetch(
        "SELECT inhrelid::regclass::text AS part, pg_partition_root(inhrelid)::regclass::text AS"
        " whole FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE c.relkind IN ('r', 'p')"
    )
    return {row["part"]: row["whole"] for row in rows}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def telling(connection: asyncpg.Connection) -> set[str]:
    """The tables that tell of their changes."""
    return {row["name"] for row in await connection.fetch(TELLING)}


def _read(plan: Any) -> Iterator[str]:
    if isinstance(plan, dict):
        if "Relation Name" in plan:
            yield plan["Relation Name"]
        for value in plan.values():
            yield from _read(value)
    elif isinstance(plan, list):
        for value in plan:
            yield from _read(value)


def test_lists_and_totals_are_read_from_what_tells(telling: set[str]) -> None:
    engine = Engine(SCHEMA, zone="UTC", limits=WIDE)
    feed = "{ articles { totalCount nodes { id author { name } reads { value } } } }"
    plan = engine.prepare(Request(feed, {}), ANONYMOUS).plan
    assert plan is not None
    assert telling.issuperset(plan.tables)


def _prepared(engine: Engine, query: str, viewer: Viewer) -> Prepared | None:
    """None: strangers may not ask this at all."""
    try:
        return engine.prepare(Request(query, {}), viewer)
    except Refused as refused:
        codes = {(error.extensions or {}).get("code") for error in refused.errors}
        if viewer is ANONYMOUS and codes == {"FORBIDDEN"}:
            return None
        raise


@pytest.mark.parametrize("viewer", [ANONYMOUS, SYSTEM], ids=["anonymous", "administrator"])
@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_plan_names_all_it_reads(
    connection: asyncpg.Connection,
    wholes: dict[str, str],
    telling: set[str],
    name: str,
    viewer: Viewer,
) -> None:
    engine = Engine(SCHEMA, zone="UTC", max_cost=10_000_000, limits=WIDE)
    prepared = _prepared(engine, DOCUMENTS[name], viewer)
    if prepared is None:
        return
    plan = prepared.plan
    assert plan is not None
    statement = f"EXPLAIN (FORMAT JSON) {plan.sql}"
    explained = json.loads(await connection.fetchval(statement, *prepared.values))
    read = {wholes.get(table, table) for table in _read(explained)}
    # A view hides what it reads. It tells of no changes, so nothing that names it is shared.
    assert read <= set(plan.tables) or not telling.issuperset(plan.tables)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as it:
        await it.app.graphql.answering.shared._changes.listening.wait()
        yield it


async def test_what_does_not_tell_its_changes_is_not_shared(opened: Graph) -> None:
    telling = opened.app.graphql.answering.shared._changes.telling
    assert {"article", "engagement_total", "post", "token"} <= telling
    assert "metric_definition" not in telling
    for query, asked in (("{ definitions { code } }", 2), ("{ articles { totalCount } }", 1)):
        opened.statements.clear()
        for _ in range(2):
            assert "errors" not in (await opened.post(query)).json()
        assert len(opened.statements) == asked
