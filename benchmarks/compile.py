"""`./xinfeng bench compile`: what a document costs that nobody has seen, by its size."""

from __future__ import annotations

import json
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from benchmarks.compiling import compiled, sized_documents
from benchmarks.reports import show_compiled
from commands.runtime import Json
from schema.root import build
from settings import load_settings


def compile_documents(
    *, samples: Annotated[int, Parameter(validator=Number(gte=1))] = 20, as_json: Json = False
) -> None:
    """Measure what a document costs that was never seen, by its size, and one that was.

    Parameters
    ----------
    samples
        How often each is compiled, by a new engine each time; medians are shown.
    as_json
        The figures as a list of objects.
    """
    schema, zone = build(), load_settings().time_zone
    found = [
        compiled(schema, name, request, samples=samples, zone=zone)
        for name, request in sized_documents()
    ]
    if as_json:
        print(json.dumps([row.as_json() for row in found], indent=2))
    else:
        show_compiled(found)
