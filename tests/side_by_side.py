"""The planner and the oracle asked the same, their answers laid side by side."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from graphql import GraphQLSchema

from domain.access import ANONYMOUS, SYSTEM, Viewer
from domain.reader import Reader, open_reader
from domain.secrets import SecretBox
from schema.execution.answers import Answer
from schema.execution.context import Context
from schema.execution.engine import Engine, Request
from schema.execution.limits import limits_of
from schema.root import build
from tests.oracle.asked import Asked
from tests.oracle.comparison import difference, read
from tests.oracle.cursors import cursors, queries
from tests.oracle.executor import answer, schema_of
from tests.oracle.observations import observe
from tests.oracle.restricted import closed_to, selects
from tests.oracle.rows import fill
from tests.oracle.tables import Tables, load
from tests.oracle.words import Words, words_of

ZONE = ZoneInfo("Asia/Shanghai")
SDL = Path(__file__).parents[1] / "schema" / "schema.graphql"


@dataclass(repr=False)
class Sides:
    """words: for arguments that hit something."""

    engine: Engine
    reader: Reader
    oracle: GraphQLSchema
    tables: Tables
    words: Words

    def __repr__(self) -> str:
        """Short: a failing example is shown with it."""
        return "Sides()"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(repr(self))

    async def planned(
        self, query: str, variables: Mapping[str, Any] | None = None, viewer: Viewer = ANONYMOUS
    ) -> Answer:
        context = Context(viewer, datetime.now(UTC), "request-1", SecretBox(("a key",)))
        return await self.engine.answer(Request(query, variables or {}), context, self.reader)

    def expected(self, query: str, variables: Mapping[str, Any], viewer: Viewer) -> dict[str, Any]:
        return answer(self.oracle, query, variables, self._asked(viewer))

    def _asked(self, viewer: Viewer) -> Asked:
        return Asked(self.tables, viewer, datetime.now(UTC), ZONE)

    async def agree(
        self, query: str, variables: Mapping[str, Any] | None = None, viewer: Viewer = ANONYMOUS
    ) -> Answer:
        """The planner's answer, which is the oracle's in every value and in every order; or its
        refusal, where the query selects what the viewer may not."""
        given = variables or {}
        if selects(self.oracle, query, closed_to(viewer)):
            refused = await self.planned(query, given, viewer)
            assert (refused.data, refused.codes) == (None, {"FORBIDDEN"}), f"{viewer}\n{query}"
            return refused
        while True:
            hour = _hour()
            if self.tables.now.date() != hour.date():
                self.tables = await load()  # scores go by the day, in UTC
            found = await self.planned(query, given, viewer)
            expected = self.expected(query, given, viewer)
            if _hour() == hour:
                break
        told = f"{viewer} asked\n{query}\n{given}\n"
        assert found.errors == (), f"{told}{[error.formatted for error in found.errors]}"
        differs = difference(expected, read(found.body)["data"])
        assert differs is None, told + str(differs)
        return found

    async def refuses(
        self, query: str, variables: Mapping[str, Any] | None = None, viewer: Viewer = ANONYMOUS
    ) -> str:
        """The message of a refusal: the client's fault, no data, whoever asks."""
        found = await self.planned(query, variables, viewer)
        told = f"{query}\n{variables}\n{found.body.decode()}"
        assert found.data is None, told
        assert found.codes == {"BAD_USER_INPUT"}, told
        assert set(read(found.body)) == {"errors"}, told
        return "; ".join(error.message for error in found.errors)


def _hour() -> datetime:
    """Figures go by hours and days, which begin in the midst of a run."""
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


WIDE = limits_of({"aliases": 10_000, "fields": 10_000})
"""Fragments that are spread again and again multiply what is invented."""

EVERY_COST = 10**7
"""What is asked here is bounded by who draws it."""


@asynccontextmanager
async def sides(
    database_url: str, now: datetime, *, hidden_from: int | None = None
) -> AsyncIterator[Sides]:
    """Fills an empty database that Tortoise is opened on."""
    await observe(await fill(now, hidden_from=hidden_from), ZONE)
    tables = await load()
    oracle = schema_of(SDL.read_text(encoding="utf-8"))
    async with open_reader(database_url, size=4, timeout_seconds=20) as reader:
        words = words_of(tables, now, ZONE)
        opened = Sides(
            Engine(build(), zone=ZONE.key, max_cost=EVERY_COST, limits=WIDE),
            reader,
            oracle,
            tables,
            words,
        )
        await _learn_cursors(opened)
        yield opened


async def _learn_cursors(opened: Sides) -> None:
    """An administrator's, so of every row."""
    for key, query in queries():
        found = await opened.planned(query, {}, SYSTEM)
        opened.words.cursors.setdefault(key, []).extend(cursors(read(found.body)["data"]))
