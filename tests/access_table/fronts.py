"""Fronts that editors curate."""

from __future__ import annotations

from typing import Any

from domain.fronts.actions import NewFront, set_front
from domain.fronts.rules import Entry
from tests.access_table.callers import (
    DRAFTS,
    HERE,
    NOBODY,
    PUBLISHERS,
    Read,
    Write,
    unique,
)
from tests.access_table.district import District

QUERIES: dict[str, list[Read]] = {
    "front": [
        Read(
            '{ it: front(organizationId: "%(here)s", name: "drafts") { entries { slot } } }',
            DRAFTS,
            {"entries": [{"slot": 1}]},
            {"entries": []},
        )
    ],
}


async def make_front(district: District) -> None:
    """With a draft on it, of which nobody else may hear."""
    draft = int(district.ids["draft"].removeprefix("Article:"))
    new = NewFront(
        organization_id=district.here.organization_id,
        name="drafts",
        title="头条",
        version=0,
        entries=[Entry(1, draft)],
    )
    await set_front(district.act, new)


async def _front(district: District) -> dict[str, Any]:
    name = f"front-{unique()}"
    here = district.ids["here"]
    return {"organizationId": here, "name": name, "title": "新", "version": 0, "entries": []}


MUTATIONS: dict[str, Write] = {
    "setFront": Write(
        _front, PUBLISHERS, NOBODY, ((frozenset({"administrator elsewhere"}), HERE),)
    ),
}
