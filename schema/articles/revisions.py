"""Revisions of articles: seen where drafts are."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.articles.access import visible_revisions
from schema.articles.texts import ArticleCorrection, Credit, corrections, credits
from schema.categories.types import Category
from schema.described import described
from schema.planner.declare import column, one, to_one
from schema.planner.readings import Order, stands_on
from schema.relay import Node
from schema.scalars import Block

if TYPE_CHECKING:
    from schema.articles.types import Article


class RevisionOrder(StrEnum):
    LATEST = "LATEST"


described(RevisionOrder, "Orders of revisions.", LATEST="Saved last first.")

REVISION_ORDERS = {"LATEST": Order("{row}.number", "bigint")}


@stands_on("article_revision", visible_revisions)
@strawberry.type(description="An article as it was saved once; never altered.")
class ArticleRevision(Node):
    number: int = column("1, 2, 3 … within the article.")
    article: Annotated[Article, strawberry.lazy("schema.articles.types")] | None = to_one(
        "article_id", "The article."
    )
    title: str = column("Its title.", "{row}.content->>'title'")
    subtitle: str = column("Its second title; may be empty.", "{row}.content->>'subtitle'")
    summary: str = column("A few sentences; may be empty.", "{row}.content->>'summary'")
    blocks: list[Block] = column("Its body.", "{row}.content->'blocks'")
    body: str = column("Its body as sanitised HTML.")
    plain_text: str = column("The words of its body.")
    cover: strawberry.ID | None = column(
        "Its image in lists: a Media's id.", "{row}.content->>'cover'"
    )
    category: Category | None = one(
        "{row}.id = ({parent}.content->>'category_id')::bigint",
        "What it is filed under; null where that is nothing, or a category that is gone.",
    )
    tags: list[str] = column("Its tags.", "{row}.content->'tags'")
    keywords: list[str] = column("What search engines are told.", "{row}.content->'keywords'")
    language: str = column("BCP 47, e.g. zh-CN.", "{row}.content->>'language'")
    source: str = column("Whom it was taken from; may be empty.", "{row}.content->>'source'")
    source_url: str = column("Where it stood there; may be empty.", "{row}.content->>'source_url'")
    credits: list[Credit] = credits("{parent}.content->'credits'")
    share_title: str = column(
        "Its title where it is passed on; empty: the title.", "{row}.content->>'share_title'"
    )
    share_summary: str = column(
        "What is said of it where it is passed on; empty: the summary.",
        "{row}.content->>'share_summary'",
    )
    corrections: list[ArticleCorrection] = corrections("{parent}.content->'corrections'")
    actor: str = column("Who saved it.")
    actor_id: str = column("The account or token that saved it; empty for the system itself.")
    reason: str = column("Why it was saved; may be empty.")
    name: str | None = column(
        "What its editors call it, where they do.",
        "(SELECT n.name FROM revision_name n WHERE n.revision_id = {row}.id)",
    )
    created_at: datetime = column("When it was saved.")
    is_public: bool = column(
        "Whether it is the one that is public.",
        "EXISTS (SELECT FROM article a WHERE a.id = {row}.article_id"
        " AND a.public_number = {row}.number)",
    )
