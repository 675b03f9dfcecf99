"""Several server processes: reads and writes mixed (W7), and what a second process adds."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks import documents
from benchmarks.client import Connection, http_request
from benchmarks.figures import Figures, figures, median
from benchmarks.rounds import Options, Told, request_of
from benchmarks.stand import Server, Stand
from benchmarks.workloads import Workload
from domain.access import SYSTEM, Act, Role
from domain.database import open_database
from domain.tokens.actions import create

PROCESSES = 2
READS = ("W1", "W2")
MIXED, FRESH, SHARED = "mixed", "fresh", "shared"
WHAT = {
    MIXED: "W7: nine reads to one write",
    FRESH: "W1 in documents nobody has seen",
    SHARED: "W6: shared answers",
}


@dataclass(frozen=True, slots=True)
class Several:
    """The figures of one load at one process and at several; kinds: of reads and writes apart."""

    one: Figures
    many: Figures
    kinds: dict[str, dict[str, float]]

    @property
    def ratio(self) -> float:
        return self.many.requests_per_second / self.one.requests_per_second


def loads(*, mixed: bool, second: bool) -> tuple[str, ...]:
    return ((MIXED,) if mixed else ()) + ((FRESH, SHARED) if second else ())


def measure(
    stand: Stand,
    options: Options,
    workloads: Mapping[str, Workload],
    loads: Iterable[str],
    told: Told,
) -> dict[str, Several]:
    """Each load against one process on the server's core, then against several on all cores."""
    runs: dict[tuple[str, int], list[dict[str, Any]]] = {}
    token = asyncio.run(_token(stand.database_url))
    listed = list(loads)
    for processes in (1, PROCESSES):
        server = stand.serve(processes, f"server-of-{processes}")
        try:
            for _ in range(options.rounds):
                for load in listed:
                    told(f"{WHAT[load]} · {processes} process{'es' * (processes > 1)}")
                    script = _script(load, workloads, server, options.connections, token)
                    spec = {
                        "connections": options.connections,
                        "window": options.window(options.connections),
                        "script": script,
                    }
                    found = stand.load(spec, server=server)
                    runs.setdefault((load, processes), []).append(found)
        finally:
            stand.stop(server)
    return {load: _several(runs[load, 1], runs[load, PROCESSES]) for load in listed}


def _several(one: list[dict[str, Any]], many: list[dict[str, Any]]) -> Several:
    return Several(
        one=median([figures(run) for run in one]),
        many=median([figures(run) for run in many]),
        kinds=many[-1].get("kinds", {}),
    )


def _script(
    load: str, workloads: Mapping[str, Workload], server: Server, connections: int, token: str
) -> dict[str, Any]:
    if load == SHARED:
        return {"kind": "same", **request_of(workloads["W6"], "server")}
    if load == FRESH:
        asked = request_of(workloads["W1"], "server")
        return {"kind": "fresh", **asked, "name": "Feed", "start": time.monotonic_ns()}
    # The far end of the feed: what is read is never what is written.
    ids = [f"Article:{number}" for number in range(1, connections + 1)]
    reads = [request_of(workloads[name], "server") | {"headers": {}} for name in READS]
    return {
        "kind": "mixed",
        "reads": reads,
        "articles": ids,
        "versions": [_version(server, id_, token) for id_ in ids],
        "update": {
            "path": "/graphql",
            "query": documents.UPDATE,
            "headers": {"Authorization": f"Bearer {token}"},
        },
    }


def _version(server: Server, id_: str, token: str) -> int:
    body = json.dumps({"query": documents.VERSION, "variables": {"id": id_}})
    headers = {"Authorization": f"Bearer {token}", "Cache-Control": "no-cache"}
    connection = Connection(server.port)
    try:
        answer = json.loads(connection.fetch(http_request("POST", "/graphql", headers, body)))
    finally:
        connection.close()
    return int(answer["data"]["article"]["version"])


async def _token(database_url: str) -> str:
    now = datetime.now(UTC)
    async with open_database(database_url):
        _, text = await create(
            Act(SYSTEM, now), "bench", Role.ADMINISTRATOR, now + timedelta(days=1)
        )
    return text
