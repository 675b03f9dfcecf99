"""Asks what clients ask, the way the server asks it, and what PostgreSQL says it took."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import nan
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

from benchmarks.search.corpus import documents
from benchmarks.search.labels import Labelled, grades_of, ndcg, written
from domain.access import ANONYMOUS
from domain.database import connection_parameters
from domain.reader import SETTINGS
from schema.execution.engine import Engine, Request
from schema.root import build

QUERY = """query($text: String!) { search(query: $text, first: 10) { nodes {
    score snippets { part html } subject { __typename ... on Article { id title } } } } }"""
COMMON = "common"
WORDS = (
    "志愿者",
    "社区 居民",
    "北京",
    "活动",
    "老人 手机",
    "volunteers",
    "国庆",
    "中国",
    "记者",
    "微博",
)
"""What stands in many thousand articles, for the time it takes."""

TIMES = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """One query. found: the titles of the first places.

    milliseconds: what PostgreSQL says it took. processor_milliseconds: what its process used of a
    processor for the whole statement, whatever else the machine did; NaN where that is not told.
    """

    text: str
    kind: str
    is_held_out: bool
    ndcg: float
    milliseconds: float
    processor_milliseconds: float
    found: tuple[str, ...]


async def ask_all(
    url: str,
    topics: Sequence[str],
    number: int,
    labels: Sequence[Labelled],
    report: Callable[[int, int], None],
) -> list[Asked]:
    """Labelled queries, and then WORDS, which have no labels."""
    articles = written(topics, documents(topics, number))
    engine = Engine(build(), zone="Asia/Shanghai")
    everything = [*labels, *(Labelled(text, COMMON, {}) for text in WORDS)]
    connection = await asyncpg.connect(**connection_parameters(url), server_settings=SETTINGS)
    try:
        asked = []
        for done, label in enumerate(everything, 1):
            grades = grades_of(label, articles)
            asked.append(await _ask(connection, engine, label, grades))
            report(done, len(everything))
        return asked
    finally:
        await connection.close()


async def _ask(
    connection: asyncpg.Connection, engine: Engine, label: Labelled, grades: dict[int, int]
) -> Asked:
    prepared = engine.prepare(Request(QUERY, {"text": label.text}), ANONYMOUS)
    assert prepared.plan is not None
    sql, values = prepared.plan.sql, prepared.values
    nodes = json.loads(await connection.fetchval(sql, *values))["nodes"]
    subjects = [node["subject"] for node in nodes if node["subject"]["__typename"] == "Article"]
    ranked = [int(subject["id"].split(":")[1]) for subject in subjects]
    return Asked(
        text=label.text,
        kind=label.kind,
        is_held_out=label.is_held_out,
        ndcg=round(ndcg(ranked, grades), 4),
        milliseconds=round(await _milliseconds(connection, sql, values), 3),
        processor_milliseconds=round(await _processor(connection, sql, values), 3),
        found=tuple(subject["title"] for subject in subjects),
    )


async def _milliseconds(connection: asyncpg.Connection, sql: str, values: Sequence[Any]) -> float:
    times: list[float] = []
    for _ in range(TIMES):
        text = await connection.fetchval(
            f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", *values
        )
        (found,) = json.loads(text)
        times.append(float(found["Planning Time"]) + float(found["Execution Time"]))
    return median(times)


async def _processor(connection: asyncpg.Connection, sql: str, values: Sequence[Any]) -> float:
    """Milliseconds on a processor, by the kernel's account (Linux, a server on this machine)."""
    account = Path(f"/proc/{connection.get_server_pid()}/schedstat")
    times: list[float] = []
    for _ in range(TIMES):
        before = _used(account)
        await connection.fetchval(sql, *values)
        times.append((_used(account) - before) / 1e6)
    return median(times)


def _used(account: Path) -> float:
    """Nanoseconds; NaN where there is no such account."""
    return float(account.read_text("ascii").split()[0]) if account.exists() else nan
