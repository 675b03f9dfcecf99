"""Categories: the tree under which articles are filed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.categories.access import visible
from schema.articles.lists import ARTICLE_ORDERS, ArticleOrder
from schema.categories.lists import CATEGORY_ORDERS, CategoryFilter, CategoryOrder
from schema.lookups import by_time_or_reads
from schema.planner.declare import column, page, rows, to_one
from schema.planner.readings import stands_on
from schema.relay import Connection, Node

if TYPE_CHECKING:
    from schema.articles.types import Article


BELOW = "SELECT below.id FROM category below WHERE below.path <@ {parent}.path"


@stands_on("category", visible, max_age_seconds=60)
@strawberry.type(description="What articles are filed under: a node of one tree for the network.")
class Category(Node):
    name: str = column("Its name.")
    slug: str = column("Its name in addresses, unique.")
    position: int = column("Its place among those beside it, from 1.")
    version: int = column("Grows with every change; an update carries the one it saw.")
    created_at: datetime = column("When it was made.")
    path: list[str] = column(
        "The names of all above it, from the top down, and its own.",
        "(SELECT json_agg(above.name ORDER BY nlevel(above.path)) FROM category above"
        " WHERE above.path @> {row}.path)",
    )
    parent: Category | None = to_one("parent_id", "The one it stands below.")
    ancestors: list[Category] = rows(
        "All above it, from the top down.",
        where="{row}.path @> {parent}.path AND {row}.id <> {parent}.id",
        order_by="nlevel({row}.path)",
        expected=5,
    )
    children: Connection[Category] = page(
        "Those right below it.",
        orders=CategoryOrder,
        by=CATEGORY_ORDERS,
        filters=CategoryFilter,
        where="{row}.parent_id = {parent}.id",
        size="category.parent_id",
    )
    articles: Connection[Annotated[Article, strawberry.lazy("schema.articles.types")]] = page(
        "Articles filed under it or under one below it; the query `articles` narrows them further,"
        " with `inCategory` beside other conditions.",
        orders=ArticleOrder,
        by=ARTICLE_ORDERS,
        where=f"{{row}}.category_id IN ({BELOW})",
        size="article.category_id",
        among=BELOW,
        kept=by_time_or_reads("article_in_category", "category_id", "listed_at"),
    )
