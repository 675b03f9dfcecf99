"""What processes used: processor time and memory, of a process and all below it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psutil


def processes(root: int) -> list[psutil.Process]:
    """The process and all below it; none when it is gone or not to be seen."""
    try:
        found = psutil.Process(root)
        return [found, *found.children(recursive=True)]
    except psutil.Error:
        return []


def cpu_seconds(root: int | None) -> float:
    """Processor time so far of the process and everything below it, ended children too."""
    return sum(_cpu_seconds(process) for process in processes(root)) if root else 0.0


def _cpu_seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(sum(times[:4]))  # user, system, and both of its children that ended


def resident_bytes(root: int) -> int:
    total = 0
    for process in processes(root):
        with contextlib.suppress(psutil.Error):
            total += process.memory_info().rss
    return total


def forget_peaks(root: int) -> bool:
    """Start the kernel's record of the most memory anew. False where there is no such record."""
    try:
        for process in processes(root):
            Path(f"/proc/{process.pid}/clear_refs").write_text("5")
    except OSError:
        return False
    return True


def peak_bytes(root: int) -> int:
    """The most memory the processes had since `forget_peaks`, each at its own time."""
    return sum(1024 * kilobytes for kilobytes in _peaks(root))


def _peaks(root: int) -> Iterator[int]:
    for process in processes(root):
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                yield int(line.split()[1])
