"""Links by which somebody without an account reads one revision, and what they read."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.previews.access import STATE, visible
from domain.previews.rules import PreviewState
from schema.articles.texts import ArticleCorrection, Credit, corrections, credits
from schema.categories.types import Category
from schema.described import described
from schema.planner.declare import column, one, to_one
from schema.planner.readings import Order, stands_on
from schema.scalars import Block

if TYPE_CHECKING:
    from schema.articles.types import Article


class PreviewLinkOrder(StrEnum):
    LATEST = "LATEST"


described(PreviewLinkOrder, "Orders of links to previews.", LATEST="The latest made first.")
LINK_ORDERS = {"LATEST": Order("{row}.id", "bigint")}

described(
    PreviewState,
    "Whether a link to a preview opens.",
    ACTIVE="It does.",
    SUSPENDED="Not while who made it may not see the article's drafts themselves.",
    EXPIRED="Its time is over.",
    REVOKED="It was taken back.",
)


@stands_on("preview_link", visible, max_age_seconds=0)
@strawberry.type(
    description="A link that shows one revision of an article to whoever has it; its secret was"
    " shown once, to who made it."
)
class PreviewLink:
    id: strawberry.ID = column("Global id, e.g. PreviewLink:4.", "'PreviewLink:' || {row}.id")
    article: Annotated[Article, strawberry.lazy("schema.articles.types")] | None = to_one(
        "article_id", "Of which article."
    )
    revision: int = column("The number of the revision it shows.")
    recipient: str = column("For whom it is.")
    state: PreviewState = column("Whether it opens.", STATE)
    maker: str = column("Who made it, as the audit trail names them.")
    created_at: datetime = column("When.")
    expires_at: datetime = column("Until when it works.")
    revoked_at: datetime | None = column("When it was taken back; null while it was not.")
    revoked_by: str | None = column("By whom.", "nullif({row}.revoked_by, '')")
    uses: int = column("How often its page was opened, also by programs that look at links.")
    used_at: datetime | None = column("When its page was last opened; null when never.")


@stands_on("(SELECT)")
@strawberry.type(description="What a link to a preview shows: one revision, and nothing else.")
class Preview:
    revision: int = column("Its number within the article.")
    is_public: bool = column("Whether this very revision is public.")
    expires_at: datetime = column("Until when the link works.")
    saved_at: datetime = column("When it was saved.")
    author: str = column("Who writes the article.")
    organization: str = column("Who will publish it.")
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
        "What it is filed under, if anything.",
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
