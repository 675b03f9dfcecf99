"""`./xinfeng bench flags`: the rules of inflation 刷量 on the counters of real topics."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from rich.console import Console

from benchmarks.inflating import DEFINITIONS, Inflate, burst, courses, inject, mixed, supply
from commands.district.topics import read_topics
from commands.progress import progress
from commands.runtime import Json
from domain.engagement.rules import Metric
from domain.inflation.courses import Course
from domain.inflation.flags import Flag
from domain.inflation.rules import Review, review
from domain.inflation.thresholds import Thresholds, current

WIDTH = 118
SERIES: tuple[tuple[str, Inflate, bool], ...] = (
    ("burst x10", burst(10), True),
    ("burst x30", burst(30), True),
    ("burst x100", burst(100), True),
    ("supply x5", supply(5), False),
    ("supply x20", supply(20), False),
)


@dataclass(frozen=True, slots=True)
class Recall:
    """Of `injected` courses, `found` had a flag in the hours where counts were put in."""

    series: str
    metric: Metric
    eligible: int
    injected: int
    found: int


def flags(*, as_json: Json = False) -> None:
    """Look for inflation in the data set, untouched, and again with bought counts put in.

    Nothing is known to be inflated in the data set: its flags are at most all false.

    Parameters
    ----------
    as_json
        Every flag and every figure as one JSON object.
    """
    thresholds, natural = current(), courses(read_topics())
    steps = 1 + len(SERIES)
    with progress("reviewing") as report:
        report(0, steps)
        untouched = review(natural, thresholds)
        report(1, steps)
        found = _recalls(natural, thresholds, lambda done: report(1 + done, steps))
    if as_json:
        print(json.dumps(_json(natural, untouched, found, thresholds), indent=2, default=str))
    else:
        _show(natural, untouched, found)


def _recalls(
    natural: Sequence[Course], thresholds: Thresholds, report: Callable[[int], None]
) -> list[Recall]:
    found: list[Recall] = []
    for done, (series, inflate, only_at) in enumerate(SERIES, 1):
        # The rules never compare two metrics, so that one review serves both.
        put = {each: inject(natural, each, inflate, only_at=only_at) for each in DEFINITIONS}
        injected = [one for _, several in put.values() for one in several]
        seen = review(mixed(natural, injected), thresholds).flags
        for metric, (eligible, own) in put.items():
            hits = sum(each.is_found(seen) for each in own)
            found.append(Recall(series, metric, eligible, len(own), hits))
        report(done)
    return found


def _counts(natural: Sequence[Course], untouched: Review) -> dict[str, int]:
    return {
        "topics": len({course.post for course in natural}),
        "topics_with_gains": len({course.post for course in natural if course.gains}),
        "topics_flagged": len({flag.post for flag in untouched.flags}),
        "gains": sum(len(course.gains) for course in natural),
    }


def _json(
    natural: Sequence[Course],
    untouched: Review,
    found: Sequence[Recall],
    thresholds: Thresholds,
) -> dict[str, object]:
    return {
        "rule_version": thresholds.version,
        **_counts(natural, untouched),
        "judged": untouched.judged,
        "left_out": untouched.left_out,
        "flags": [asdict(flag) for flag in untouched.flags],
        "recall": [asdict(each) for each in found],
    }


def _show(natural: Sequence[Course], untouched: Review, found: Sequence[Recall]) -> None:
    console = Console(width=WIDTH)
    for name, count in _counts(natural, untouched).items():
        console.print(f"{name.replace('_', ' '):20} {count:>8,}")
    for reason, count in sorted(untouched.left_out.items()):
        console.print(f"left out, {reason:20} {count:>8,}")
    kinds = Counter(flag.kind for flag in untouched.flags)
    for kind, judged in untouched.judged.items():
        console.print(f"{kind:14} judged {judged:>8,}  flags {kinds[kind]:>4}")
    for flag in untouched.flags:
        console.print(_line(flag), markup=False)
    for each in found:
        share = f"{each.found} of {each.injected}"
        console.print(f"{each.series:12} {each.metric:10} found {share:>10}")


def _line(flag: Flag) -> str:
    usual = f"usual {flag.low:,.2f} to {flag.high:,.2f}"
    return (
        f"  {flag.bucket:%Y-%m-%dT%H} {flag.kind} {flag.metric} {flag.post}:"
        f" {flag.observed:,.2f}, {usual}, score {flag.score:.1f}"
    )
