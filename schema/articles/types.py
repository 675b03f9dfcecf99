"""Articles."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.articles.access import drafts, visible
from domain.articles.rules import ArticleStatus
from schema.articles.editing import ArticleEditor, editors
from schema.articles.related import MOST_RELATED, related_length, related_table
from schema.articles.revisions import REVISION_ORDERS, ArticleRevision, RevisionOrder
from schema.articles.texts import ArticleCorrection, Credit, corrections, credits
from schema.categories.types import Category
from schema.distribution.lists import LATEST, DistributionFilter, DistributionOrder
from schema.engagement.types import Counted
from schema.highlights.types import ArticleHighlight, highlights
from schema.organizations.types import Organization
from schema.people.types import Person
from schema.planner.arguments import Arguments
from schema.planner.declare import argument, column, one, page, rows, to_one
from schema.planner.readings import stands_on
from schema.planner.statement import Statement
from schema.posts.lists import POST_ORDERS, PostFilter, PostOrder
from schema.previews.types import LINK_ORDERS, PreviewLink, PreviewLinkOrder
from schema.relay import Connection, Node
from schema.reviews.lists import REVIEW_ORDERS, ReviewFilter, ReviewOrder
from schema.scalars import Block

if TYPE_CHECKING:
    from schema.article_columns.types import Column
    from schema.distribution.types import Distribution
    from schema.posts.types import Post
    from schema.publishing.types import Embargo
    from schema.reviews.types import Review


def _version(statement: Statement, _arguments: Arguments | None) -> str:
    """A draft beside what is public changes nothing that everybody sees, its version neither."""
    seen = statement.predicate(drafts, "{row}")
    if not seen:
        return "{row}.version"
    return f"CASE WHEN {seen} THEN {{row}}.version ELSE {{row}}.public_version END"


@stands_on("article", visible, kind="ARTICLE")
@strawberry.type(description="What a media centre publishes.")
class Article(Counted, Node):
    slug: str = column("Its name in addresses, unique.")
    title: str = column("Its title.")
    subtitle: str = column("Its second title; may be empty.")
    summary: str = column("A few sentences; may be empty.")
    blocks: list[Block] = column("Its body.")
    body: str = column("Its body as HTML, sanitised before it was stored.")
    plain_text: str = column("The words of its body.")
    cover: strawberry.ID | None = column("Its image in lists: a Media's id.")
    category: Category | None = to_one("category_id", "What it is filed under, if anything.")
    columns: list[Annotated[Column, strawberry.lazy("schema.article_columns.types")]] = rows(
        "Columns it stands in, the latest first; at most 50.",
        where="{row}.id IN (SELECT e.column_id FROM column_entry e"
        " WHERE e.article_id = {parent}.id)",
        order_by="{row}.id DESC",
        limit=50,
        expected=3,
    )
    tags: list[str] = column("Its tags.")
    keywords: list[str] = column("What search engines are told.")
    language: str = column("BCP 47, e.g. zh-CN.")
    source: str = column("Whom it was taken from; may be empty.")
    source_url: str = column("Where it stood there; may be empty.")
    credits: list[Credit] = credits("{parent}.credits")
    share_title: str = column("Its title where it is passed on; empty: the title.")
    share_summary: str = column("What is said of it where it is passed on; empty: the summary.")
    corrections: list[ArticleCorrection] = corrections("{parent}.corrections")
    status: ArticleStatus = column("Where it stands.")
    author: Person = to_one("author_id", "Who wrote it.")
    organization: Organization = to_one("organization_id", "Who publishes it.")
    published_at: datetime | None = column(
        "When it was first published, here or where it was taken from; null for a draft."
    )
    source_published_at: datetime | None = column(
        "When it was first published where it was taken from; null where that is not known."
    )
    version: int = column(
        "Grows with every change; an update carries the one it saw. Where you do not see drafts, it"
        " grows with what is public.",
        _version,
    )
    draft: ArticleRevision | None = one(
        "{row}.article_id = {parent}.id AND {row}.number = {parent}.head_number"
        " AND {parent}.head_number IS DISTINCT FROM {parent}.public_number",
        "What was saved last, where it is not public; null where you do not see drafts.",
    )
    public_revision: ArticleRevision | None = one(
        "{row}.article_id = {parent}.id AND {row}.number = {parent}.public_number",
        "The revision that is public; null where none is, or you do not see drafts.",
    )
    revisions: Connection[ArticleRevision] = page(
        "All it was ever saved as, where you see drafts.",
        orders=RevisionOrder,
        by=REVISION_ORDERS,
        where="{row}.article_id = {parent}.id",
    )
    preview_links: Connection[PreviewLink] = page(
        "Links by which others read its drafts, where you see drafts.",
        orders=PreviewLinkOrder,
        by=LINK_ORDERS,
        where="{row}.article_id = {parent}.id",
    )
    highlights: list[ArticleHighlight] = highlights
    embargo: Annotated[Embargo, strawberry.lazy("schema.publishing.types")] | None = one(
        "{row}.article_id = {parent}.id AND {row}.until > now()",
        "What keeps it from being public yet; null when nothing does, or you see no drafts there.",
    )
    editors: list[ArticleEditor] = editors
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
    distributions: Connection[
        Annotated[Distribution, strawberry.lazy("schema.distribution.types")]
    ] = page(
        "Accounts it was offered to; those you may see.",
        orders=DistributionOrder,
        by=LATEST,
        filters=DistributionFilter,
        where="{row}.article_id = {parent}.id",
    )
    related: list[Annotated[Article, strawberry.lazy("schema.articles.types")]] = rows(
        "Others about the same events, the most alike first: their titles share rare words, and"
        " they were published about the same time.",
        order_by="{row}.alike DESC, {row}.id DESC",
        table=related_table,
        limit=related_length,
        arguments=(argument("first", int, f"How many at most, 1 to {MOST_RELATED}.", default=5),),
    )
    posts: Connection[Annotated[Post, strawberry.lazy("schema.posts.types")]] = page(
        "Where it was carried further.",
        orders=PostOrder,
        by=POST_ORDERS,
        filters=PostFilter,
        where="{row}.article_id = {parent}.id",
        size="post.article_id",
    )
