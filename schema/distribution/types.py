"""Articles on their way to accounts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.distribution.access import visible
from domain.distribution.limits import TextForm
from domain.distribution.rules import DistributionState, DistributionWay
from schema.distribution.lists import IS_RECALLED
from schema.partners.types import Account
from schema.planner.declare import column, part, to_one
from schema.planner.readings import stands_on
from schema.relay import Node

if TYPE_CHECKING:
    from schema.articles.types import Article
    from schema.posts.types import Post


@strawberry.type(description="An article in the form and the measure of one platform.")
class DistributionPackage:
    form: TextForm = column("What the body is.", "{row}.package->>'form'")
    title: str = column("Empty where a post has no title of its own.", "{row}.package->>'title'")
    summary: str = column("May be empty.", "{row}.package->>'summary'")
    body: str = column("Ready to be copied.", "{row}.package->>'body'")
    images: list[str] = column("Addresses of its pictures.", "({row}.package->'images')")
    cuts: list[str] = column("What had to be left out.", "({row}.package->'cuts')")


@stands_on("distribution", visible)
@strawberry.type(description="One article on its way to one account, and what became of it.")
class Distribution(Node):
    way: DistributionWay = column("How it gets there.")
    state: DistributionState = column("Where it stands.")
    package: DistributionPackage = part("What is sent, or to be copied.")
    is_recalled: bool = column(
        "Whether its article was withdrawn since it was accepted: the post should be taken down.",
        IS_RECALLED,
    )
    note: str = column("What its partner is told; may be empty.")
    reason: str = column("Why it was refused or cancelled; else empty.")
    attempts: int = column("How often a worker tried to send it.")
    next_at: datetime | None = column(
        "When a worker tries next or, where it is CANCELLED after an attempt had begun, looks"
        " whether that arrived; null when none does."
    )
    version: int = column("Grows with every change; an answer carries the one it saw.")
    created_at: datetime = column("When it was offered.")
    answered_at: datetime | None = column("When it was settled; null while it is open.")
    account: Account = to_one("account_id", "Where it goes.")
    article: Annotated[Article, strawberry.lazy("schema.articles.types")] | None = to_one(
        "article_id", "What goes; null when it is not yours to see."
    )
    post: Annotated[Post, strawberry.lazy("schema.posts.types")] | None = to_one(
        "post_id", "What it became, with its reads; null before it stands there."
    )
