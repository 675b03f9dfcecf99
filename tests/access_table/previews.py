"""Links by which others read drafts."""

from __future__ import annotations

from typing import Any

from domain.previews import actions
from tests.access_table.callers import (
    DRAFTS,
    ELSEWHERE,
    EMPTY,
    NOBODY,
    NOT_THERE,
    NOT_YOURS,
    ONE,
    WRITERS,
    Read,
    Write,
    listed,
    public,
)
from tests.access_table.district import District
from tests.rows import make_article

NO_SECRET = "A" * 43

QUERIES: dict[str, list[Read]] = {
    "preview": [
        public('{ it: preview(secret: "%(secret)s") { title } }', {"title": "去向"}),
        public(f'{{ it: preview(secret: "{NO_SECRET}") {{ title }} }}', None),
    ],
    "article": [
        Read(
            '{ it: article(id: "%(sent)s") { previewLinks ' + ONE + " } }",
            DRAFTS,
            {"previewLinks": listed("link")},
            {"previewLinks": EMPTY},
        )
    ],
}
"""Who has a link reads what it shows, whoever they are."""


async def make_link(district: District, article_id: int) -> int:
    new = actions.NewPreview(article_id=article_id, recipient="张主任")
    return (await actions.create(district.act, new)).link_id


async def _drafted(district: District) -> dict[str, Any]:
    return {"articleId": f"Article:{await make_article(district.here)}", "recipient": "张主任"}


async def _handed_out(district: District) -> dict[str, Any]:
    return {"id": f"PreviewLink:{await make_link(district, await make_article(district.here))}"}


ANYWHERE_ELSE = (frozenset({"author elsewhere"}) | ELSEWHERE, NOT_THERE)

MUTATIONS: dict[str, Write] = {
    "createPreviewLink": Write(_drafted, WRITERS, NOBODY, (ANYWHERE_ELSE,)),
    "revokePreviewLink": Write(
        _handed_out, WRITERS, NOBODY, (ANYWHERE_ELSE, (frozenset({"analyst"}), NOT_YOURS))
    ),
}
