"""Writing articles."""

from __future__ import annotations

from typing import Annotated

import strawberry

from domain.articles import actions
from schema.articles.inputs import CreateArticleInput, UpdateArticleInput
from schema.articles.revisions import ArticleRevision
from schema.articles.types import Article
from schema.execution.context import Info
from schema.inputs import number_of
from schema.payloads import Payload, mutation
from schema.planner.declare import to_one
from schema.planner.readings import stands_on
from schema.problems import Conflict, Forbidden, Invalid, NotFound


@strawberry.input(description="One article as you saw it.")
class ArticleVersionInput:
    id: strawberry.ID = strawberry.field(description="Which article.")
    version: int = strawberry.field(description="The version you saw.")


@strawberry.input(description="A revision to make public.")
class PublishArticleInput(ArticleVersionInput):
    revision: int | None = strawberry.field(
        default=None, description="Its number; the newest when not given."
    )


@strawberry.input(description="An older revision to take up again.")
class RestoreRevisionInput(ArticleVersionInput):
    number: int = strawberry.field(description="Its number.")
    reason: str = strawberry.field(default="", description="Why, up to 500 letters.")


@strawberry.input(description="An article you edit.")
class EditingInput:
    id: strawberry.ID = strawberry.field(description="Which article.")
    block: str = strawberry.field(default="", description="The id of the block you are in.")


@strawberry.input(description="An article you edit no longer.")
class StopEditingInput:
    id: strawberry.ID = strawberry.field(description="Which article.")


@strawberry.input(description="What a revision is to be called.")
class NameRevisionInput:
    id: strawberry.ID = strawberry.field(description="Of which article.")
    number: int = strawberry.field(description="The revision's number.")
    name: str = strawberry.field(description="Its name, up to 100 letters; empty takes it away.")


@stands_on("(SELECT)")
@strawberry.type(description="The article as it now is.")
class ArticlePayload(Payload):
    article: Article = to_one("article_id", "The article.")


@stands_on("(SELECT)")
@strawberry.type(description="The revision as it now is called.")
class RevisionPayload(Payload):
    revision: ArticleRevision | None = to_one("revision_id", "The revision.")


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

RestoreRevisionResult = Annotated[
    ArticlePayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union(
        "RestoreRevisionResult", description="The article, or why it stayed as it was."
    ),
]
EditingResult = Annotated[
    ArticlePayload | Forbidden | Invalid | NotFound,
    strawberry.union("EditingResult", description="The article, or why you do not edit it."),
]
NameRevisionResult = Annotated[
    RevisionPayload | Forbidden | Invalid | NotFound,
    strawberry.union("NameRevisionResult", description="The revision, or why it is not so called."),
]


@strawberry.type
class ArticleMutations:
    @mutation("Begins an article as a draft.")
    async def create_article(self, info: Info, input: CreateArticleInput) -> CreateArticleResult:
        return ArticlePayload.of(article_id=await actions.create(info.context.act, input.new()))

    @mutation("Changes an article.")
    async def update_article(self, info: Info, input: UpdateArticleInput) -> UpdateArticleResult:
        article_id = number_of("Article", input.id, "id")
        await actions.update(
            info.context.act, article_id, input.version, input.changes(), input.revision
        )
        return ArticlePayload.of(article_id=article_id)

    @mutation("Makes a revision of an article public, the newest if none is named.")
    async def publish_article(self, info: Info, input: PublishArticleInput) -> PublishArticleResult:
        article_id = number_of("Article", input.id, "id")
        await actions.publish(info.context.act, article_id, input.version, input.revision)
        return ArticlePayload.of(article_id=article_id)

    @mutation("Takes an article back from the public.")
    async def withdraw_article(
        self, info: Info, input: ArticleVersionInput
    ) -> WithdrawArticleResult:
        article_id = number_of("Article", input.id, "id")
        await actions.withdraw(info.context.act, article_id, input.version)
        return ArticlePayload.of(article_id=article_id)

    @mutation("Saves a new revision that says what an older one said; nothing public changes.")
    async def restore_revision(
        self, info: Info, input: RestoreRevisionInput
    ) -> RestoreRevisionResult:
        article_id = number_of("Article", input.id, "id")
        await actions.restore(
            info.context.act, article_id, input.version, input.number, input.reason
        )
        return ArticlePayload.of(article_id=article_id)

    @mutation("Calls a revision something.")
    async def name_revision(self, info: Info, input: NameRevisionInput) -> NameRevisionResult:
        article_id = number_of("Article", input.id, "id")
        revision_id = await actions.name_revision(
            info.context.act, article_id, input.number, input.name
        )
        return RevisionPayload.of(revision_id=revision_id)

    @mutation(
        "Says that you edit an article, so that others see it; say it again every 20 seconds or so."
    )
    async def touch_editing(self, info: Info, input: EditingInput) -> EditingResult:
        article_id = number_of("Article", input.id, "id")
        await actions.touch_editing(info.context.act, article_id, input.block)
        return ArticlePayload.of(article_id=article_id)

    @mutation("Says that you edit an article no longer.")
    async def stop_editing(self, info: Info, input: StopEditingInput) -> EditingResult:
        article_id = number_of("Article", input.id, "id")
        await actions.stop_editing(info.context.act, article_id)
        return ArticlePayload.of(article_id=article_id)
