"""The API and two workers: killed outright at random moments, and started again."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.ingest import processes
from commands.failures import CommandFailed
from commands.supervisor import Child, Supervisor

MEAN_SECONDS = 8.0
"""Between two kills, on average."""

DOWN_SECONDS = (0.0, 3.0)
"""How long a killed process stays away."""


@dataclass
class Victims:
    """commands: what runs, by name. killed: how often each was."""

    supervisor: Supervisor
    environment: Mapping[str, str]
    directory: Path
    commands: Mapping[str, list[str]]
    running: dict[str, Child] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)

    def start_all(self) -> None:
        for name in self.commands:
            if name not in self.running:
                self._start(name)

    def stop_all(self) -> None:
        """In order, each given its time."""
        for name in list(self.running):
            processes.stop(self.supervisor, self.running.pop(name))

    async def hunt(self, chance: random.Random) -> None:
        """Kills one after the other until it is cancelled. chance decides whom and when."""
        while True:
            await asyncio.sleep(chance.expovariate(1 / MEAN_SECONDS))
            name = chance.choice(sorted(self.commands))
            self._kill(name)
            await asyncio.sleep(chance.uniform(*DOWN_SECONDS))
            self._start(name)

    def _start(self, name: str) -> None:
        self.running[name] = processes.start(
            self.supervisor, name, self.commands[name], self.environment, self.directory
        )

    def _kill(self, name: str) -> None:
        """The whole group: the server's processes are several."""
        child = self.running.pop(name)
        assert child.process is not None
        if child.process.poll() is not None:
            words = "\n".join(child.last_lines())
            raise CommandFailed(f"{name} ended by itself, see {child.log}\n{words}")
        os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        self.supervisor.children.remove(child)
        self.killed[name] += 1
