"""People who write and are responsible."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.people.access import visible
from schema.articles.lists import ARTICLE_ORDERS, ArticleFilter, ArticleOrder
from schema.lookups import by_reads
from schema.organizations.types import Organization
from schema.planner.declare import column, page, to_one
from schema.planner.readings import stands_on
from schema.relay import Connection, Node

if TYPE_CHECKING:
    from schema.articles.types import Article


@stands_on("person", visible, max_age_seconds=60)
@strawberry.type(description="A person by the name under which they are credited.")
class Person(Node):
    name: str = column("The name.")
    organization: Organization = to_one("organization_id", "Where the person works.")
    created_at: datetime = column("When the person was entered.")
    articles: Connection[Annotated[Article, strawberry.lazy("schema.articles.types")]] = page(
        "The articles the person wrote.",
        orders=ArticleOrder,
        by=ARTICLE_ORDERS,
        filters=ArticleFilter,
        where="{row}.author_id = {parent}.id",
        size="article.author_id",
        kept=by_reads("article_listing", "author_id"),
    )
