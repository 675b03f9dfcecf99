"""The HTTP server: granian in this process, the application in its own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.net import SocketSpec  # type: ignore[attr-defined]  # it stands in no __all__
from granian.server.mp import MPServer
from prometheus_client import CollectorRegistry

from api.metrics.snapshots import DIRECTORY
from commands.logs import configure
from commands.metrics.server import metrics_server
from commands.parent_death import follow_parent
from settings import Settings, load_settings

GRACE_SECONDS = 15
HEAD_SECONDS = 10
"""From the first byte of a connection, or the last answer on it, to the end of the next request's
headers: a connection that says nothing is closed."""

MOST_HEAD_BYTES = 64 * 1024
SILENT_SECONDS = 60
MOST_CONNECTIONS = 4_096
"""Of one process; more wait until the system's queue is full."""

BACKLOG = 2_048

SERVED: dict[str, Any] = {
    "interface": Interfaces.ASGI,
    "http": HTTPModes.http1,  # proxies speak no other to us, and one protocol has fewer surprises
    "backlog": BACKLOG,
    "backpressure": MOST_CONNECTIONS,
    "http1_settings": HTTP1Settings(
        header_read_timeout=1000 * HEAD_SECONDS, max_buffer_size=MOST_HEAD_BYTES
    ),
    "log_enabled": False,
    "workers_kill_timeout": GRACE_SECONDS,
}
"""What granian is told, wherever it serves."""


class Server(MPServer):
    """Granian on a socket of ours, whose connections end when their clients take nothing: granian
    itself waits for them for ever. All processes accept from it.

    untaken_seconds: how long a client may take nothing of its answer.
    """

    def __init__(self, *given: Any, untaken_seconds: float, **options: Any) -> None:
        super().__init__(*given, **options)
        self._untaken_seconds = untaken_seconds

    def _init_shared_socket(self) -> None:
        if sys.platform != "linux":
            super()._init_shared_socket()
            return
        holder: Any = SocketSpec(self.bind_addr, self.bind_port, self.backlog).build()
        self._shd, self._sfd, self._ssp = holder, holder.get_fd(), None
        self._sso = socket.socket(fileno=self._sfd)
        self._sso.set_inheritable(True)
        limit_silence(self._sso, untaken_seconds=self._untaken_seconds)


def limit_silence(listening: socket.socket, *, untaken_seconds: float) -> None:
    """Linux gives these to every connection that is accepted from the socket."""
    patience = int(1000 * untaken_seconds)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, patience)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, SILENT_SECONDS)


def serve_api(settings: Settings, host: str, port: int) -> None:
    """Runs until SIGTERM or SIGINT; requests under way get GRACE_SECONDS to end."""
    if settings.metrics_place is None:
        _serve(settings, host, port)
        return
    from commands.metrics.api import ApiMetrics
    from commands.metrics.database import DatabaseMetrics

    with tempfile.TemporaryDirectory(prefix="xinfeng-metrics-") as directory:
        os.environ[DIRECTORY] = directory
        registry = CollectorRegistry()
        registry.register(ApiMetrics(Path(directory)))
        registry.register(DatabaseMetrics(settings.database_url))
        with metrics_server(settings, registry):
            _serve(settings, host, port)


def _serve(settings: Settings, host: str, port: int) -> None:
    if sys.platform == "linux":
        # The other ways to start a process would not hand the socket on.
        multiprocessing.set_start_method("fork", force=True)
    Server(
        "api.main:app",
        address=host,
        port=port,
        workers=settings.processes,
        respawn_failed_workers=True,
        untaken_seconds=settings.untaken_seconds,
        **SERVED,
    ).serve(target_loader=_load_application, wrap_loader=False)


def _load_application() -> Callable[..., Any]:
    """Runs in each of the server's processes, which end with the one that started them."""
    follow_parent(signal.SIGTERM)
    configure(load_settings())
    from api.main import app

    return app
