"""Until when what runs here is waited for. It is set where a request comes in, and ends a
transaction that would take longer: nothing of it stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar

from domain.outages import TimedOut

_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)


@contextmanager
def ending_at(moment: float) -> Iterator[None]:
    """What runs inside ends at that moment of the event loop's clock."""
    token = _ends_at.set(moment)
    try:
        yield
    finally:
        _ends_at.reset(token)


@asynccontextmanager
async def within_deadline() -> AsyncIterator[None]:
    """Raises TimedOut at the deadline, if there is one; what is awaited is cancelled first, so that
    PostgreSQL gives its statement up."""
    try:
        async with asyncio.timeout_at(_ends_at.get()) as timeout:
            yield
    except TimeoutError:
        if timeout.expired():
            raise TimedOut from None
        raise
