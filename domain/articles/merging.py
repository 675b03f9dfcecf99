"""An edit of what an editor saw, put together with what others have saved since. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.articles.blocks import Block, loaded
from domain.articles.blocks.merge import merge
from domain.problems import Conflict

CODE = "OVERLAPPING"


def merged_fields(
    base: Mapping[str, Any], head: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """What is given and was changed, by column. base: what the editor saw; head: what is newest.
    Raises Conflict that names the field others gave another value."""
    found = {name: value for name, value in given.items() if value != base[name]}
    for name, value in found.items():
        if head[name] not in (base[name], value):
            raise Conflict(
                "others have changed this since the revision you saw", path=(name,), code=CODE
            )
    return found


def merged_body(
    base: Mapping[str, Any], head: Mapping[str, Any], given: Sequence[Block]
) -> tuple[Block, ...]:
    """given: as the editor made it of `base`. Raises Conflict that names the blocks others have
    changed too."""
    result = merge(loaded(base["blocks"]), given, loaded(head["blocks"]))
    if result.conflicts:
        ids = ", ".join(result.conflicts)
        raise Conflict(
            f"others have changed these blocks too since the revision you saw: {ids}",
            path=("blocks", *_first(given, result.conflicts)),
            code=CODE,
        )
    return result.blocks


def _first(given: Sequence[Block], conflicts: Sequence[str]) -> tuple[str, ...]:
    """Where the first of them stands in what is given; nowhere when it was taken out."""
    places = [str(at) for at, block in enumerate(given) if block.id in conflicts]
    return tuple(places[:1])
