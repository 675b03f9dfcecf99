"""The media library."""

from __future__ import annotations

from typing import Any

from tests.access_table.callers import (
    DRAFTS,
    ELSEWHERE,
    EMPTY,
    NOBODY,
    NOT_THERE,
    ONE,
    Read,
    Write,
    listed,
)
from tests.access_table.district import District, make_media

SELECTS = DRAFTS | {"author elsewhere", "administrator elsewhere"}
UPLOADERS = frozenset({"author", "publisher", "administrator", "network"})

QUERIES: dict[str, list[Read]] = {
    "node": [Read('{ it: node(id: "%(media)s") { id } }', DRAFTS, {"id": "%(media)s"})],
    "nodes": [
        Read('{ it: nodes(ids: ["%(media)s"]) { id } }', DRAFTS, [{"id": "%(media)s"}], [None])
    ],
    "media": [Read('{ it: media(id: "%(media)s") { name } }', DRAFTS, {"name": "草稿.pdf"})],
    "mediaLibrary": [
        Read(
            '{ it: mediaLibrary(filter: {text: "草稿.pdf", within: "%(root)s"}) ' + ONE + " }",
            DRAFTS,
            listed("media"),
            EMPTY,
            SELECTS,
        )
    ],
}
FIELDS: dict[tuple[str, str], Read] = {
    ("Media", "similar"): Read(
        '{ it: media(id: "%(media)s") { similar { id } } }', DRAFTS, {"similar": []}, None, SELECTS
    ),
    ("Organization", "library"): Read(
        '{ it: organization(id: "%(here)s") { library { quotaBytes } } }',
        DRAFTS,
        {"library": {"quotaBytes": None}},
        {"library": None},
        SELECTS,
    ),
    ("Media", "uploadedBy"): Read(
        '{ it: media(id: "%(media)s") { uploadedBy } }',
        DRAFTS,
        {"uploadedBy": "editor"},
        None,
        SELECTS,
    ),
}


async def _seen(district: District) -> dict[str, Any]:
    number = await make_media(district.here.organization_id, "另一个.pdf")
    return {"id": f"Media:{number}", "version": 1}


ELSEWHERES = (frozenset({"author elsewhere"}) | ELSEWHERE, NOT_THERE)
MUTATIONS: dict[str, Write] = {
    "updateMedia": Write(_seen, UPLOADERS, NOBODY, (ELSEWHERES,)),
    "deleteMedia": Write(_seen, UPLOADERS, NOBODY, (ELSEWHERES,)),
}
