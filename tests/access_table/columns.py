"""Columns."""

from __future__ import annotations

from typing import Any

from tests.access_table.callers import HERE, NOBODY, PUBLISHERS, Read, Write, public, unique
from tests.access_table.district import District

QUERIES: dict[str, list[Read]] = {
    "column": [public('{ it: column(slug: "no-such") { id } }', None)],
    "columns": [public('{ it: columns(organizationId: "Organization:999999") { id } }', [])],
}


async def _column(district: District) -> dict[str, Any]:
    here = district.ids["here"]
    slug = f"column-{unique()}"
    return {"organizationId": here, "slug": slug, "title": "新", "version": 0, "articleIds": []}


MUTATIONS: dict[str, Write] = {
    "setColumn": Write(
        _column, PUBLISHERS, NOBODY, ((frozenset({"administrator elsewhere"}), HERE),)
    ),
}
