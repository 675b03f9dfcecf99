"""The tree of categories."""

from __future__ import annotations

from typing import Any

from domain.categories import actions
from tests.access_table.callers import NOBODY, ONLY_NETWORK, Read, Write, public, unique
from tests.access_table.district import District

QUERIES: dict[str, list[Read]] = {
    "category": [public('{ it: category(slug: "no-such") { id } }', None)],
    "categories": [
        public(
            "{ it: categories(first: 1) { pageInfo { hasPreviousPage } } }",
            {"pageInfo": {"hasPreviousPage": False}},
        )
    ],
}


async def _made(district: District) -> int:
    new = actions.NewCategory(name="栏目", slug=f"made-{unique()}")
    return await actions.create(district.act, new)


async def _new(district: District) -> dict[str, Any]:
    return {"name": "栏目", "slug": f"new-{unique()}"}


async def _known(district: District) -> dict[str, Any]:
    return {"id": f"Category:{await _made(district)}", "version": 1}


async def _renamed(district: District) -> dict[str, Any]:
    return {**await _known(district), "name": "新栏目"}


MUTATIONS: dict[str, Write] = {
    "createCategory": Write(_new, ONLY_NETWORK, NOBODY),
    "updateCategory": Write(_renamed, ONLY_NETWORK, NOBODY),
    "moveCategory": Write(_known, ONLY_NETWORK, NOBODY),
    "removeCategory": Write(_known, ONLY_NETWORK, NOBODY),
}
