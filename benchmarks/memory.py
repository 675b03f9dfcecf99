"""How much more memory a server needs while it answers one large question."""

from __future__ import annotations

import time

from benchmarks.meters import forget_peaks, peak_bytes, resident_bytes
from benchmarks.rounds import fetch
from benchmarks.stand import Stand
from benchmarks.workloads import Workload

WARMING = 200
TIMES = 5
MEGABYTE = 1_000_000


def extra_megabytes(stand: Stand, usual: Workload, large: Workload) -> float | None:
    """Of a server that has just started and has answered the usual for a while: its most memory
    during the large answers, less what it had before. None where the system does not tell."""
    server = stand.serve(name="server-for-memory")
    try:
        for _ in range(WARMING):
            fetch(server, usual)
        time.sleep(0.2)
        before = resident_bytes(server.pid)
        if not forget_peaks(server.pid):
            return None
        for _ in range(TIMES):
            fetch(server, large)
        return (peak_bytes(server.pid) - before) / MEGABYTE
    finally:
        stand.stop(server)
