"""The HTTP server: granian in this process, the application in its own."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from prometheus_client import CollectorRegistry

from api.metrics.snapshots import DIRECTORY
from commands.logs import configure
from commands.metrics.server import metrics_server
from commands.parent_death import follow_parent
from settings import Settings, load_settings

GRACE_SECONDS = 15


def serve_api(settings: Settings, host: str, port: int) -> None:
    """Runs until SIGTERM or SIGINT; requests under way get GRACE_SECONDS to end."""
    if settings.metrics_place is None:
        _serve(host, port, settings.processes)
        return
    from commands.metrics.api import ApiMetrics
    from commands.metrics.database import DatabaseMetrics

    with tempfile.TemporaryDirectory(prefix="xinfeng-metrics-") as directory:
        os.environ[DIRECTORY] = directory
        registry = CollectorRegistry()
        registry.register(ApiMetrics(Path(directory)))
        registry.register(DatabaseMetrics(settings.database_url))
        with metrics_server(settings, registry):
            _serve(host, port, settings.processes)


def _serve(host: str, port: int, processes: int) -> None:
    Granian(
        "api.main:app",
        address=host,
        port=port,
        workers=processes,
        interface=Interfaces.ASGI,
        log_enabled=False,
        workers_kill_timeout=GRACE_SECONDS,
        respawn_failed_workers=True,
    ).serve(target_loader=_load_application, wrap_loader=False)


def _load_application() -> Callable[..., Any]:
    """Runs in each of the server's processes, which end with the one that started them."""
    follow_parent(signal.SIGTERM)
    configure(load_settings())
    from api.main import app

    return app
