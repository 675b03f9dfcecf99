"""Global ids as clients send them."""

from __future__ import annotations

from domain.ids import parse_id
from domain.problems import Problem
from schema.planner.errors import BadInput

MAX_IDS = 100


def read_id(id_: str, types: tuple[str, ...]) -> tuple[str, int]:
    """The type's name and the number. Raises BadInput when it cannot be one of these types'."""
    try:
        return parse_id(id_, *types)
    except Problem as problem:
        raise BadInput(f"{id_!r:.60}: {problem.message}") from problem


def checked_id(id_: str, types: tuple[str, ...]) -> str:
    """The id as given. Raises BadInput when it cannot be one of these types'."""
    read_id(id_, types)
    return id_


def checked_ids(ids: list[str], types: tuple[str, ...]) -> list[str]:
    if len(ids) > MAX_IDS:
        raise BadInput(f"at most {MAX_IDS} ids at once, not {len(ids)}")
    return [checked_id(id_, types) for id_ in ids]
