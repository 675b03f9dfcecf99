"""Columns 专题, and what stands in them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.article_columns.access import visible
from schema.described import described
from schema.lookups import has_id_or, number_of
from schema.organizations.types import Organization
from schema.planner.arguments import Arguments
from schema.planner.declare import argument, column, one, page, rows, to_one
from schema.planner.readings import Kept, Order, stands_on
from schema.planner.statement import Statement
from schema.relay import Connection

if TYPE_CHECKING:
    from schema.articles.types import Article

MOST_COLUMNS = 100


class ColumnArticleOrder(StrEnum):
    CURATED = "CURATED"


described(ColumnArticleOrder, "Orders of a column's articles.", CURATED="As editors placed them.")

IN_ORDER = Kept("column_entry", "article_id", "column_id", {"CURATED": "position"})
BY_HAND = {"CURATED": Order("{row}.id", "bigint", descending=False)}
"""The key is the kept row's: the article's place in the column."""


@stands_on("article_column", visible)
@strawberry.type(description="What an organization gathers about one subject (专题).")
class Column:
    id: strawberry.ID = column("Global id, e.g. Column:2.", "'Column:' || {row}.id")
    organization: Organization = to_one("organization_id", "Whose it is.")
    slug: str = column("Its name in addresses, unique.")
    title: str = column("What it is called.")
    summary: str = column("A few sentences; may be empty.")
    is_closed: bool = column("Whether nothing more comes into it.")
    version: int = column("Grows with every change; a change carries the one it saw.")
    updated_at: datetime = column("When it was last set.")
    articles: Connection[Annotated[Article, strawberry.lazy("schema.articles.types")]] = page(
        "What stands in it; drafts only where you see them.",
        orders=ColumnArticleOrder,
        by=BY_HAND,
        where="{row}.id IN (SELECT e.article_id FROM column_entry e"
        " WHERE e.column_id = {parent}.id)",
        kept=IN_ORDER,
    )


def _of_organization(statement: Statement, arguments: Arguments) -> str:
    organization = statement.bind(
        arguments.get("organizationId"), "bigint", lambda id_: number_of("Organization", id_)
    )
    return f"{{row}}.organization_id = {organization}"


@strawberry.type
class ColumnQueries:
    column: Column | None = one(
        has_id_or("Column", "slug"),
        "One column, by id or by slug; null when there is none.",
        arguments=(
            argument("id", strawberry.ID | None, "Its global id, e.g. Column:2.", default=None),
            argument("slug", str | None, "Its name in addresses.", default=None),
        ),
    )
    columns: list[Column] = rows(
        f"Columns of an organization, the latest first; at most {MOST_COLUMNS}.",
        where=_of_organization,
        order_by="{row}.id DESC",
        limit=MOST_COLUMNS,
        expected=20,
        arguments=(argument("organization_id", strawberry.ID, "Whose: an Organization's id."),),
    )
