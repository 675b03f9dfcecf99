"""Fronts and what stands on them."""

from __future__ import annotations

from datetime import datetime

import strawberry

from domain.fronts.access import HOLDS, entry_visible, front_visible
from schema.articles.types import Article
from schema.lookups import number_of
from schema.organizations.types import Organization
from schema.planner.arguments import Arguments
from schema.planner.declare import argument, column, one, rows, to_one
from schema.planner.readings import stands_on
from schema.planner.statement import Statement


@stands_on("front_entry", entry_visible)
@strawberry.type(description="An article in a slot of a front, for a period.")
class FrontEntry:
    slot: int = column("Its slot; 1 is the first.")
    article: Article | None = to_one(
        "article_id", "The article; everybody sees only entries whose article is public."
    )
    starts_at: datetime | None = column("From when it stands there; null: from ever.")
    ends_at: datetime | None = column("Until when; null: for ever.")
    holds_now: bool = column("Whether its period runs now.", HOLDS.sql)


@stands_on("front", front_visible)
@strawberry.type(description="A list that editors curate, slot by slot.")
class Front:
    id: strawberry.ID = column("Global id, e.g. Front:2.", "'Front:' || {row}.id")
    organization: Organization = to_one("organization_id", "Whose it is.")
    name: str = column("By which it is asked for.")
    title: str = column("What it is called.")
    version: int = column("Grows with every change; a change carries the one it saw.")
    updated_at: datetime = column("When it was last set.")
    entries: list[FrontEntry] = rows(
        "What stands on it, slot by slot: what holds now and is public; all that is planned, for"
        " those who see drafts there.",
        where="{row}.front_id = {parent}.id",
        order_by="{row}.slot, {row}.starts_at NULLS FIRST, {row}.id",
        limit=300,
        expected=20,
    )


def _named(statement: Statement, arguments: Arguments) -> str:
    organization = statement.bind(
        arguments.get("organizationId"), "bigint", lambda id_: number_of("Organization", id_)
    )
    name = statement.bind(arguments.get("name"), "text")
    return f"{{row}}.organization_id = {organization} AND {{row}}.name = {name}"


@strawberry.type
class FrontQueries:
    front: Front | None = one(
        _named,
        "A front of an organization; null when there is none.",
        arguments=(
            argument("organization_id", strawberry.ID, "Whose: an Organization's id."),
            argument("name", str, "Its name, e.g. home."),
        ),
    )
