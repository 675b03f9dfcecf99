"""An OpenTelemetry collector on 127.0.0.1: takes OTLP over HTTP, and gives out what it was told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

WAIT_SECONDS = 20.0


@dataclass(frozen=True)
class Told:
    """A span. Ids are hexadecimal; parent is empty for the first of a trace."""

    service: str
    name: str
    kind: int
    trace: str
    id: str
    parent: str
    attributes: Mapping[str, Any]
    links: tuple[str, ...]
    is_failed: bool


@dataclass
class Collector:
    """raw: every body, as it came."""

    url: str = ""
    raw: list[bytes] = field(default_factory=list)
    spans: list[Told] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        assert request.content_type == "application/x-protobuf"
        body = await request.read()
        self.raw.append(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = _plain(resource.resource.attributes)["service.name"]
            for scope in resource.scope_spans:
                self.spans += [_told(service, span) for span in scope.spans]
        answer = ExportTraceServiceResponse().SerializeToString()
        return web.Response(body=answer, content_type="application/x-protobuf")

    async def find(self, fits: Callable[[Told], bool]) -> Told:
        """The first span that fits, as soon as it is told."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            for span in self.spans:
                if fits(span):
                    return span
            assert time.monotonic() < deadline, self.spans
            await asyncio.sleep(0.02)


def _told(service: str, span: Any) -> Told:
    return Told(
        service=service,
        name=span.name,
        kind=span.kind,
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        attributes=_plain(span.attributes),
        links=tuple(link.trace_id.hex() for link in span.links),
        is_failed=span.status.code == 2,
    )


def _plain(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


@asynccontextmanager
async def collector() -> AsyncIterator[Collector]:
    opened = Collector()
    app = web.Application()
    app.router.add_post("/v1/traces", opened.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    opened.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield opened
    finally:
        await runner.cleanup()
