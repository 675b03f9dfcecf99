"""The runs: each workload against the server and what it is compared with, round by round."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.client import Connection, http_request
from benchmarks.figures import Figures, figures, median
from benchmarks.stand import Server, Stand
from benchmarks.statements import Statement, packed
from benchmarks.workloads import Workload
from commands.failures import CommandFailed

Told = Callable[[str], None]
"""Told what is measured now."""

SERVER, ALONE, BYTES, STOCK, ROUTE = "server", "alone", "bytes", "stock", "route"
COMPARED = {
    SERVER: "the server",
    ALONE: "(a) the statement over asyncpg",
    BYTES: "(b) a route returning the bytes",
    STOCK: "(c) Strawberry + Tortoise",
    ROUTE: "(d) a route running the statement",
}


@dataclass(frozen=True, slots=True)
class Options:
    seconds: float
    rounds: int
    connections: int
    pool_size: int

    @property
    def warm_up_seconds(self) -> float:
        return min(1.0, self.seconds / 3)

    def window(self, connections: int) -> dict[str, Any]:
        return {
            "seconds": self.seconds,
            "warm_up_seconds": self.warm_up_seconds,
            "least": 3 * connections if connections == 1 else connections,
        }


@dataclass(frozen=True, slots=True)
class Contest:
    """Who takes part, on one stand."""

    stand: Stand
    options: Options
    servers: Mapping[str, Server]
    statements: Mapping[str, Statement]

    def competitors(self, workload: Workload) -> list[str]:
        """Shared answers have no statement: only the bytes compare."""
        return [SERVER, BYTES] if workload.shared else list(COMPARED)

    def run(self, workload: Workload, competitor: str) -> Figures:
        connections = workload.connections or self.options.connections
        window = self.options.window(connections)
        if competitor == ALONE:
            spec = {
                "statement": packed({workload.name: self.statements[workload.name]}),
                "connections": min(connections, self.options.pool_size),
                "window": window,
            }
            return figures(self.stand.alone(spec), is_its_own_load=True)
        spec = {
            "connections": connections,
            "window": window,
            "script": {"kind": "same", **request_of(workload, competitor)},
        }
        return figures(self.stand.load(spec, server=self._server(competitor)))

    def _server(self, competitor: str) -> Server:
        return self.servers["bare" if competitor in (BYTES, ROUTE) else competitor]

    def check(self, workload: Workload) -> None:
        """Every competitor gives the same data. Raises CommandFailed."""
        asked = [name for name in self.competitors(workload) if name != ALONE]
        data = {name: self._data(workload, name) for name in asked}
        for name, found in data.items():
            if found != data[SERVER]:
                raise CommandFailed(f"{COMPARED[name]} answers {workload.name} differently")

    def _data(self, workload: Workload, competitor: str) -> Any:
        return json.loads(fetch(self._server(competitor), workload, competitor))["data"]


def request_of(workload: Workload, competitor: str) -> dict[str, Any]:
    if competitor in (BYTES, ROUTE):
        folder = "bytes" if competitor == BYTES else "statement"
        return {"method": "GET", "path": f"/{folder}/{workload.name}", "headers": {}}
    return {
        "method": "POST",
        "path": "/graphql",
        "headers": workload.headers,
        "body": workload.body,
    }


def fetch(server: Server, workload: Workload, competitor: str = SERVER) -> bytes:
    """One answer. Raises CommandFailed when it has errors."""
    connection = Connection(server.port)
    try:
        body = connection.fetch(http_request(**request_of(workload, competitor)))
    finally:
        connection.close()
    if "errors" in json.loads(body):
        raise CommandFailed(f"{workload.name} failed at {COMPARED[competitor]}: {body[:500]!r}")
    return body


def contest(
    contest: Contest, workloads: Iterable[Workload], told: Told
) -> dict[str, dict[str, list[Figures]]]:
    """Every run by workload and competitor; in each round everybody has a turn."""
    runs: dict[str, dict[str, list[Figures]]] = defaultdict(lambda: defaultdict(list))
    listed = list(workloads)
    for _ in range(contest.options.rounds):
        for workload in listed:
            for competitor in contest.competitors(workload):
                told(f"{workload.name} · {COMPARED[competitor]}")
                runs[workload.name][competitor].append(contest.run(workload, competitor))
    return {name: dict(found) for name, found in runs.items()}


def medians(runs: Mapping[str, Mapping[str, list[Figures]]]) -> dict[str, dict[str, Figures]]:
    return {
        name: {competitor: median(found) for competitor, found in each.items()}
        for name, each in runs.items()
    }
