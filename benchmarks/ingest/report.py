"""What `./xinfeng bench ingest` found, as a table and as verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.ingest.pulling import Pulled, Shared
from benchmarks.ingest.pushing import Pushed
from benchmarks.ingest.recording import Recorded
from benchmarks.ingest.working import Worked
from benchmarks.judging import Verdict

PULLED_AT_LEAST, RECORDED_AT_LEAST = 0.6, 0.5


@dataclass(frozen=True, slots=True)
class Found:
    """pulling: by posts in a request. recording: by rows in a batch, the last one the pushes'."""

    pulling: list[Pulled]
    working: Worked
    shared: Shared
    recording: list[Recorded]
    pushing: Pushed

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "verdicts": [each.as_json() for each in self.verdicts()]}

    def verdicts(self) -> list[Verdict]:
        pulled = (
            (f"pulling {each.batch} posts a request against the bare loop", each.ratio)
            for each in self.pulling
        )
        recorded = (
            (f"recording {each.rows:,} against the bare INSERT", each.ratio)
            for each in self.recording
        )
        return [
            *(Verdict(what, ratio, PULLED_AT_LEAST, at_least=True) for what, ratio in pulled),
            *(Verdict(what, ratio, RECORDED_AT_LEAST, at_least=True) for what, ratio in recorded),
            Verdict(
                "requests of two workers against those needed",
                self.shared.made / self.shared.needed,
                1.0,
                at_least=False,
            ),
        ]


def show(found: Found) -> None:
    console = Console()
    console.print(_table(found))
    worked, pushed = found.working, found.pushing
    console.print(
        f"one worker process: {worked.observations:,} observations of {worked.requests} requests"
        f" in {worked.seconds:.1f} s with planning, totals derived after"
        f" {worked.derived_seconds:.1f} s, all of it for"
        f" {worked.cpu_seconds / worked.observations * 1e6:.1f} µs CPU per observation"
    )
    first, second = found.shared.accounts
    console.print(
        f"two workers: {found.shared.made} requests of {found.shared.needed} needed,"
        f" {first} and {second} accounts, {found.shared.seconds:.1f} s with their start"
    )
    bare = found.recording[-1]
    console.print(
        f"{pushed.pushes} pushes: {pushed.pushes / pushed.seconds:.1f} a second,"
        f" {bare.bare_seconds / (pushed.seconds / pushed.pushes):.2f} of the bare INSERT\n"
    )
    for verdict in found.verdicts():
        wanted = f"{'≥' if verdict.at_least else '≤'} {verdict.wanted:g}"
        met = "met" if verdict.is_met else "missed"
        console.print(f"{verdict.what}: {verdict.measured:.2f}, wanted {wanted}: {met}")


def _table(found: Found) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("", "requests/s", "words/s", "ratio", "µs/word", "database"):
        table.add_column(name, justify="left" if not name else "right", no_wrap=True)
    for row in (*_pulled(found), *_recorded(found)):
        table.add_row(*row)
    return table


def _pulled(found: Found) -> Iterator[tuple[str, ...]]:
    for each in found.pulling:
        database = f"{each.database_cpu / each.observations * 1e6:.1f}"
        for name, seconds, cpu, ratio, beside in (
            (
                f"pull {each.batch} posts a request",
                each.seconds,
                each.cpu_seconds,
                each.ratio,
                database,
            ),
            ("  bare loop", each.bare_seconds, each.bare_cpu, 1.0, ""),
        ):
            yield (
                name,
                f"{each.requests / seconds:,.0f}",
                f"{each.observations / seconds:,.0f}",
                f"{ratio:.2f}",
                f"{cpu / each.observations * 1e6:.1f}",
                beside,
            )


def _recorded(found: Found) -> Iterator[tuple[str, ...]]:
    for each in found.recording:
        for name, seconds, cpu, ratio in (
            (f"record {each.rows:,}", each.record_seconds, each.record_cpu, each.ratio),
            ("  bare INSERT", each.bare_seconds, each.bare_cpu, 1.0),
        ):
            yield (
                name,
                "",
                f"{each.rows / seconds:,.0f}",
                f"{ratio:.2f}",
                f"{cpu / each.rows * 1e6:.1f}",
            )
    pushed = found.pushing
    yield (
        "push 500 items",
        f"{pushed.pushes / pushed.seconds:,.0f}",
        f"{pushed.items / pushed.seconds:,.0f}",
        "",
        f"{pushed.cpu_seconds / pushed.items * 1e6:.1f}",
    )
