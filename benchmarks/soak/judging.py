"""What a soak showed, and whether the server stood it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from benchmarks.judging import Verdict
from benchmarks.soak.wire import SILENT, Outcome

GOOD = {"200", "304"}
SHED = {"429", "503"}
"""Told to come again later: no error, as long as it is seldom."""

HEALTH_SECONDS = 2.0


@dataclass(slots=True)
class Seen:
    """outcomes: of (kind of visit, outcome), how many. resident: bytes, sampled evenly.
    health: seconds that /livez took, in the same moments; infinite where it failed."""

    ordinary: Counter[tuple[str, Outcome]] = field(default_factory=Counter)
    hostile: Counter[tuple[str, Outcome]] = field(default_factory=Counter)
    resident: list[int] = field(default_factory=list)
    health: list[float] = field(default_factory=list)

    @property
    def error_rate(self) -> float:
        """Of ordinary visits: neither answered nor told to come again."""
        return _share(self.ordinary, lambda outcome: outcome not in GOOD | SHED)

    @property
    def shed_rate(self) -> float:
        return _share(self.ordinary, lambda outcome: outcome in SHED)

    @property
    def failures(self) -> int:
        """Hostile visits that made the server fail, or that nobody answered."""
        return sum(number for (_, outcome), number in self.hostile.items() if _is_failure(outcome))

    @property
    def growth(self) -> float:
        """The last quarter's memory over the second's, medians: the first is for warming up."""
        quarter = len(self.resident) // 4
        if quarter == 0:
            return 1.0
        later, before = self.resident[-quarter:], self.resident[quarter : 2 * quarter]
        return median(later) / median(before)


def judge(seen: Seen) -> list[Verdict]:
    return [
        Verdict("ordinary visits in error", seen.error_rate, 0.0, at_least=False),
        Verdict("ordinary visits told to come later", seen.shed_rate, 0.01, at_least=False),
        Verdict("hostile visits that made it fail", seen.failures, 0.0, at_least=False),
        Verdict("longest wait for /livez, s", max(seen.health), HEALTH_SECONDS, at_least=False),
        Verdict("memory at the end against before", seen.growth, 1.1, at_least=False),
    ]


def _is_failure(outcome: Outcome) -> bool:
    return outcome == SILENT or (outcome.startswith("5") and outcome not in SHED)


def _share(outcomes: Counter[tuple[str, Outcome]], counts: Callable[[Outcome], bool]) -> float:
    total = outcomes.total()
    chosen = sum(number for (_, outcome), number in outcomes.items() if counts(outcome))
    return chosen / total if total else 0.0
