"""The long-running commands: serve, worker, sandbox."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from commands.failures import CommandFailed
from commands.ports import must_be_free
from commands.runtime import environment, running, say
from settings import load_settings, variable

Port = Annotated[int, Parameter(validator=Number(gte=1, lte=65535))]


def serve(
    *,
    host: str | None = None,
    port: Port | None = None,
    trusted_documents: Path | None = None,
    trusted_only: bool = False,
) -> None:
    """Serve the graph over HTTP until Ctrl-C or SIGTERM.

    Parameters
    ----------
    host
        Address to listen on; XINFENG_HOST otherwise.
    port
        Port to listen on; XINFENG_PORT otherwise.
    trusted_documents
        A directory of .graphql files, or a manifest; XINFENG_TRUSTED_DOCUMENTS otherwise.
    trusted_only
        Answer only those; XINFENG_TRUSTED_ONLY otherwise.
    """
    from commands.http_server import serve_api

    with running(needs_key=True, is_long=True) as settings:
        chosen_host, chosen_port = host or settings.host, port or settings.port
        documents = trusted_documents or settings.trusted_documents
        if documents:
            _must_be_documents(documents)
            os.environ[variable("trusted_documents")] = str(documents.resolve())
        if trusted_only:
            os.environ[variable("trusted_only")] = "true"
        must_be_free(chosen_host, chosen_port, "--port or XINFENG_PORT")
        # The server's processes read their settings from the environment.
        os.environ.update(environment(settings))
        say(f"serving http://{chosen_host}:{chosen_port}")
        serve_api(settings, chosen_host, chosen_port)


def _must_be_documents(path: Path) -> None:
    from schema.execution.trusted import load_trusted

    try:
        load_trusted(path)
    except (OSError, ValueError) as error:
        raise CommandFailed(f"--trusted-documents or XINFENG_TRUSTED_DOCUMENTS: {error}") from error


def worker() -> None:
    """Pull counters, derive totals and run every other background job until Ctrl-C or SIGTERM."""
    from commands.logs import configure
    from commands.metrics.server import metrics_server
    from workers.health import WorkerHealth
    from workers.main import run_worker
    from workers.metrics import REGISTRY

    health = WorkerHealth()
    looks = {"/livez": health.livez, "/readyz": health.readyz}
    with running(needs_key=True, is_long=True) as settings:
        configure(settings)
        with metrics_server(settings, REGISTRY, looks):
            asyncio.run(run_worker(settings, health))


def sandbox(
    *,
    port: Port = 8001,
    speed: Annotated[float, Parameter(validator=Number(gte=0))] = 360.0,
    clock: Path | None = None,
    start_hour: str | None = None,
) -> None:
    """Run a platform to try against: real counters over the interfaces of the platforms we pull.

    Parameters
    ----------
    port
        Port to listen on, on 127.0.0.1.
    speed
        Hours of data replayed in one hour; 360 is an hour every ten seconds, 0 stands still.
    clock
        File that keeps the replay's position, so that it goes on there after a restart.
    start_hour
        Hour of the data at which the replay starts where no position is kept, like 2025-10-01T08;
        by default the first.
    """
    from sandbox.main import run

    load_settings()
    must_be_free("127.0.0.1", port, "--port")
    run(port, speed=speed, clock_path=clock, start_hour=start_hour)
