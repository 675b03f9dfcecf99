"""THE ACCESS TABLE, put together from what stands noun by noun in the files beside this one."""

from __future__ import annotations

from collections import defaultdict
from types import ModuleType

from tests.access_table import (
    articles,
    engagement,
    fronts,
    media,
    network,
    partners,
    people,
    publishing,
    reviews,
    webhooks,
)
from tests.access_table.callers import Read, Write

NOUNS: list[ModuleType] = [
    *(
        articles,
        engagement,
        fronts,
        media,
        network,
        partners,
        people,
        publishing,
        reviews,
        webhooks,
    ),
]


def _queries() -> dict[str, list[Read]]:
    found: dict[str, list[Read]] = defaultdict(list)
    for noun in NOUNS:
        for name, rows in noun.QUERIES.items():
            found[name] += rows
    return dict(found)


QUERIES = _queries()
"""By root field. `viewer` says of everybody something else: tests/test_access_viewers.py."""

FIELDS: dict[tuple[str, str], Read] = {
    place: read for noun in NOUNS for place, read in getattr(noun, "FIELDS", {}).items()
}
"""Restricted fields below the root."""

MUTATIONS: dict[str, Write] = {
    name: row for noun in NOUNS for name, row in getattr(noun, "MUTATIONS", {}).items()
}
