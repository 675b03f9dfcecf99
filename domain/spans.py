"""Pieces of work, told as spans of a trace to whoever collects them. Without a collector nothing is
loaded and nothing is told: `tracing` brings one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from typing import NamedTuple, Protocol

Attributes = Mapping[str, str | int | bool]


class Kind(StrEnum):
    """Which end of a request the work is, or of a job."""

    SERVER = "SERVER"
    CLIENT = "CLIENT"
    CONSUMER = "CONSUMER"
    INTERNAL = "INTERNAL"


class Span:
    """One piece of work. This one is told to nobody."""

    def add(self, attributes: Attributes) -> None:
        """What became known of it."""

    def fail(self, reason: str) -> None:
        """It did not succeed. reason: a code or a type's name, never a message."""


class Served(NamedTuple):
    """A request's span, and the id by which what it causes finds its trace."""

    span: Span
    request_id: str


class Spans(Protocol):
    """A collector. What is begun within a span is its child, in the same task or in one started
    there."""

    def begin(
        self, name: str, kind: Kind, attributes: Attributes, request_id: str
    ) -> AbstractContextManager[Span]:
        """request_id: of the request that caused it, where that has ended; else empty."""

    def serve(
        self, name: str, attributes: Attributes, *, request_id: str, traceparent: str
    ) -> AbstractContextManager[Served]:
        """A request from outside. request_id: that it came with, if with any; traceparent: as W3C
        Trace Context has it, if it came with one."""


UNTOLD = nullcontext(Span())


def traces_to(endpoint: str, service: str) -> AbstractContextManager[None]:
    """Within it, this process's spans go to the collector there. Empty: to nobody."""
    if not endpoint:
        return nullcontext()
    # Imported here: it brings OpenTelemetry, which costs memory and the start time.
    from domain.tracing import collecting

    return collecting(endpoint, service)


class _Telling:
    to: Spans | None = None


def tell(spans: Spans | None) -> None:
    """From now on, in this process, to this collector, or to none."""
    _Telling.to = spans


def telling() -> Spans | None:
    return _Telling.to


def span(
    name: str, kind: Kind, attributes: Attributes, request_id: str = ""
) -> AbstractContextManager[Span]:
    """A piece of work, if anybody collects."""
    spans = _Telling.to
    return UNTOLD if spans is None else spans.begin(name, kind, attributes, request_id)
