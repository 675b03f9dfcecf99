"""What goes on for ever ends when the process is told to stop: the server waits for all it does."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stopping:
    """Whether this process was told to stop, and who is to be told then."""

    def __init__(self) -> None:
        self._is_told = False
        self._listeners: set[Callable[[], object]] = set()

    def tell(self) -> None:
        self._is_told = True
        for listener in list(self._listeners):
            listener()

    @contextmanager
    def telling(self, listener: Callable[[], object]) -> Iterator[None]:
        """Calls it once the process is told to stop, at once if it has been."""
        self._listeners.add(listener)
        try:
            if self._is_told:
                listener()
            yield
        finally:
            self._listeners.discard(listener)

    def hear_signals(self) -> None:
        """From the loop of the process's main thread, once the server listens for them itself.

        The loop goes on giving the server its signals: it takes them from a pipe that the
        interpreter writes into, whatever handler stands here.
        """
        loop = asyncio.get_running_loop()

        def told(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self.tell)

        for number in SIGNALS:
            signal.signal(number, told)
