"""What a document costs that was never seen: parsing, validating, planning; and one that was."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial

import strawberry
from graphql import DocumentNode, FieldNode, GraphQLSchema, Visitor, parse, validate, visit

from benchmarks import documents
from domain.access import ANONYMOUS, SYSTEM
from schema.execution.documents import Refused
from schema.execution.engine import Engine, Request

COPIES = (1, 2, 4, 8, 16)
ALLOWED_MS = 250.0
"""Of one core, before anything runs, for whatever the limits let pass or refuse."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """Medians in milliseconds of the processor. cold_ms: all of it, for a document nobody has seen;
    parse_ms and validate_ms: what graphql-core alone takes; plan_ms: the rest. known_ms: seen
    before."""

    document: str
    letters: int
    fields: int
    cold_ms: float
    parse_ms: float
    validate_ms: float
    plan_ms: float
    known_ms: float

    def as_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Worst:
    """The document an enemy would choose. cpu_ms: of the process, the least of the samples, as
    what else runs on the machine only adds to it; becomes: how it is refused, if it is."""

    document: str
    letters: int
    cpu_ms: float
    becomes: str

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def worst(
    schema: strawberry.Schema, requests: Iterable[tuple[str, Request]], *, samples: int, zone: str
) -> list[Worst]:
    """The dearest first. An engine of its own for each sample."""
    found = [
        _worst(schema, name, request, samples=samples, zone=zone) for name, request in requests
    ]
    return sorted(found, key=lambda row: -row.cpu_ms)


def _worst(
    schema: strawberry.Schema, name: str, request: Request, *, samples: int, zone: str
) -> Worst:
    spent, becomes = [], ""
    for _ in range(samples):
        engine = Engine(schema, zone=zone)
        started = time.process_time()
        try:
            engine.prepare(request, SYSTEM)
        except Refused as refused:
            becomes = refused.errors[0].message
        spent.append(1e3 * (time.process_time() - started))
    return Worst(name, len(request.query or ""), min(spent), becomes)


def sized_documents() -> Iterator[tuple[str, Request]]:
    """The workloads' documents, then feeds side by side under aliases."""
    yield "feed (W1)", Request(documents.FEED, {"first": 20})
    yield "article (W2)", Request(documents.ARTICLE, {"id": "Article:1"})
    period = {"since": "2026-10-02", "until": "2026-10-31"}
    yield "dashboard (W5)", Request(documents.DASHBOARD, period)
    for copies in COPIES:
        yield f"{copies} feed{'s' * (copies > 1)} of 5", feeds(copies)


def feeds(copies: int) -> Request:
    inner = documents.FEED_NODES
    fields = "\n".join(f"feed{number}: articles(first: 5) {{{inner}}}" for number in range(copies))
    return Request(f"query Feeds {{\n{fields}\n}}", {})


def compiled(
    schema: strawberry.Schema, name: str, request: Request, *, samples: int, zone: str
) -> Compiled:
    """An engine of its own for each sample: nothing is known to it."""
    core: GraphQLSchema = schema._schema
    text = request.query or ""
    node = parse(text)
    cold, known, parsing, validating = [], [], [], []
    for _ in range(samples):
        prepare = partial(Engine(schema, zone=zone).prepare, request, ANONYMOUS)
        cold.append(_milliseconds(prepare))
        known.append(_milliseconds(prepare))
        parsing.append(_milliseconds(partial(parse, text)))
        validating.append(_milliseconds(partial(validate, core, node)))
    whole, parse_ms, validate_ms = map(statistics.median, (cold, parsing, validating))
    return Compiled(
        document=name,
        letters=len(text),
        fields=_fields(node),
        cold_ms=whole,
        parse_ms=parse_ms,
        validate_ms=validate_ms,
        plan_ms=max(0.0, whole - parse_ms - validate_ms),
        known_ms=statistics.median(known),
    )


def _milliseconds(work: Callable[[], object]) -> float:
    """Of the processor: what others do on the machine does not count."""
    started = time.process_time()
    work()
    return 1e3 * (time.process_time() - started)


def _fields(document: DocumentNode) -> int:
    """How many fields it selects."""
    counter = _Counter()
    visit(document, counter)
    return counter.fields


class _Counter(Visitor):
    fields = 0

    def enter_field(self, _node: FieldNode, *_: object) -> None:
        self.fields += 1
