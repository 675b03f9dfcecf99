"""The processes of the benchmark: the sandbox, real workers, and short runs of our own modules."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from benchmarks.cores import on
from benchmarks.ingest.world import HOUR, KEY
from commands.failures import CommandFailed
from commands.parent_death import ends_with_parent
from commands.supervisor import Child, Supervisor

ROOT = Path(__file__).parent.parent.parent
READY_SECONDS = 60.0


@contextmanager
def sandbox(supervisor: Supervisor, port: int, directory: Path) -> Iterator[str]:
    """Address of a sandbox that stands still and answers at once."""
    command = ["sandbox", "--port", str(port), "--speed", "0", "--start-hour", HOUR]
    child = start(supervisor, "sandbox", command, {}, directory)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{url}/clock", supervisor)
        yield url
    finally:
        stop(supervisor, child)


def wait_for(url: str, supervisor: Supervisor) -> None:
    """Until the address answers. Raises CommandFailed when it never does, or a child ended."""
    deadline = time.monotonic() + READY_SECONDS
    while not _answers(url):
        supervisor.must_run()
        if time.monotonic() > deadline:
            raise CommandFailed(f"{url} does not answer")
        time.sleep(0.05)


def cpu_seconds(child: Child) -> float:
    """Processor time of a child and of the processes below it, so far."""
    assert child.process is not None
    own = psutil.Process(child.process.pid)
    times = [each.cpu_times() for each in (own, *own.children(recursive=True))]
    return sum(each.user + each.system for each in times)


def start(
    supervisor: Supervisor,
    name: str,
    command: list[str],
    environment: Mapping[str, str],
    directory: Path,
) -> Child:
    """One of our own commands, in a process that ends with this one."""
    child = Child(
        name=name,
        command=[sys.executable, str(ROOT / "cli.py"), *command],
        environment={**os.environ, **environment},
        log=directory / f"{name}.log",
    )
    supervisor.start(child)
    return child


def stop(supervisor: Supervisor, child: Child) -> None:
    supervisor.children.remove(child)
    Supervisor(supervisor.report, [child]).stop()


def worker_environment(database_url: str, sandbox_url: str, flights: int) -> dict[str, str]:
    """Each post is asked about once: the next time is a day away."""
    return {
        "DATABASE_URL": database_url,
        "XINFENG_SECRET_KEY": KEY,
        "XINFENG_PLATFORM_URLS": json.dumps({"WEIBO": f"{sandbox_url}/weibo"}),
        "XINFENG_PULL_INTERVAL_SECONDS": "86400",
        "XINFENG_WORKER_CONCURRENCY": str(flights),
        "XINFENG_LOG_LEVEL": "info",
        "XINFENG_LOG_FORMAT": "json",
    }


def run(module: str, spec: Mapping[str, Any], cores: frozenset[int]) -> dict[str, float]:
    """What a module of ours tells on its last line, run on these cores."""
    with on(cores):
        done = subprocess.run(
            [sys.executable, "-m", module],
            cwd=ROOT,
            input=json.dumps(spec),
            capture_output=True,
            text=True,
            preexec_fn=ends_with_parent(signal.SIGKILL),
        )
    if done.returncode != 0:
        raise CommandFailed(f"a run failed: {done.stderr.strip()[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def fetch(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False
