"""What PostgreSQL does for a query: rows looked at, rows sorted, pages read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from domain.access import Viewer
from schema.execution.engine import Engine, Request

NATURAL = ("account", "category", "organization", "partner", "person")
"""Nouns of a size the network itself bounds: hundreds of rows, which may be read whole."""


@dataclass(frozen=True)
class Work:
    """looked_at: rows read from tables that grow, fitting or not. sorted: the most rows any sort
    took in. buffers: pages of 8 KB."""

    looked_at: int
    sorted: int
    buffers: int
    shape: str

    def __str__(self) -> str:
        return (
            f"{self.looked_at} rows looked at, {self.sorted} sorted, {self.buffers} pages:"
            f" {self.shape}"
        )


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _rows(node: Mapping[str, Any]) -> int:
    removed = sum(
        node.get(f"Rows Removed by {reason}", 0) for reason in ("Filter", "Index Recheck")
    )
    return int((node["Actual Rows"] + removed) * node["Actual Loops"])


def _grows(node: Mapping[str, Any]) -> bool:
    name = node["Relation Name"]
    return name not in NATURAL and name not in [f"engagement_total_{noun}" for noun in NATURAL]


async def work(
    connection: asyncpg.Connection,
    engine: Engine,
    query: str,
    variables: Mapping[str, Any],
    viewer: Viewer,
    *,
    generic: bool = False,
) -> Work:
    """Runs the statement of a query. generic: by a plan that does not know the values."""
    prepared = engine.prepare(Request(query, variables), viewer)
    assert prepared.plan is not None
    sql, values = prepared.plan.sql, prepared.values
    explain = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) "
    if generic:
        found = await _generic(connection, explain, sql, values)
    else:
        found = await connection.fetchval(explain + sql, *values)
    return _read(json.loads(found)[0]["Plan"])


async def _generic(
    connection: asyncpg.Connection, explain: str, sql: str, values: Sequence[Any]
) -> str:
    literals = [await _literal(connection, sql, *each) for each in enumerate(values, 1)]
    given = f"({', '.join(literals)})" if literals else ""
    await connection.execute(f"PREPARE asked AS {sql}")
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    try:
        return str(await connection.fetchval(f"{explain} EXECUTE asked{given}"))
    finally:
        await connection.execute("DEALLOCATE asked")
        await connection.execute("RESET plan_cache_mode")


async def _literal(connection: asyncpg.Connection, sql: str, place: int, value: Any) -> str:
    """The value as SQL, of the type the statement gives its place."""
    found = re.search(rf"\${place}::(\w+(?:\[\])?)", sql)
    assert found is not None
    text = await connection.fetchval(f"SELECT quote_nullable($1::{found[1]}::text)", value)
    return f"{text}::{found[1]}"


def _read(plan: Mapping[str, Any]) -> Work:
    nodes = [node for node in _nodes(plan) if node["Actual Loops"]]
    growing = [node for node in nodes if "Relation Name" in node and _grows(node)]
    sorts = [below for node in nodes if "Sort" in node["Node Type"] for below in node["Plans"]]
    return Work(
        looked_at=sum(map(_rows, growing)),
        sorted=max((int(node["Actual Rows"] * node["Actual Loops"]) for node in sorts), default=0),
        buffers=plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
        shape=", ".join(f"{node['Node Type']} on {node['Relation Name']}" for node in growing),
    )
