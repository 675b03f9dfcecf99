"""What editors give of an article."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import strawberry

from domain.articles.actions import ArticleChanges, NewArticle, Writing
from schema.inputs import number_of, number_or_none
from schema.scalars import Block


@strawberry.input(description="Somebody who took part in an article beside its author.")
class CreditInput:
    role: str = strawberry.field(description="As what, up to 32 letters.")
    name: str = strawberry.field(description="Who, up to 100 letters.")


@strawberry.input
class WritingInput:
    subtitle: str | None = strawberry.field(
        default=None, description="Its second title, up to 300 letters."
    )
    summary: str | None = strawberry.field(
        default=None, description="A few sentences, up to 1,000 letters."
    )
    body: str | None = strawberry.field(
        default=None,
        description="Its body as HTML; what is unsafe in it, and what blocks cannot hold, is taken"
        " out. Give one of `body`, `markdown` and `blocks`.",
    )
    markdown: str | None = strawberry.field(
        default=None, description="Its body as Markdown; HTML may stand in it."
    )
    blocks: list[Block] | None = strawberry.field(
        default=None, description="Its body as blocks, at most 1,000."
    )
    cover: strawberry.ID | None = strawberry.field(
        default=None, description="Its image in lists: a Media's id; empty for none."
    )
    category_id: strawberry.ID | None = strawberry.field(
        default=None, description="What it is filed under: a Category's id; empty for nothing."
    )
    tags: list[str] | None = strawberry.field(default=None, description="At most 20 tags.")
    keywords: list[str] | None = strawberry.field(
        default=None, description="What search engines are told, at most 50."
    )
    language: str | None = strawberry.field(
        default=None, description="BCP 47, e.g. en; zh-CN when never given."
    )
    source: str | None = strawberry.field(default=None, description="Whom it was taken from.")
    source_url: str | None = strawberry.field(default=None, description="Where it stood there.")
    credits: list[CreditInput] | None = strawberry.field(
        default=None, description="Who else took part, at most 50."
    )
    share_title: str | None = strawberry.field(
        default=None, description="Its title where it is passed on; empty: the title."
    )
    share_summary: str | None = strawberry.field(
        default=None, description="What is said of it where it is passed on; empty: the summary."
    )
    reason: str = strawberry.field(default="", description="Why it is saved, up to 500 letters.")


@strawberry.input(description="A new article; it begins as a draft.")
class CreateArticleInput(WritingInput):
    title: str = strawberry.field(description="Its title, up to 300 letters.")
    author_id: strawberry.ID = strawberry.field(description="Who writes it: a Person's id.")
    organization_id: strawberry.ID = strawberry.field(
        description="Who will publish it: an Organization's id."
    )
    slug: str | None = strawberry.field(
        default=None, description="Its name in addresses; made from the title when not given."
    )

    def new(self) -> NewArticle:
        """Raises Invalid."""
        return NewArticle(
            **writing(self),
            author_id=number_of("Person", self.author_id, "author_id"),
            organization_id=number_of("Organization", self.organization_id, "organization_id"),
            slug=self.slug,
        )


@strawberry.input(
    description="Changes to an article; what is not given stays as it is. What it says is saved as"
    " a revision: of a published article, as a draft beside what is public."
)
class UpdateArticleInput(WritingInput):
    id: strawberry.ID = strawberry.field(description="Which article.")
    version: int | None = strawberry.field(
        default=None,
        description="The version you saw: if there is another by now, nothing is changed. Give this"
        " or `revision`.",
    )
    revision: int | None = strawberry.field(
        default=None,
        description="The number of the revision you saw: what others have saved since is kept"
        " beside your edit, where they touched other blocks and fields.",
    )
    title: str | None = strawberry.field(default=None, description="New title.")
    slug: str | None = strawberry.field(
        default=None, description="New name in addresses; changes at once."
    )
    author_id: strawberry.ID | None = strawberry.field(
        default=None, description="New author; changes at once."
    )
    organization_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="New organization, at once; its posts and their reads move along.",
    )
    correction: str | None = strawberry.field(
        default=None, description="What readers are told was corrected, up to 1,000 letters."
    )

    def changes(self) -> ArticleChanges:
        """Raises Invalid."""
        return ArticleChanges(
            **writing(self),
            slug=self.slug,
            author_id=number_or_none("Person", self.author_id, "author_id"),
            organization_id=number_or_none("Organization", self.organization_id, "organization_id"),
            correction=self.correction,
        )


def writing(given: CreateArticleInput | UpdateArticleInput) -> dict[str, Any]:
    """What of it is of every article's content, as the domain takes it."""
    found = {field.name: getattr(given, field.name) for field in fields(Writing)}
    if given.credits is not None:
        found["credits"] = [vars(credit) for credit in given.credits]
    return found
