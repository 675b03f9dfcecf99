"""The figures of a run, and the medians of several."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run, or the median of several, came to.

    server_cpu_ms, database_cpu_ms, load_cpu_ms: processor time per request, of all processes of
    each. server_busy, database_busy: their share of the window's time, 1 is one whole core.
    """

    requests_per_second: float
    p50_ms: float
    p99_ms: float
    server_cpu_ms: float
    database_cpu_ms: float
    load_cpu_ms: float
    server_busy: float
    database_busy: float
    response_bytes: int
    requests: int

    def as_json(self) -> dict[str, float]:
        return {name: round(value, 4) for name, value in asdict(self).items()}


def figures(result: Mapping[str, Any], *, is_its_own_load: bool = False) -> Figures:
    """From what a run told. is_its_own_load: no server, the process that asked is what counts."""
    requests, seconds = max(1, result["requests"]), max(1e-9, result["seconds"])
    cpu: dict[str, float] = dict(result["cpu_seconds"])
    if is_its_own_load:
        cpu["server"] = cpu.pop("load")
    used = {name: cpu.get(name, 0.0) for name in ("server", "database", "load")}
    return Figures(
        requests_per_second=result["requests"] / seconds,
        p50_ms=result["p50_ms"],
        p99_ms=result["p99_ms"],
        server_cpu_ms=1e3 * used["server"] / requests,
        database_cpu_ms=1e3 * used["database"] / requests,
        load_cpu_ms=1e3 * used["load"] / requests,
        server_busy=used["server"] / seconds,
        database_busy=used["database"] / seconds,
        response_bytes=result["response_bytes"],
        requests=result["requests"],
    )


def median(runs: Sequence[Figures]) -> Figures:
    """Of each figure for itself."""
    values = {
        field.name: statistics.median(getattr(run, field.name) for run in runs)
        for field in fields(Figures)
    }
    whole = ("response_bytes", "requests")
    return Figures(**{**values, **{name: int(values[name]) for name in whole}})
