"""What a search finds."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import strawberry

from domain.search.access import visible
from domain.search.ranking import UNITS
from schema.articles.types import Article
from schema.campaigns.types import Campaign
from schema.described import described
from schema.organizations.types import Organization
from schema.partners.types import Partner
from schema.planner.declare import chosen, column, rows
from schema.planner.readings import stands_on
from schema.search.sql import snippets

SearchResult = Annotated[
    Article | Campaign | Partner | Organization,
    strawberry.union("SearchResult", description="Anything a search finds."),
]


class SearchText(StrEnum):
    TITLE = "TITLE"
    SUMMARY = "SUMMARY"
    BODY = "BODY"


described(
    SearchText,
    "Which text of what is found.",
    TITLE="The title or the name.",
    SUMMARY="The summary.",
    BODY="The body.",
)


@stands_on("search_entry", cost=0)
@strawberry.type(description="A piece of a text, where words of the query stand in it.")
class SearchSnippet:
    part: SearchText = column("Of which text.")
    html: str = column(
        "HTML that is safe to show: the text escaped, the words that were found in <mark>."
    )


@stands_on("search_entry", visible, cost=2)
@strawberry.type(description="Something that was found.")
class SearchHit:
    subject: SearchResult | None = chosen(
        "What was found.", type_name="{row}.type", number="{row}.subject_id"
    )
    score: float = column(
        "How well it fits, how fresh it is and how much it is read, in one number; larger is"
        " better. Comparable within one search only.",
        f"{{row}}.score::float8 / {UNITS}",
    )
    snippets: list[SearchSnippet] = rows(
        "Where the words stand: at most one piece each of title, summary and body; none where it"
        " was found because it sounds alike.",
        order_by="{row}.place",
        where="{row}.html IS NOT NULL",
        table=snippets,
        expected=1,
    )
