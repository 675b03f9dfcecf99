"""One counter unusually large or small beside another: the weakest evidence; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.engagement.rules import Metric
from domain.inflation.flags import Flag, FlagKind, rounded
from domain.inflation.thresholds import Ratio, Thresholds
from domain.partners.rules import Platform


@dataclass(frozen=True, slots=True)
class Standing:
    """A post's totals; only such as are exact. since: its publication. steady: no definition
    break and no restatement is in them."""

    post: str
    platform: Platform
    since: datetime
    totals: Mapping[Metric, int]
    steady: bool = True


def flags_of(standings: Iterable[Standing], thresholds: Thresholds) -> Iterator[Flag]:
    """Nothing is said of a post of which a total is unknown or the whole is small."""
    for standing in standings:
        for ratio in thresholds.ratios:
            part, whole = (standing.totals.get(each) for each in (ratio.part, ratio.whole))
            if not standing.steady or standing.platform != ratio.platform:
                continue
            if part is None or whole is None:
                continue
            if whole * ratio.low >= ratio.least_expected:
                yield from _outside(standing, ratio, part, whole, thresholds.version)


def _outside(
    standing: Standing, ratio: Ratio, part: int, whole: int, version: str
) -> Iterator[Flag]:
    observed = part / whole
    if ratio.low <= observed <= ratio.high:
        return
    # None at all is taken as one, so that the whole still tells how far outside it is.
    beyond = observed / ratio.high if observed > ratio.high else ratio.low * whole / max(part, 1)
    inputs: dict[str, float | str] = {
        ratio.part.value: part,
        ratio.whole.value: whole,
        "grade": ratio.grade,
    }
    yield Flag(
        FlagKind.RATIO,
        standing.post,
        ratio.part,
        standing.since,
        rounded(observed),
        ratio.low,
        ratio.high,
        rounded(beyond),
        inputs,
        version,
    )
