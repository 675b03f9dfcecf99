"""`./xinfeng bench search`: are the right articles found first, and how long does it take?"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from math import ceil
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number
from rich.console import Console
from rich.table import Table

from benchmarks.database import server
from benchmarks.search.asking import COMMON, Asked, ask_all
from benchmarks.search.corpus import DOCUMENTS
from benchmarks.search.labels import PLACES, read_labels
from benchmarks.search.world import searched
from commands.district.topics import read_topics
from commands.progress import progress
from commands.runtime import Json, say
from settings import load_settings

WANTED_NDCG = 0.85
WANTED_P95_MS = 50.0

Documents = Annotated[int, Parameter(validator=Number(gte=5_000, lte=2_000_000))]


def search(*, documents: Documents = DOCUMENTS, as_json: Json = False) -> None:
    """Ask labelled queries of invented articles on real topics.

    nDCG is told of the queries that the ranking was tuned on, and apart of those held out of that.
    The database is made once (some minutes) and kept. Time is the database's, snippets included,
    the median of five times: what PostgreSQL says that planning and executing the statement took,
    and what its process used of a processor.

    Parameters
    ----------
    documents
        How many articles.
    as_json
        Every query and figure as one JSON object.
    """
    topics = [topic.title for topic in read_topics()]
    with server(load_settings(), say) as url, progress("making") as report:
        database = asyncio.run(searched(url, topics, documents, report))
        found = asyncio.run(ask_all(database, topics, documents, read_labels(), report))
    figures = _figures(found)
    if as_json:
        rows = [asdict(each) for each in found]
        print(json.dumps({"documents": documents, **figures, "queries": rows}, ensure_ascii=False))
    else:
        _show(found, figures, documents)


def _figures(found: list[Asked]) -> dict[str, float]:
    labelled = [each for each in found if each.kind != COMMON]
    common = [each for each in found if each.kind == COMMON]
    return {
        "ndcg": _mean([each for each in labelled if not each.is_held_out]),
        "heldOutNdcg": _mean([each for each in labelled if each.is_held_out]),
        **_times("wall", [each.milliseconds for each in labelled]),
        **_times("processor", [each.processor_milliseconds for each in labelled]),
        **_times("commonWall", [each.milliseconds for each in common]),
        **_times("commonProcessor", [each.processor_milliseconds for each in common]),
    }


def _mean(found: list[Asked]) -> float:
    return round(sum(each.ndcg for each in found) / len(found), 4)


def _times(what: str, times: list[float]) -> dict[str, float]:
    """Milliseconds that half of the queries, 95 of 100 and all of them do not exceed."""
    known = sorted(times)
    shares = {"P50Ms": 0.5, "P95Ms": 0.95, "MaxMs": 1.0}
    return {
        f"{what}{name}": round(known[max(0, ceil(len(known) * share) - 1)], 2)
        for name, share in shares.items()
    }


def _show(found: list[Asked], figures: dict[str, float], documents: int) -> None:
    console = Console()
    table = Table("kind", "queries", f"nDCG@{PLACES}", "worst", "", "slowest ms")
    for kind, is_held_out in dict.fromkeys((each.kind, each.is_held_out) for each in found):
        table.add_row(*_line(kind, is_held_out, found))
    console.print(table)
    console.print(
        f"{documents:,} articles: nDCG@{PLACES} {figures['heldOutNdcg']:.3f} of queries held out,"
        f" {figures['ndcg']:.3f} of those it was tuned on (wanted {WANTED_NDCG})\n"
        f"database time p95 {figures['wallP95Ms']} ms (wanted {WANTED_P95_MS:.0f}), of a processor"
        f" {figures['processorP95Ms']} ms; of words that stand everywhere"
        f" {figures['commonWallP95Ms']} and {figures['commonProcessorP95Ms']} ms"
    )


def _line(kind: str, is_held_out: bool, found: list[Asked]) -> tuple[str, ...]:
    rows = [each for each in found if (each.kind, each.is_held_out) == (kind, is_held_out)]
    slowest = f"{max(each.milliseconds for each in rows):.1f}"
    if kind == COMMON:
        return kind, str(len(rows)), "", "", "", slowest
    worst = min(rows, key=lambda each: each.ndcg)
    name = f"{kind}, held out" if is_held_out else kind
    return name, str(len(rows)), f"{_mean(rows):.3f}", f"{worst.ndcg:.2f}", worst.text, slowest
