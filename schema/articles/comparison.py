"""Two revisions of an article compared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import strawberry

from domain.articles.access import visible_revisions
from domain.articles.blocks import stored
from domain.articles.blocks.diff import BlockDifference, Difference
from domain.articles.blocks.words import Word, Words
from domain.articles.comparison import FieldDifference, compare
from schema.described import described
from schema.lookups import number_of
from schema.planner.arguments import Arguments
from schema.planner.declare import argument, made, told
from schema.planner.statement import Statement
from schema.scalars import Block

described(
    Difference,
    "What became of a block.",
    ADDED="It is new.",
    REMOVED="It is gone.",
    MOVED="It says the same elsewhere.",
    CHANGED="It says something else, or looks otherwise.",
)
described(
    Word,
    "In which of two texts words stand.",
    SAME="In both.",
    ADDED="In the newer one only.",
    REMOVED="In the older one only.",
)


@strawberry.type(description="Words of two compared texts that stand together.")
class ComparedWords:
    kind: Word = told("In which of the two they stand.")
    text: str = told("The words.")


@strawberry.type(description="A field of an article that says something else than before.")
class ChangedField:
    name: str = told("Which field, e.g. title.")
    old: str = told("What it was; a list as JSON.")
    new: str = told("What it is; a list as JSON.")
    words: list[ComparedWords] = told("Both together, word by word; Chinese by letter.")


@strawberry.type(description="A block that is not in both bodies alike.")
class ChangedBlock:
    kind: Difference = told("What became of it.")
    block_id: str = told("Its id in the body.")
    old_index: int | None = told("Its place in the older body, counted from 0; null where new.")
    new_index: int | None = told("Its place in the newer body; null where it is gone.")
    is_moved: bool = told("Whether it stands elsewhere among those that stayed.")
    old: Block | None = told("As it was; null where it is new.")
    new: Block | None = told("As it is; null where it is gone.")
    words: list[ComparedWords] = told(
        "What it says, word by word, Chinese by letter; empty where it says the same."
    )


@strawberry.type(description="What differs between two revisions of one article.")
class RevisionComparison:
    fields: list[ChangedField] = told("Fields that differ, the body apart.")
    blocks: list[ChangedBlock] = told("Blocks that differ, in the order of the newer body.")


CATEGORY = (
    "jsonb_build_object('category_id', coalesce((SELECT string_agg(above.name, ' / '"
    " ORDER BY nlevel(above.path)) FROM category c JOIN category above ON above.path @> c.path"
    " WHERE c.id = ({row}.content->>'category_id')::bigint),"
    " 'Category:' || ({row}.content->>'category_id')))"
)
"""A category as people read it: its name behind those of all above it; of one that is gone, its
id."""


def _sources(statement: Statement, arguments: Arguments) -> str:
    """The contents of the two."""
    article = statement.bind(
        arguments.get("articleId"), "bigint", lambda id_: number_of("Article", id_)
    )
    old, new = statement.alias(), statement.alias()
    first = statement.bind(arguments.get("from"), "integer")
    second = statement.bind(arguments.get("to"), "integer")
    seen = statement.predicate(visible_revisions, old) or "TRUE"
    return (
        f"SELECT json_build_object('old', {old}.content || {CATEGORY.format(row=old)},"
        f" 'new', {new}.content || {CATEGORY.format(row=new)})"
        f" FROM article_revision {old} JOIN article_revision {new}"
        f" ON {new}.article_id = {old}.article_id AND {new}.number = {second}"
        f" WHERE {old}.article_id = {article} AND {old}.number = {first} AND {seen}"
    )


def _made(sources: dict[str, Any]) -> dict[str, Any]:
    found = compare(sources["old"], sources["new"])
    return {
        "fields": [_field(each) for each in found.fields],
        "blocks": [_block(each) for each in found.blocks],
    }


def _field(told_of: FieldDifference) -> dict[str, Any]:
    words = _words(told_of.words)
    return {"name": told_of.name, "old": told_of.old, "new": told_of.new, "words": words}


def _block(told_of: BlockDifference) -> dict[str, Any]:
    return {
        "kind": told_of.kind,
        "blockId": told_of.block_id,
        "oldIndex": told_of.old_index,
        "newIndex": told_of.new_index,
        "isMoved": told_of.is_moved,
        "old": stored((told_of.old,))[0] if told_of.old else None,
        "new": stored((told_of.new,))[0] if told_of.new else None,
        "words": _words(told_of.words),
    }


def _words(words: Iterable[Words]) -> list[dict[str, Any]]:
    return [{"kind": each.kind, "text": each.text} for each in words]


@strawberry.type
class ComparisonQueries:
    compare_revisions: RevisionComparison | None = made(
        "What differs between two revisions of an article; null when there are none such, or they"
        " are not yours to see.",
        sources=_sources,
        make=_made,
        arguments=(
            argument("article_id", strawberry.ID, "Of which article."),
            argument("from_", int, "Number of the older one.", shown="from"),
            argument("to", int, "Number of the newer one."),
        ),
    )
