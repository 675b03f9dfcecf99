"""The HTTP server: granian in this process, the application in its own."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

from granian import Granian
from granian.constants import Interfaces

from commands.logs import configure
from commands.parent_death import follow_parent
from settings import load_settings

GRACE_SECONDS = 15


def serve_api(host: str, port: int, processes: int) -> None:
    """Runs until SIGTERM or SIGINT; requests under way get GRACE_SECONDS to end."""
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
