"""What a cluster's postmaster.pid says, and whether it still holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class Postmaster:
    pid: int
    socket_directory: Path
    port: int
    is_ready: bool


def read_postmaster(cluster: Path) -> Postmaster | None:
    """The living server of a cluster, or None (no file, or left by one that is gone).

    The file's lines: pid, data directory, start time, port, socket directory, address, shared
    memory, status. The later ones are missing while the server starts.
    """
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None
    if not _is_postgres(pid):
        return None
    status = lines[7].strip() if len(lines) > 7 else "starting"
    return Postmaster(
        pid=pid,
        socket_directory=Path(lines[4]) if len(lines) > 4 else Path(),
        port=int(lines[3]) if len(lines) > 3 else 0,
        is_ready=status == "ready",
    )


def _is_postgres(pid: int) -> bool:
    """A number may have gone to another program since."""
    try:
        process = psutil.Process(pid)
        return "postgres" in process.name() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
