"""Queries for articles."""

from __future__ import annotations

import strawberry

from schema.articles.lists import ARTICLE_ORDERS, ArticleFilter, ArticleOrder
from schema.articles.revisions import ArticleRevision
from schema.articles.types import Article
from schema.lookups import has_id_or, number_of
from schema.planner.arguments import Arguments
from schema.planner.declare import argument, one, page
from schema.planner.statement import Statement
from schema.relay import Connection


def _numbered(statement: Statement, arguments: Arguments) -> str:
    article = statement.bind(
        arguments.get("articleId"), "bigint", lambda id_: number_of("Article", id_)
    )
    number = statement.bind(arguments.get("number"), "integer")
    return f"{{row}}.article_id = {article} AND {{row}}.number = {number}"


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
    article_revision: ArticleRevision | None = one(
        _numbered,
        "One revision; null when there is none, or it is not yours to see.",
        arguments=(
            argument("article_id", strawberry.ID, "Of which article."),
            argument("number", int, "Its number within the article."),
        ),
    )
    articles: Connection[Article] = page(
        "Articles.", orders=ArticleOrder, by=ARTICLE_ORDERS, filters=ArticleFilter, size="article"
    )
