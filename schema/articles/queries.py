"""Queries for articles."""

from __future__ import annotations

import strawberry

from schema.articles.lists import ARTICLE_ORDERS, ArticleFilter, ArticleOrder
from schema.articles.types import Article
from schema.lookups import has_id_or
from schema.planner.declare import argument, one, page
from schema.relay import Connection


@strawberry.type
class ArticleQueries:
    article: Article | None = one(
        has_id_or("Article", "slug"),
        "One article, by id or by slug; null when there is none, or it is not yours to see.",
        arguments=(
            argument("id", strawberry.ID | None, "Its global id, e.g. Article:12.", default=None),
            argument("slug", str | None, "Its name in addresses.", default=None),
        ),
    )
    articles: Connection[Article] = page(
        "Articles.", orders=ArticleOrder, by=ARTICLE_ORDERS, filters=ArticleFilter, size="article"
    )
