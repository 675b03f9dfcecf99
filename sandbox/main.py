"""Runs the sandbox until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
import socket
from pathlib import Path

from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette

from sandbox.app import create_app

DATA = Path(__file__).parent / "data" / "weibo-topics-2025-10.csv.gz"


def run(
    port: int,
    data_path: Path = DATA,
    *,
    speed: float = 360.0,
    clock_path: Path | None = None,
    start_hour: str | None = None,
    generosity: int = 1000,
    host: str = "127.0.0.1",
) -> None:
    """Serves until SIGTERM or SIGINT. The arguments are create_app's.

    Raises OSError when the port is taken.
    """
    _check_free(host, port)
    app = create_app(
        data_path, speed=speed, clock_path=clock_path, start_hour=start_hour, generosity=generosity
    )
    asyncio.run(_serve(app, host, port))


def _check_free(host: str, port: int) -> None:
    # The server itself would share the port with whoever has it, and take half of the requests.
    with socket.create_server((host, port)):
        pass


async def _serve(app: Starlette, host: str, port: int) -> None:
    server = Server(app, host, port, interface=Interfaces.ASGI, log_enabled=False)

    def stop() -> None:
        app.state.sandbox.stopping.set()
        server.stop()  # type: ignore[no-untyped-call]

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    await server.serve()
