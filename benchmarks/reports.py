"""The figures for people, as tables, and for programs, as JSON."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.compiling import ALLOWED_MS, Compiled, Worst
from benchmarks.cores import Cores
from benchmarks.figures import Figures
from benchmarks.judging import Measured, Verdict
from benchmarks.rounds import COMPARED, SERVER, Options
from benchmarks.several import PROCESSES, WHAT, Several
from benchmarks.soak.judging import Seen

WIDTH = 118


def show(measured: Measured, verdicts: Sequence[Verdict], cores: Cores, options: Options) -> None:
    console = Console(width=WIDTH)
    console.print(_conditions(cores, options))
    for name, found in measured.workloads.items():
        console.print(_workload(name, found))
    if measured.several:
        console.print(_several(measured.several))
    if verdicts:
        console.print(_verdicts(verdicts))


def show_compiled(found: Sequence[Compiled]) -> None:
    names = ("document", "letters", "fields", "cold ms", "parse", "validate", "plan", "known ms")
    table = _table("documents, medians", *names)
    for row in found:
        times = (row.cold_ms, row.parse_ms, row.validate_ms, row.plan_ms)
        cells = (f"{value:.2f}" for value in times)
        table.add_row(
            row.document, f"{row.letters:,}", str(row.fields), *cells, f"{row.known_ms:.3f}"
        )
    Console(width=WIDTH).print(table)


def show_worst(found: Sequence[Worst]) -> None:
    title = f"worst documents within the limits; {ALLOWED_MS:.0f} ms are allowed"
    table = _table(title, "document", "letters", "CPU ms", "becomes")
    for row in found:
        table.add_row(row.document, f"{row.letters:,}", f"{row.cpu_ms:.1f}", row.becomes[:60])
    Console(width=WIDTH).print(table)


def show_soak(seen: Seen, verdicts: Sequence[Verdict]) -> None:
    console = Console(width=WIDTH)
    for title, outcomes in (("ordinary visits", seen.ordinary), ("hostile visits", seen.hostile)):
        table = _table(title, "visit", "times", "outcomes")
        for name in sorted({name for name, _ in outcomes}):
            own = {outcome: count for (of, outcome), count in outcomes.items() if of == name}
            told = ", ".join(f"{outcome}: {own[outcome]:,}" for outcome in sorted(own))
            table.add_row(name, f"{sum(own.values()):,}", told)
        console.print(table)
    console.print(f"most memory {max(seen.resident) / 1e6:,.0f} MB\n")
    console.print(_verdicts(verdicts))


def as_json(
    measured: Measured, verdicts: Sequence[Verdict], cores: Cores, options: Options
) -> dict[str, object]:
    return {
        "conditions": {
            "seconds": options.seconds,
            "rounds": options.rounds,
            "connections": options.connections,
            "cores": {"server": sorted(cores.server), "database": sorted(cores.database)},
            "python": platform.python_version(),
        },
        "workloads": {
            name: {competitor: figures.as_json() for competitor, figures in found.items()}
            for name, found in measured.workloads.items()
        },
        "several": {
            load: {
                "one": found.one.as_json(),
                "many": found.many.as_json(),
                "kinds": found.kinds,
            }
            for load, found in measured.several.items()
        },
        "extra_megabytes": measured.extra_megabytes,
        "cold": measured.cold.as_json() if measured.cold else None,
        "verdicts": [verdict.as_json() for verdict in verdicts],
    }


def _conditions(cores: Cores, options: Options) -> str:
    where = (
        f"server on core {_named(cores.server)}, "
        f"PostgreSQL and the load on {_named(cores.database)}"
        if cores.are_apart
        else "everything on the same cores"
    )
    return (
        f"{where}; {options.connections} connections; medians of {options.rounds} runs"
        f" of {options.seconds:g} s; ratios are against the server, the first line"
    )


def _named(cores: frozenset[int]) -> str:
    return ", ".join(map(str, sorted(cores)))


def _table(title: str, first: str, *numbers: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, no_wrap=True)
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table


COLUMNS = ("req/s", "ratio", "p50 ms", "p99 ms", "CPU ms", "db CPU ms", "busy", "db busy", "bytes")


def _workload(name: str, found: Mapping[str, Figures]) -> Table:
    table = _table(name, "", *COLUMNS)
    own = found[SERVER].requests_per_second
    for competitor, figures in found.items():
        table.add_row(COMPARED[competitor], *_cells(figures, own / figures.requests_per_second))
    return table


def _cells(figures: Figures, ratio: float) -> list[str]:
    return [
        f"{figures.requests_per_second:,.0f}",
        f"{ratio:.2f}",
        f"{figures.p50_ms:.2f}",
        f"{figures.p99_ms:.2f}",
        f"{figures.server_cpu_ms:.3f}",
        f"{figures.database_cpu_ms:.3f}",
        f"{figures.server_busy:.0%}",
        f"{figures.database_busy:.0%}",
        f"{figures.response_bytes:,}",
    ]


def _several(several: Mapping[str, Several]) -> Table:
    table = _table(f"one process and {PROCESSES}", "", *COLUMNS)
    for load, found in several.items():
        table.add_row(f"{WHAT[load]}, 1", *_cells(found.one, 1.0))
        table.add_row(f"{WHAT[load]}, {PROCESSES}", *_cells(found.many, found.ratio))
        for kind, times in found.kinds.items():
            table.add_row(f"  {kind}s", "", "", f"{times['p50_ms']:.2f}", f"{times['p99_ms']:.2f}")
    return table


def _verdicts(verdicts: Sequence[Verdict]) -> Table:
    table = _table("targets", "", "measured", "wanted", "")
    for verdict in verdicts:
        wanted = f"{'≥' if verdict.at_least else '≤'} {verdict.wanted:.3g}"
        met = "met" if verdict.is_met else "[bold]missed[/bold]"
        table.add_row(verdict.what, f"{verdict.measured:.3f}", wanted, met)
    return table
