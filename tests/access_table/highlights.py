"""Articles that are pinned or featured."""

from __future__ import annotations

from typing import Any

from domain.highlights.actions import NewHighlight, set_highlight
from domain.highlights.rules import HighlightKind
from tests.access_table.callers import DRAFTS, ELSEWHERE, NOBODY, NOT_THERE, PUBLISHERS, Read, Write
from tests.access_table.district import District
from tests.rows import make_article

QUERIES: dict[str, list[Read]] = {
    "article": [
        Read(
            '{ it: article(id: "%(sent)s") { highlights { kind } } }',
            DRAFTS,
            {"highlights": [{"kind": "PINNED"}]},
            {"highlights": []},
        )
    ],
    "organization": [
        Read(
            '{ it: organization(id: "%(here)s") { pinned { id } } }',
            frozenset(),
            None,
            {"pinned": []},
        )
    ],
}
"""It is pinned from a moment to come on."""


async def _set(district: District) -> dict[str, Any]:
    return {"articleId": f"Article:{await make_article(district.here)}", "kind": "PINNED"}


async def _ended(district: District) -> dict[str, Any]:
    number = await make_article(district.here)
    await set_highlight(district.act, NewHighlight(article_id=number, kind=HighlightKind.FEATURED))
    return {"articleId": f"Article:{number}", "kind": "FEATURED"}


MUTATIONS: dict[str, Write] = {
    "setHighlight": Write(_set, PUBLISHERS, NOBODY, ((ELSEWHERE, NOT_THERE),)),
    "endHighlight": Write(_ended, PUBLISHERS, NOBODY, ((ELSEWHERE, NOT_THERE),)),
}
