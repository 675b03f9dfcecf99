"""Runs a handful of child processes: starts, watches, restarts and stops them in order."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from commands.failures import CommandFailed
from commands.parent_death import ends_with_parent

Report = Callable[[str], None]

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0
POLL_SECONDS = 0.2
SHOWN_LINES = 5
LARGEST_LOG_BYTES = 10_000_000


@dataclass(slots=True)
class Child:
    """One process: what it is called, how it is started, where its output goes."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    stop_seconds: float = 20.0
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    due_at: float = 0.0

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def keep_log_small(self) -> None:
        """Its output is appended to the file, so that cutting it off loses nothing later."""
        if self.log.stat().st_size > LARGEST_LOG_BYTES:
            shutil.copyfile(self.log, self.log.with_suffix(".log.1"))
            os.truncate(self.log, 0)

    def last_lines(self) -> list[str]:
        return self.log.read_text(errors="replace").splitlines()[-SHOWN_LINES:]


@dataclass(slots=True)
class Supervisor:
    """Children are stopped in the reverse of the order in which they were started."""

    report: Report
    children: list[Child] = field(default_factory=list)

    def start(self, child: Child) -> None:
        child.log.parent.mkdir(parents=True, exist_ok=True)
        if child.log.exists():
            child.log.replace(child.log.with_suffix(".log.1"))
        self.children.append(child)
        self._spawn(child)

    def check(self) -> None:
        """Restart what died, each time after a longer pause. Call it every now and then."""
        now = time.monotonic()
        for child in self.children:
            child.keep_log_small()
            if child.is_running:
                if now - child.started_at > STEADY_SECONDS:
                    child.failures = 0
            elif child.process is not None:
                self._mourn(child, now)
            elif now >= child.due_at:
                self.report(f"starting {child.name} again")
                self._spawn(child)

    def must_run(self) -> None:
        """Raises CommandFailed with the last words of a child that died."""
        for child in self.children:
            if child.process is not None and not child.is_running:
                words = "\n".join(f"  {line}" for line in child.last_lines())
                raise CommandFailed(
                    f"{child.name} {_ending(child.process.returncode)}, see {child.log}\n{words}"
                )

    def stop(self) -> None:
        while self.children:
            child = self.children.pop()
            if child.process is not None:
                self._stop(child, child.process)

    def _spawn(self, child: Child) -> None:
        with open(child.log, "ab") as log:
            child.process = subprocess.Popen(
                child.command,
                env={**os.environ, **child.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=ends_with_parent(signal.SIGTERM),
            )
        child.started_at = time.monotonic()

    def _mourn(self, child: Child, now: float) -> None:
        assert child.process is not None
        pause = min(FIRST_PAUSE_SECONDS * 2**child.failures, LONGEST_PAUSE_SECONDS)
        self.report(
            f"{child.name} {_ending(child.process.returncode)}, again in {pause:.0f} s; "
            f"its last lines ({child.log}):"
        )
        for line in child.last_lines():
            self.report(f"  {line}")
        child.process, child.due_at = None, now + pause
        child.failures += 1

    def _stop(self, child: Child, process: subprocess.Popen[bytes]) -> None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(child.stop_seconds)
        except subprocess.TimeoutExpired:
            self.report(f"{child.name} does not stop, killing it")
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _ending(status: int) -> str:
    if status < 0:
        return f"was killed by {signal.Signals(-status).name}"
    return f"ended by itself with status {status}"
