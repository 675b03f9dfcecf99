"""Under which of our categories an article of a source comes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from domain.categories.reading import NamePath

SEPARATOR = "/"
"""Between the names of a path, where an operator writes one."""


class Filed(NamedTuple):
    """id: of the category; none where there is none of it here. is_new: whether it will be made."""

    id: int | None = None
    is_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """mapped: ours by what a source calls it, a name or a path. known: ours, by their names.
    makes_missing: whether categories that are not here are made."""

    mapped: Mapping[str, int] = field(default_factory=dict)
    known: Mapping[int, NamePath] = field(default_factory=dict)
    makes_missing: bool = False


def filed(path: NamePath, filing: Filing) -> Filed:
    """As the operator says; else the category of the same path here; else, for a name that stands
    alone there, the only one that is called so here."""
    if not path:
        return Filed()
    for said in (SEPARATOR.join(path), path[-1]):
        if said in filing.mapped:
            return Filed(filing.mapped[said])
    same = [number for number, names in filing.known.items() if names == path]
    if same:
        return Filed(min(same))
    named = [number for number, names in filing.known.items() if names[-1] == path[-1]]
    if len(path) == 1 and len(named) == 1:
        return Filed(named[0])
    return Filed(is_new=filing.makes_missing)


def nearest(path: NamePath, known: Mapping[int, NamePath]) -> tuple[int | None, NamePath]:
    """The lowest category here that is on the way to the path, and the names that are missing."""
    for length in range(len(path) - 1, 0, -1):
        same = [number for number, names in known.items() if names == path[:length]]
        if same:
            return min(same), path[length:]
    return None, path
