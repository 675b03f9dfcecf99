"""What is found, and the list of synonyms."""

from __future__ import annotations

from typing import Any

from domain.search.actions import set_synonyms
from tests.access_table.callers import (
    DRAFTS,
    NETWORK,
    NOBODY,
    ONLY_NETWORK,
    Read,
    Write,
    public,
    unique,
)
from tests.access_table.district import District

HIT = "{ totalCount nodes { subject { ... on Node { id } } snippets { html } } }"
DRAFT = {
    "totalCount": 1,
    "nodes": [{"subject": {"id": "%(draft)s"}, "snippets": [{"html": "<mark>草稿</mark>"}]}],
}
NOTHING: dict[str, Any] = {"totalCount": 0, "nodes": []}

QUERIES: dict[str, list[Read]] = {
    "search": [
        Read('{ it: search(query: "草稿") ' + HIT + " }", DRAFTS, DRAFT, NOTHING),
        Read(
            '{ it: search(query: "草*") ' + HIT.replace("{ html", "{ part") + " }",
            DRAFTS,
            {
                "totalCount": 1,
                "nodes": [{"subject": {"id": "%(draft)s"}, "snippets": [{"part": "TITLE"}]}],
            },
            NOTHING,
        ),
    ],
    "mostReadNow": [public("{ it: mostReadNow { rank } }", [])],
    "searchSynonyms": [
        Read(
            "{ it: searchSynonyms { word } }",
            NETWORK,
            [],
            selected_by=NETWORK,
        )
    ],
}


async def _synonyms(district: District) -> dict[str, Any]:
    return {"word": f"词{unique()}", "synonyms": ["又一词"]}


async def _known(district: District) -> dict[str, Any]:
    number = await set_synonyms(district.act, f"词{unique()}", ["又一词"])
    return {"id": f"SearchSynonym:{number}"}


MUTATIONS: dict[str, Write] = {
    "setSearchSynonyms": Write(_synonyms, ONLY_NETWORK, NOBODY),
    "removeSearchSynonyms": Write(_known, ONLY_NETWORK, NOBODY),
}
