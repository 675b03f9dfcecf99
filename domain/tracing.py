"""Sends spans to an OpenTelemetry collector (OTLP over HTTP). Loaded only where there is one.

A request without an id gets one that names its span, so that what it causes much later, in another
process, becomes a part of the same trace. An id that a caller chose names a trace by its digest.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from domain import spans
from domain.spans import Attributes, Kind, Served, Span

EXPORT_SECONDS = 2.0
STOP_SECONDS = 3.0
"""A process that stops waits for a silent collector no longer than this."""

NAMES_A_SPAN = re.compile(r"([0-9a-f]{32})-([0-9a-f]{16})-(0[01])")
W3C = TraceContextTextMapPropagator()
KINDS = {kind: SpanKind[kind.value] for kind in Kind}


@contextmanager
def collecting(endpoint: str, service: str) -> Iterator[None]:
    """Spans of this process are sent to the collector, /v1/traces below `endpoint`; what is left
    of them when the context ends, too. Headers, sampling and names are as OpenTelemetry's own
    variables say; service: its name, unless they say another."""
    resource = Resource.create({"service.name": service}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    address = f"{endpoint.rstrip('/')}/v1/traces"
    exporter = OTLPSpanExporter(address, timeout=EXPORT_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    spans.tell(Collected(provider.get_tracer("xinfeng")))
    try:
        yield
    finally:
        spans.tell(None)
        stopping = threading.Thread(target=provider.shutdown, daemon=True)
        stopping.start()
        stopping.join(STOP_SECONDS)


class _Told(Span):
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def add(self, attributes: Attributes) -> None:
        self._span.set_attributes(attributes)

    def fail(self, reason: str) -> None:
        self._span.set_attribute("error.type", reason)
        self._span.set_status(trace.StatusCode.ERROR)


class Collected:
    """Spans as OpenTelemetry's."""

    def __init__(self, tracer: trace.Tracer) -> None:
        self._tracer = tracer

    @contextmanager
    def begin(
        self, name: str, kind: Kind, attributes: Attributes, request_id: str
    ) -> Iterator[Span]:
        parent = _below(span_of(request_id)) if request_id else None
        with self._current(name, kind, attributes, parent) as span:
            if request_id:
                span.set_attribute("xinfeng.request_id", request_id)
            yield _Told(span)

    @contextmanager
    def serve(
        self, name: str, attributes: Attributes, *, request_id: str, traceparent: str
    ) -> Iterator[Served]:
        """Who brings both an id and a trace has what is caused in the id's trace, linked."""
        parent = W3C.extract({"traceparent": traceparent}) if traceparent else None
        links: Sequence[Link] = ()
        if request_id:
            named = span_of(request_id)
            links = [Link(named)] if traceparent else ()
            parent = parent if traceparent else _below(named)
        with self._current(name, Kind.SERVER, attributes, parent, links) as span:
            known_as = request_id or _naming(span.get_span_context())
            span.set_attribute("xinfeng.request_id", known_as)
            yield Served(_Told(span), known_as)

    @contextmanager
    def _current(
        self,
        name: str,
        kind: Kind,
        attributes: Attributes,
        parent: Context | None,
        links: Sequence[Link] = (),
    ) -> Iterator[trace.Span]:
        """An exception is told by its type alone: its message may hold what must stay here."""
        with self._tracer.start_as_current_span(
            name,
            context=parent,
            kind=KINDS[kind],
            attributes=attributes,
            links=links,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield span
            except Exception as error:
                _Told(span).fail(type(error).__name__)
                raise


def span_of(request_id: str) -> SpanContext:
    """The span that an id names, or, of an id from elsewhere, one that nobody ever began."""
    if match := NAMES_A_SPAN.fullmatch(request_id):
        trace_id, span_id, flags = (int(part, 16) for part in match.groups())
    else:
        digest = hashlib.sha256(request_id.encode()).digest()
        trace_id, span_id = int.from_bytes(digest[:16]), int.from_bytes(digest[16:24])
        flags = TraceFlags.SAMPLED
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))


def _naming(span: SpanContext) -> str:
    return f"{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags & TraceFlags.SAMPLED:02x}"


def _below(parent: SpanContext) -> Context:
    return trace.set_span_in_context(NonRecordingSpan(parent), Context())
