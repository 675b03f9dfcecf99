"""Writing articles."""

from __future__ import annotations

from typing import Annotated

import strawberry

from domain.articles import actions
from schema.articles.types import Article
from schema.execution.context import Info
from schema.inputs import number_of, number_or_none
from schema.payloads import Payload, mutation
from schema.planner.declare import to_one
from schema.planner.readings import stands_on
from schema.problems import Conflict, Forbidden, Invalid, NotFound


@strawberry.input(description="A new article; it begins as a draft.")
class CreateArticleInput:
    title: str = strawberry.field(description="Its title, up to 300 letters.")
    author_id: strawberry.ID = strawberry.field(description="Who writes it: a Person's id.")
    organization_id: strawberry.ID = strawberry.field(
        description="Who will publish it: an Organization's id."
    )
    slug: str | None = strawberry.field(
        default=None, description="Its name in addresses; made from the title when not given."
    )
    summary: str = strawberry.field(default="", description="A few sentences.")
    body: str = strawberry.field(default="", description="HTML; what is unsafe in it is taken out.")
    category: str = strawberry.field(default="", description="Its category.")
    tags: list[str] = strawberry.field(default_factory=list, description="At most 20 tags.")


@strawberry.input(description="Changes to an article; what is not given stays as it is.")
class UpdateArticleInput:
    id: strawberry.ID = strawberry.field(description="Which article.")
    version: int = strawberry.field(description="The version you saw.")
    title: str | None = strawberry.field(default=None, description="New title.")
    slug: str | None = strawberry.field(default=None, description="New name in addresses.")
    summary: str | None = strawberry.field(default=None, description="New summary.")
    body: str | None = strawberry.field(default=None, description="New body, HTML.")
    category: str | None = strawberry.field(default=None, description="New category.")
    tags: list[str] | None = strawberry.field(default=None, description="New tags.")
    author_id: strawberry.ID | None = strawberry.field(default=None, description="New author.")
    organization_id: strawberry.ID | None = strawberry.field(
        default=None, description="New organization; its posts and their reads move along."
    )


@strawberry.input(description="One article as you saw it.")
class ArticleVersionInput:
    id: strawberry.ID = strawberry.field(description="Which article.")
    version: int = strawberry.field(description="The version you saw.")


@stands_on("(SELECT)")
@strawberry.type(description="The article as it now is.")
class ArticlePayload(Payload):
    article: Article = to_one("article_id", "The article.")


CreateArticleResult = Annotated[
    ArticlePayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("CreateArticleResult", description="The article, or why there is none."),
]
UpdateArticleResult = Annotated[
    ArticlePayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("UpdateArticleResult", description="The article, or why it stayed as it was."),
]
PublishArticleResult = Annotated[
    ArticlePayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("PublishArticleResult", description="The article, or why it is not public."),
]
WithdrawArticleResult = Annotated[
    ArticlePayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("WithdrawArticleResult", description="The article, or why it stays public."),
]


@strawberry.type
class ArticleMutations:
    @mutation("Begins an article as a draft.")
    async def create_article(self, info: Info, input: CreateArticleInput) -> CreateArticleResult:
        new = actions.NewArticle(
            title=input.title,
            author_id=number_of("Person", input.author_id, "author_id"),
            organization_id=number_of("Organization", input.organization_id, "organization_id"),
            slug=input.slug,
            summary=input.summary,
            body=input.body,
            category=input.category,
            tags=input.tags,
        )
        return ArticlePayload.of(article_id=await actions.create(info.context.act, new))

    @mutation("Changes an article.")
    async def update_article(self, info: Info, input: UpdateArticleInput) -> UpdateArticleResult:
        article_id = number_of("Article", input.id, "id")
        changes = actions.ArticleChanges(
            title=input.title,
            slug=input.slug,
            summary=input.summary,
            body=input.body,
            category=input.category,
            tags=input.tags,
            author_id=number_or_none("Person", input.author_id, "author_id"),
            organization_id=number_or_none(
                "Organization", input.organization_id, "organization_id"
            ),
        )
        await actions.update(info.context.act, article_id, input.version, changes)
        return ArticlePayload.of(article_id=article_id)

    @mutation("Makes an article public.")
    async def publish_article(self, info: Info, input: ArticleVersionInput) -> PublishArticleResult:
        article_id = number_of("Article", input.id, "id")
        await actions.publish(info.context.act, article_id, input.version)
        return ArticlePayload.of(article_id=article_id)

    @mutation("Takes an article back from the public.")
    async def withdraw_article(
        self, info: Info, input: ArticleVersionInput
    ) -> WithdrawArticleResult:
        article_id = number_of("Article", input.id, "id")
        await actions.withdraw(info.context.act, article_id, input.version)
        return ArticlePayload.of(article_id=article_id)
