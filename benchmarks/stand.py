"""The stand that everything is measured on: a database, servers on their cores, runs."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from benchmarks.bare import DIRECTORY
from benchmarks.cores import Cores, move, on
from commands.failures import CommandFailed
from commands.liveness import is_live
from commands.parent_death import ends_with_parent
from commands.supervisor import Child, Report, Supervisor
from domain.database import connection_parameters

ROOT = Path(__file__).parent.parent
READY_SECONDS = 60.0
ENDLESS_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers on a port of 127.0.0.1."""

    name: str
    port: int
    pid: int


@dataclass(slots=True)
class Stand:
    """database: the process whose children are PostgreSQL's, None where it cannot be seen."""

    database_url: str
    directory: Path
    cores: Cores
    supervisor: Supervisor
    database: int | None = None

    def serve(self, processes: int = 1, name: str = "server") -> Server:
        """The real server; one process on its own core, several on all of them."""
        cores = self.cores.server if processes == 1 else self.cores.every
        port = free_port()
        command = [str(ROOT / "cli.py"), "serve", "--host", "127.0.0.1", "--port", str(port)]
        return self._start(name, command, port, cores, {"XINFENG_PROCESSES": str(processes)})

    def compare(self, name: str, module: str) -> Server:
        """A comparator: an application of ours, served the same way on the same core."""
        port = free_port()
        command = ["-m", "benchmarks.serving", module, str(port)]
        return self._start(name, command, port, self.cores.server, {})

    def _start(
        self,
        name: str,
        command: list[str],
        port: int,
        cores: frozenset[int],
        more: Mapping[str, str],
    ) -> Server:
        child = Child(
            name=name,
            command=[sys.executable, *command],
            environment={**self._environment(), **more},
            log=self.directory / "logs" / f"{name}.log",
        )
        with on(cores):
            self.supervisor.start(child)
        self._wait_until_ready(port)
        assert child.process is not None
        return Server(name, port, child.process.pid)

    def _environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.database_url,
            "XINFENG_SECRET_KEY": "benchmark",
            "XINFENG_LOG_LEVEL": "warning",
            # All of the load comes from one address: its points are counted, and do not run out.
            "XINFENG_ADDRESS_POINTS": "1000000000",
            "PYTHONPATH": str(ROOT),
            DIRECTORY: str(self.directory),
        }

    def _wait_until_ready(self, port: int) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not is_live(port):
            self.supervisor.must_run()
            if time.monotonic() > deadline:
                raise CommandFailed(f"no server answers on port {port} after {READY_SECONDS:.0f} s")
            time.sleep(0.05)

    def stop(self, server: Server) -> None:
        children = self.supervisor.children
        child = next(child for child in children if child.name == server.name)
        children.remove(child)
        alone = Supervisor(self.supervisor.report, [child])
        alone.stop()

    def load(self, spec: Mapping[str, Any], *, server: Server) -> dict[str, Any]:
        """One run against a server, from a process on the database's core."""
        spec = {**spec, "port": server.port}
        return self._run("benchmarks.load", spec, {"server": server.pid}, self.cores.database)

    def alone(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """One run of a statement with no server, from a process where the server would be."""
        spec = {**spec, "database_url": self.database_url}
        return self._run("benchmarks.alone", spec, {}, self.cores.server)

    def _run(
        self, module: str, spec: Mapping[str, Any], roots: dict[str, int], cores: frozenset[int]
    ) -> dict[str, Any]:
        # Connections of an earlier server may have come from a postmaster on other cores.
        move(self.database, self.cores.database)
        if self.database is not None:
            roots = {**roots, "database": self.database}
        told = json.dumps({**spec, "window": {**spec["window"], "roots": roots}})
        with on(cores):
            process = subprocess.Popen(
                [sys.executable, "-m", module],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
                preexec_fn=ends_with_parent(signal.SIGKILL),
            )
        try:
            output, errors = process.communicate(told, timeout=ENDLESS_SECONDS)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if process.returncode != 0:
            raise CommandFailed(f"a run failed: {errors.strip()[-2000:]}")
        found: dict[str, Any] = json.loads(output)
        return found


@contextmanager
def stand(database_url: str, directory: Path, cores: Cores, report: Report) -> Iterator[Stand]:
    """Everything that is started on it is stopped when the context ends, however it ends."""
    directory.mkdir(parents=True, exist_ok=True)
    supervisor = Supervisor(report)
    try:
        with on(cores.database):
            yield Stand(
                database_url, directory, cores, supervisor, asyncio.run(postmaster(database_url))
            )
    finally:
        # From here on another signal must not interrupt the stopping.
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        for number in before:
            signal.signal(number, signal.SIG_IGN)
        supervisor.stop()
        for number, handler in before.items():
            signal.signal(number, handler)


async def postmaster(database_url: str) -> int | None:
    connection = await asyncpg.connect(**connection_parameters(database_url))
    try:
        backend = psutil.Process(await connection.fetchval("SELECT pg_backend_pid()"))
        return backend.ppid() if backend.name().startswith("postgres") else None
    except psutil.Error:
        return None  # on another machine, or in another container
    finally:
        await connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
