"""The list of synonyms, and keeping it."""

from __future__ import annotations

from typing import Annotated

import strawberry

from domain.search import actions
from domain.search.access import synonyms_visible
from domain.search.rules import MOST_WORDS_WITH_SYNONYMS
from schema.execution.context import Info
from schema.inputs import number_of
from schema.payloads import Payload, mutation
from schema.planner.declare import column, rows, to_one
from schema.planner.readings import stands_on
from schema.planner.restrictions import Restriction, restricted
from schema.problems import Conflict, Forbidden, Invalid, NotFound


@stands_on("search_synonym", synonyms_visible)
@strawberry.type(description="A word, and what whoever searches for it is shown too.")
class SearchSynonym:
    id: strawberry.ID = column("Global id, e.g. SearchSynonym:3.", "'SearchSynonym:' || {row}.id")
    word: str = column("What is searched for.")
    synonyms: list[str] = column("What is found too.", "to_json({row}.synonyms)")


@strawberry.type
class SynonymQueries:
    search_synonyms: list[SearchSynonym] = restricted(
        Restriction.NETWORK,
        rows(
            "The whole list of synonyms, by word.",
            order_by="{row}.word",
            limit=MOST_WORDS_WITH_SYNONYMS,
        ),
    )


@strawberry.input(description="What a word also stands for, when it is searched for.")
class SetSearchSynonymsInput:
    word: str = strawberry.field(description="What is searched for, up to 64 letters.")
    synonyms: list[str] = strawberry.field(
        description="What is found too, 1 to 20 texts; they take the place of those the word had."
    )


@strawberry.input(description="Which entry of the list.")
class RemoveSearchSynonymsInput:
    id: strawberry.ID = strawberry.field(description="Its id, e.g. SearchSynonym:3.")


@stands_on("(SELECT)")
@strawberry.type(description="The entry as it now is.")
class SearchSynonymPayload(Payload):
    synonym: SearchSynonym | None = to_one("synonym_id", "The entry.")


@stands_on("(SELECT)")
@strawberry.type(description="What is no longer on the list.")
class RemovedSearchSynonymPayload(Payload):
    id: strawberry.ID = column("The id it had.", "'SearchSynonym:' || {row}.synonym_id")


SetSearchSynonymsResult = Annotated[
    SearchSynonymPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("SetSearchSynonymsResult", description="The entry, or why there is none."),
]
RemoveSearchSynonymsResult = Annotated[
    RemovedSearchSynonymPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union(
        "RemoveSearchSynonymsResult", description="What is gone, or why it is still there."
    ),
]


@strawberry.type
class SynonymMutations:
    @mutation("Says what a word also stands for; by administrators of the whole network.")
    async def set_search_synonyms(
        self, info: Info, input: SetSearchSynonymsInput
    ) -> SetSearchSynonymsResult:
        number = await actions.set_synonyms(info.context.act, input.word, input.synonyms)
        return SearchSynonymPayload.of(synonym_id=number)

    @mutation("Takes a word off the list of synonyms; by administrators of the whole network.")
    async def remove_search_synonyms(
        self, info: Info, input: RemoveSearchSynonymsInput
    ) -> RemoveSearchSynonymsResult:
        number = number_of("SearchSynonym", input.id, "id")
        await actions.remove_synonyms(info.context.act, number)
        return RemovedSearchSynonymPayload.of(synonym_id=number)
