"""Serves a comparator the way the real server is served: granian, one process, the same options.

Usage: python -m benchmarks.serving MODULE PORT, where MODULE has a function app().
"""

from __future__ import annotations

import importlib
import signal
import sys
from collections.abc import Callable
from typing import Any

from commands.http_server import SERVED, Server
from commands.parent_death import follow_parent


def serve(module: str, port: int) -> None:
    def load() -> Callable[..., Any]:
        follow_parent(signal.SIGTERM)
        application: Callable[..., Any] = importlib.import_module(module).app()
        return application

    Server(f"{module}:app", address="127.0.0.1", port=port, untaken_seconds=30, **SERVED).serve(
        target_loader=load, wrap_loader=False
    )


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
