"""What is to be reached, as ratios within one run, and whether it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from benchmarks.compiling import Compiled
from benchmarks.figures import Figures
from benchmarks.rounds import ALONE, BYTES, ROUTE, SERVER, STOCK
from benchmarks.several import FRESH, Several

STOCK_CPU_MS = 9.3
"""What (c) spent on W1 where W2's target was set: the target is scaled by what it spends here."""

W2_CPU_MS = 0.30
MEMORY_MEGABYTES = 25.0
COLD_MS = 8.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """One target. at_least: more is better; otherwise less is."""

    what: str
    measured: float
    wanted: float
    at_least: bool

    @property
    def is_met(self) -> bool:
        return self.measured >= self.wanted if self.at_least else self.measured <= self.wanted

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "measured": round(self.measured, 4), "is_met": self.is_met}


@dataclass(frozen=True, slots=True)
class Measured:
    """All that one call measured; what was left out is absent."""

    workloads: Mapping[str, Mapping[str, Figures]]
    several: Mapping[str, Several]
    extra_megabytes: float | None = None
    cold: Compiled | None = None


def judge(measured: Measured) -> list[Verdict]:
    """The targets that what was measured can tell of."""
    return [
        *_against_the_statement(measured.workloads),
        *_against_stock(measured.workloads),
        *_deep(measured.workloads),
        *_large(measured),
        *_shared(measured.workloads),
        *_compiled(measured.cold),
        *_second_process(measured.several),
    ]


def _at_least(what: str, measured: float, wanted: float) -> Verdict:
    return Verdict(what, measured, wanted, at_least=True)


def _at_most(what: str, measured: float, wanted: float) -> Verdict:
    return Verdict(what, measured, wanted, at_least=False)


Workloads = Mapping[str, Mapping[str, Figures]]


def _rate(found: Mapping[str, Figures], one: str, other: str) -> float:
    return found[one].requests_per_second / found[other].requests_per_second


def _against_the_statement(workloads: Workloads) -> list[Verdict]:
    verdicts = []
    for name in ("W1", "W2", "W3"):
        if found := workloads.get(name):
            rate = _rate(found, SERVER, ALONE)
            cpu = found[SERVER].server_cpu_ms / max(1e-9, found[ROUTE].server_cpu_ms)
            verdicts.append(_at_least(f"{name} requests/s against (a)", rate, 0.85))
            verdicts.append(_at_most(f"{name} server CPU against (d)", cpu, 1.35))
    return verdicts


def _against_stock(workloads: Workloads) -> list[Verdict]:
    if not (feed := workloads.get("W1")):
        return []
    verdicts = [_at_least("W1 requests/s against (c)", _rate(feed, SERVER, STOCK), 12.0)]
    if article := workloads.get("W2"):
        scale = feed[STOCK].server_cpu_ms / STOCK_CPU_MS
        spent = article[SERVER].server_cpu_ms
        what = f"W2 server CPU, ms ({W2_CPU_MS} where (c) spends {STOCK_CPU_MS} on W1)"
        verdicts.append(_at_most(what, spent, W2_CPU_MS * scale))
    return verdicts


def _deep(workloads: Workloads) -> list[Verdict]:
    if not {"W1", "W3"} <= workloads.keys():
        return []
    deep, feed = workloads["W3"][SERVER], workloads["W1"][SERVER]
    ratio = deep.requests_per_second / feed.requests_per_second
    return [_at_least("W3 requests/s against W1", ratio, 0.95)]


def _large(measured: Measured) -> list[Verdict]:
    verdicts = []
    if found := measured.workloads.get("W4"):
        ratio = found[SERVER].p50_ms / found[ALONE].p50_ms
        verdicts.append(_at_most("W4 time against (a)", ratio, 3.0))
    if measured.extra_megabytes is not None:
        what = "W4 extra memory, MB"
        verdicts.append(_at_most(what, measured.extra_megabytes, MEMORY_MEGABYTES))
    return verdicts


def _shared(workloads: Workloads) -> list[Verdict]:
    found = workloads.get("W6")
    return (
        [_at_least("W6 requests/s against (b)", _rate(found, SERVER, BYTES), 0.6)] if found else []
    )


def _compiled(cold: Compiled | None) -> list[Verdict]:
    return [_at_most("cold W1 document, ms", cold.cold_ms, COLD_MS)] if cold else []


def _second_process(several: Mapping[str, Several]) -> list[Verdict]:
    found = several.get(FRESH)
    return [_at_least("second process, requests/s", found.ratio, 1.7)] if found else []
