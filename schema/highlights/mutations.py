"""Pinning and featuring articles."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from domain.highlights import actions
from domain.highlights.rules import MOST_PINNED, HighlightKind
from schema.articles.types import Article
from schema.execution.context import Info
from schema.inputs import number_of
from schema.payloads import Payload, mutation
from schema.planner.declare import to_one
from schema.planner.readings import stands_on
from schema.problems import Conflict, Forbidden, Invalid, NotFound


@strawberry.input(description="An article to set apart.")
class SetHighlightInput:
    article_id: strawberry.ID = strawberry.field(description="Which article.")
    kind: HighlightKind = strawberry.field(description="How it is set apart.")
    starts_at: datetime | None = strawberry.field(
        default=None, description="From when; from now if null."
    )
    ends_at: datetime | None = strawberry.field(
        default=None, description="Until when; until it is ended if null."
    )


@strawberry.input(description="An article that is to be set apart no longer.")
class EndHighlightInput:
    article_id: strawberry.ID = strawberry.field(description="Which article.")
    kind: HighlightKind = strawberry.field(description="How it was set apart.")


@stands_on("(SELECT)")
@strawberry.type(description="The article, with its highlights.")
class HighlightPayload(Payload):
    article: Article | None = to_one("article_id", "The article.")


HighlightResult = Annotated[
    HighlightPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("HighlightResult", description="The article, or why nothing changed."),
]


@strawberry.type
class HighlightMutations:
    @mutation(
        "Pins an article above its organization's list, or features it, in place of what was set"
        f" before; at most {MOST_PINNED} are pinned in one list."
    )
    async def set_highlight(self, info: Info, input: SetHighlightInput) -> HighlightResult:
        new = actions.NewHighlight(
            article_id=number_of("Article", input.article_id, "article_id"),
            kind=input.kind,
            starts_at=input.starts_at,
            ends_at=input.ends_at,
        )
        await actions.set_highlight(info.context.act, new)
        return HighlightPayload.of(article_id=new.article_id)

    @mutation("Takes a pin off, or features an article no longer.")
    async def end_highlight(self, info: Info, input: EndHighlightInput) -> HighlightResult:
        number = number_of("Article", input.article_id, "article_id")
        await actions.end_highlight(info.context.act, number, input.kind)
        return HighlightPayload.of(article_id=number)
