"""Who edits an article just now: seen where drafts are."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.articles.access import drafts, visible_editing
from domain.articles.editing import IS_SHOWN, SHOWN_FOR
from schema.lookups import number_of
from schema.planner.arguments import Arguments
from schema.planner.declare import argument, column, followed, one, rows
from schema.planner.errors import BadInput
from schema.planner.ids import MAX_IDS
from schema.planner.readings import stands_on
from schema.planner.statement import Statement

if TYPE_CHECKING:
    from schema.articles.types import Article

EDITING = "EDITING"
"""The kind under which processes follow it."""

MOST = 20


@stands_on("article_editing", visible_editing)
@strawberry.type(description="Somebody who edits an article just now.")
class ArticleEditor:
    name: str = column("Who, as the audit trail names them.", "{row}.actor")
    actor_id: str = column("The account or token; empty for the system itself.")
    block: str = column("The id of the block they are in; empty when they do not say.")
    since: datetime = column("Since when.")
    seen_at: datetime = column("When they were last heard of.")


editors = rows(
    f"Who edits it just now, where you see drafts: who was heard of in the last {SHOWN_FOR.seconds}"
    f" seconds, the first {MOST}.",
    where="{row}.article_id = {parent}.id AND {row}." + IS_SHOWN,
    order_by="{row}.since, {row}.id",
    limit=MOST,
    expected=2,
)


@stands_on("article", drafts)
@strawberry.type(description="Who edits an article.")
class ArticleEditing:
    article: Annotated[Article, strawberry.lazy("schema.articles.types")] | None = one(
        "{row}.id = {parent}.id", "The article."
    )
    editors: list[ArticleEditor] = editors


def _asked(statement: Statement, arguments: Arguments) -> str:
    numbers = statement.bind(arguments.get("ids"), "bigint[]", _numbers)
    return f"{{row}}.id = ANY ({numbers})"


def _numbers(ids: list[str]) -> list[int]:
    """Raises BadInput."""
    if len(ids) > MAX_IDS:
        raise BadInput(f"at most {MAX_IDS} ids, not {len(ids)}")
    return [number_of("Article", id_) for id_ in ids]


@strawberry.type
class EditingSubscriptions:
    article_editing: list[ArticleEditing] = followed(
        EDITING,
        rows(
            "Those of them that others edit than before, or elsewhere; first, all of them as they"
            " are. Whose drafts you do not see never come.",
            where=_asked,
            order_by="{row}.id",
            limit=MAX_IDS,
            arguments=(argument("ids", list[strawberry.ID], "At most 100 ids of articles."),),
        ),
    )
