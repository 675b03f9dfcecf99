"""Words about one counter: which of two stands, and what stands at the end; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from domain.engagement.rules import Addition, Bound, Finality, Source, ValueKind
from domain.engagement.segments import Segment, addition_of

SOURCE_RANK: dict[str, int] = {Source.MANUAL: 3, Source.CSV: 2, Source.PUSH: 1, Source.PULL: 0}


class Observed(NamedTuple):
    """What the derivation needs of an observation. Enumerations may come as their texts."""

    value: int
    observed_at: datetime
    value_kind: str = ValueKind.CUMULATIVE
    bound: str = Bound.EXACT
    finality: str = Finality.FINAL
    source: str = Source.PULL
    period_starts_at: datetime | None = None
    period_ends_at: datetime | None = None
    definition: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    """The value so far, and the moment it held. at_least: a lower bound, not the value itself.

    definition: the code of what it counts; None where only partners' own wordings are known.
    """

    value: int
    as_of: datetime
    at_least: bool = False
    provisional: bool = False
    definition: str | None = None
    addition: Addition = Addition.ALWAYS


def _precedence(each: Observed) -> tuple[datetime, bool, int, bool, int]:
    """Later wins; at the same moment what is more certain. Arrival plays no part."""
    return (
        each.observed_at,
        each.finality == Finality.FINAL,
        SOURCE_RANK[each.source],
        each.bound == Bound.EXACT,
        each.value,
    )


def in_order(observations: Iterable[Observed]) -> list[Observed]:
    """In order of time, one for each moment."""
    return list({each.observed_at: each for each in sorted(observations, key=_precedence)}.values())


def takes_over(word: Observed, standing: Observed | None) -> bool:
    """Whether a word replaces the one before it: a bound does not unsay a larger value."""
    if standing is None or word.bound == Bound.EXACT or word.value > standing.value:
        return True
    return renews(word, standing)


def renews(word: Observed, standing: Observed) -> bool:
    """ "At least 100,000" once more: nothing is learnt of the growth, but the bound still holds."""
    return word.bound == standing.bound == Bound.AT_LEAST and word.value == standing.value


def last_word(observations: Iterable[Observed]) -> Observed:
    """What stands of a period after all that was said of it."""
    standing, *later = in_order(observations)
    for word in later:
        if takes_over(word, standing):
            standing = word
    return standing


def total_of(word: Observed, as_of: datetime, segment: Segment) -> Total:
    """What a word says, under the definition that leads."""
    return Total(
        word.value,
        as_of,
        word.bound == Bound.AT_LEAST,
        word.finality == Finality.PROVISIONAL,
        segment.definition.code if segment.definition else None,
        addition_of(segment.definition),
    )
