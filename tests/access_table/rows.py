"""THE ACCESS TABLE, put together from what stands noun by noun in the files beside this one."""

from __future__ import annotations

from collections import defaultdict
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import tests.access_table
from tests.access_table.callers import Read, Write

NOUNS: list[ModuleType] = [
    module
    for found in iter_modules(tests.access_table.__path__)
    if hasattr(module := import_module(f"tests.access_table.{found.name}"), "QUERIES")
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
