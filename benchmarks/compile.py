"""`./xinfeng bench compile`: what a document costs that nobody has seen, by its size;
and what the worst one costs that the limits let an enemy send."""

from __future__ import annotations

import json
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from benchmarks.compiling import ALLOWED_MS, compiled, sized_documents, worst
from benchmarks.reports import show_compiled, show_worst
from benchmarks.worst_documents import worst_documents
from commands.runtime import Json
from schema.root import build
from settings import load_settings

SHOWN = 5


def compile_documents(
    *, samples: Annotated[int, Parameter(validator=Number(gte=1))] = 20, as_json: Json = False
) -> None:
    """Measure what a document costs that was never seen, by its size, and one that was; then the
    worst documents, each made to take as long as the limits allow.

    Examples: `./xinfeng bench compile`, `./xinfeng bench compile --samples 3 --json`.

    Parameters
    ----------
    samples
        How often each is compiled, by a new engine each time; medians are shown.
    as_json
        The figures as an object: documents, worst (the dearest first), allowed_ms.
    """
    schema, zone = build(), load_settings().time_zone
    found = [
        compiled(schema, name, request, samples=samples, zone=zone)
        for name, request in sized_documents()
    ]
    dearest = worst(schema, worst_documents(), samples=min(samples, 5), zone=zone)
    if as_json:
        rows = {
            "documents": [row.as_json() for row in found],
            "worst": [row.as_json() for row in dearest],
            "allowed_ms": ALLOWED_MS,
        }
        print(json.dumps(rows, indent=2))
    else:
        show_compiled(found)
        show_worst(dearest[:SHOWN])
