"""Articles."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.articles.access import visible
from domain.articles.rules import ArticleStatus
from schema.engagement.types import Counted
from schema.organizations.types import Organization
from schema.people.types import Person
from schema.planner.declare import column, one, page, to_one
from schema.planner.readings import stands_on
from schema.posts.lists import POST_ORDERS, PostFilter, PostOrder
from schema.relay import Connection, Node
from schema.reviews.lists import REVIEW_ORDERS, ReviewFilter, ReviewOrder

if TYPE_CHECKING:
    from schema.posts.types import Post
    from schema.reviews.types import Review


@stands_on("article", visible, kind="ARTICLE")
@strawberry.type(description="What a media centre publishes.")
class Article(Counted, Node):
    slug: str = column("Its name in addresses, unique.")
    title: str = column("Its title.")
    summary: str = column("A few sentences; may be empty.")
    body: str = column("HTML, sanitised before it was stored.")
    category: str = column("Its category; may be empty.")
    tags: list[str] = column("Its tags.")
    status: ArticleStatus = column("Where it stands.")
    author: Person = to_one("author_id", "Who wrote it.")
    organization: Organization = to_one("organization_id", "Who publishes it.")
    published_at: datetime | None = column("When it was first published; null for a draft.")
    version: int = column("Grows with every change; an update carries the one it saw.")
    created_at: datetime = column("When it was begun.")
    updated_at: datetime = column("When it was last changed.")
    review: Annotated[Review, strawberry.lazy("schema.reviews.types")] | None = one(
        "{row}.id = (SELECT max(latest.id) FROM review latest"
        " WHERE latest.subject_kind = 'ARTICLE' AND latest.subject_id = {parent}.id)",
        "Its latest review; null when there is none, or it is not yours to see.",
    )
    reviews: Connection[Annotated[Review, strawberry.lazy("schema.reviews.types")]] = page(
        "Its reviews.",
        orders=ReviewOrder,
        by=REVIEW_ORDERS,
        filters=ReviewFilter,
        where="{row}.subject_kind = 'ARTICLE' AND {row}.subject_id = {parent}.id",
    )
    posts: Connection[Annotated[Post, strawberry.lazy("schema.posts.types")]] = page(
        "Where it was carried further.",
        orders=PostOrder,
        by=POST_ORDERS,
        filters=PostFilter,
        where="{row}.article_id = {parent}.id",
        size="post.article_id",
    )
