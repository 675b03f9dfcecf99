"""Where two answers differ: in values, nulls, the order of rows, the order of keys."""

from __future__ import annotations

import json
from typing import Any

from tests.oracle.lists import Cursor, row_of


class Pairs(list[tuple[str, Any]]):
    """A JSON object with its keys in order."""


def read(body: bytes) -> dict[str, Any]:
    """The parts of a response; objects below keep the order of their keys."""
    return dict(json.loads(body, object_pairs_hook=Pairs))


def difference(expected: Any, found: Any, path: str = "data") -> str | None:
    """The first place where an answer is not the oracle's, None where there is none."""
    if isinstance(expected, Cursor):
        if isinstance(found, str) and row_of(found) == expected.row_id:
            return None
    elif isinstance(expected, dict) and isinstance(found, Pairs):
        if list(expected) != [key for key, _ in found]:
            return f"{path}: keys {list(expected)} expected, {[key for key, _ in found]} found"
        values = zip(expected.values(), found, strict=True)
        return _first(difference(value, other, f"{path}.{key}") for value, (key, other) in values)
    elif isinstance(expected, list) and type(found) is list:
        if len(expected) == len(found):
            places = enumerate(zip(expected, found, strict=True))
            return _first(difference(a, b, f"{path}[{place}]") for place, (a, b) in places)
        return f"{path}: {len(expected)} items expected, {len(found)} found"
    elif isinstance(expected, str) and isinstance(found, str):
        if str(expected) == found:
            return None
    elif type(expected) is float and type(found) in (int, float):
        # PostgreSQL writes a whole number without its point, also where it may be broken.
        if expected == found:
            return None
    elif type(expected) is type(found) and expected == found:
        return None
    return f"{path}: {expected!r} expected, {found!r} found"


def _first(differences: Any) -> str | None:
    return next((each for each in differences if each is not None), None)
