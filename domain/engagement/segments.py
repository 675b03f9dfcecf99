"""Definition breaks: which words of a history belong together; pure.

Of all definitions that have spoken by a moment, the one that came into force last leads. Words of
another known definition are set aside from then on, so that two sources that count differently
never take turns. A wording of a partner's own, which no file describes, goes with whichever leads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from domain.engagement.definitions import Definition
from domain.engagement.rules import Addition, Population

if TYPE_CHECKING:
    from domain.engagement.words import Observed

Known: TypeAlias = Callable[[str], Definition | None]
"""A definition by its code; None for a partner's own wording."""


@dataclass(frozen=True, slots=True)
class Break:
    """From this moment on another definition leads: nothing is subtracted across it."""

    at: datetime
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Segment:
    """Words of one definition (None: of none that is known), in the order given."""

    definition: Definition | None
    words: list[Observed]


def segments(
    observations: Sequence[Observed], moment: Callable[[Observed], datetime], known: Known
) -> tuple[list[Segment], tuple[Break, ...]]:
    """The history cut at its breaks. moment: what a word's time is."""
    leading = _leaders(observations, moment, known)
    if len(leading) <= 1 and len({each.definition for each in observations}) <= 1:
        return [Segment(leading[0][1] if leading else None, list(observations))], ()
    cut = [Segment(definition, []) for _, definition in leading] or [Segment(None, [])]
    for each in observations:
        segment = cut[_place(leading, moment(each))]
        own = known(each.definition)
        if own is None or own is segment.definition:
            segment.words.append(each)
    return cut, tuple(
        Break(at, one.code, other.code) for (_, one), (at, other) in pairwise(leading)
    )


def addition_of(definition: Definition | None) -> Addition:
    """Whether values under a definition are added up."""
    if definition is None:
        return Addition.ALWAYS
    if definition.population is Population.PEOPLE:
        return Addition.NEVER
    return Addition.UNLESS_ORIGINAL if definition.counts_reposts else Addition.ALWAYS


def rank(definition: Definition) -> tuple[date, bool, str]:
    """The later in force the higher; of two at once a count before people."""
    counts = definition.population is not Population.PEOPLE
    return definition.valid_from or date.min, counts, definition.code


def _leaders(
    observations: Iterable[Observed], moment: Callable[[Observed], datetime], known: Known
) -> list[tuple[datetime, Definition]]:
    """Each definition that ever leads, with the moment from which it does, in order."""
    first: dict[str, datetime] = {}
    for each in observations:
        spoken = moment(each)
        if each.definition not in first or spoken < first[each.definition]:
            first[each.definition] = spoken
    found = [(at, definition) for code, at in first.items() if (definition := known(code))]
    found.sort(key=lambda each: (each[0], rank(each[1])))
    leading: list[tuple[datetime, Definition]] = []
    for at, definition in found:
        if leading and rank(definition) < rank(leading[-1][1]):
            continue
        if leading and leading[-1][0] == at:
            leading.pop()
        leading.append((at, definition))
    return leading


def _place(leading: Sequence[tuple[datetime, Definition]], spoken: datetime) -> int:
    """The segment a moment lies in; what came before any known word is in the first."""
    place = 0
    for number, (at, _) in enumerate(leading):
        if at <= spoken:
            place = number
    return place
