"""The workloads: what each asks, and the statement it becomes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from benchmarks import documents
from benchmarks.statements import Statement
from domain.access import ANONYMOUS
from domain.reader import Reader
from domain.secrets import SecretBox
from schema.execution.context import Context
from schema.execution.engine import Engine, Request

PERIOD = {"since": "2026-10-02", "until": "2026-10-31"}
PAGE = 100
BOX = SecretBox(("benchmark",))
NO_CACHE = {"Cache-Control": "no-cache"}
"""The server keeps no answer of such a request and looks for none: it asks the database."""


@dataclass(frozen=True, slots=True)
class Workload:
    """One question. connections: 0 for as many as the run is told; shared: cached answers may
    serve it."""

    name: str
    what: str
    query: str
    variables: dict[str, Any] = field(default_factory=dict)
    connections: int = 0
    shared: bool = False

    @property
    def body(self) -> str:
        return json.dumps({"query": self.query, "variables": self.variables})

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.shared else NO_CACHE


@dataclass(frozen=True, slots=True)
class Place:
    """Where a client that paged down the feed stands: `depth` rows deep. below: the next article's
    id; cursor: how it goes on."""

    depth: int
    cursor: str
    below: str


def workloads(place: Place) -> dict[str, Workload]:
    """All that ask one question over and over, by name."""
    feed = {"first": 20}
    deep = {**feed, "after": place.cursor}
    many = {"organizations": 100, "articles": 99}
    listed = (
        Workload("W1", "feed: 20 articles, author, organization, 3 posts", documents.FEED, feed),
        Workload("W1p", "feed with pageInfo", documents.FEED_WITH_PAGES, feed),
        Workload("W2", "one article, posts, totals", documents.ARTICLE, {"id": place.below}),
        Workload("W3", f"feed, {place.depth:,} rows deep", documents.FEED, deep),
        Workload("W4", "10,000 objects, one connection", documents.MANY, many, connections=1),
        Workload("W5", "dashboard: totals, 30 days, leaderboards", documents.DASHBOARD, PERIOD),
        Workload("W5m", "dashboard of a month", documents.DASHBOARD_OF_A_MONTH, PERIOD),
        Workload("W6", "feed, anonymous, shared answers", documents.FEED, feed, shared=True),
    )
    return {workload.name: workload for workload in listed}


NAMES = ("W1", "W1p", "W2", "W3", "W4", "W5", "W5m", "W6", "W7")


async def find_place(engine: Engine, reader: Reader, articles: int) -> Place:
    """A fifth of the feed down, found by paging as a client does."""
    depth = articles // 5
    cursor: str | None = None
    for left in range(depth, 0, -PAGE):
        page = await _page(engine, reader, min(PAGE, left), cursor)
        cursor = page["pageInfo"]["endCursor"]
    assert cursor is not None
    below = await _page(engine, reader, 1, cursor)
    return Place(depth, cursor, below["nodes"][0]["id"])


async def _page(engine: Engine, reader: Reader, first: int, after: str | None) -> Any:
    asked = Request(documents.CURSORS, {"first": first, "after": after})
    context = Context(ANONYMOUS, datetime.now(UTC), "bench", BOX)
    answer = await engine.answer(asked, context, reader)
    return json.loads(answer.body)["data"]["articles"]


def statement(engine: Engine, workload: Workload) -> Statement:
    """What the server asks the database for this workload."""
    prepared = engine.prepare(Request(workload.query, workload.variables), ANONYMOUS)
    assert prepared.plan is not None
    keys = tuple(root.key for root in prepared.plan.roots)
    return Statement(prepared.plan.sql, prepared.values, keys)
