"""Makes `.venv` and installs what a lock file names. Standard library only: it runs first of all.

Usage: environment.py DIRECTORY LOCK. The stamp `.venv/installed-LOCK` is a copy of the lock,
written when everything in it is installed; starts at the same time wait for each other.
"""

from __future__ import annotations

import fcntl
import filecmp
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

RUNTIME = "requirements.lock"


def main(directory: Path, lock: str) -> int:
    os.umask(0o022)  # PostgreSQL's own user must be able to read what is installed
    try:
        queue = os.open(directory, os.O_RDONLY)
        try:
            _wait_for_turn(queue)
            return _prepare(directory, lock)
        finally:
            os.close(queue)
    except OSError as error:
        return _fail(f"cannot make {directory / '.venv'}: {error}")


def _wait_for_turn(queue: int) -> None:
    try:
        fcntl.flock(queue, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _say("another start is preparing the environment, waiting for it")
        fcntl.flock(queue, fcntl.LOCK_EX)


def _prepare(directory: Path, lock: str) -> int:
    environment = directory / ".venv"
    python = environment / "bin" / "python"
    stamp = environment / f"installed-{lock}"
    works = _runs(python, "-c", "import pip")
    if works and stamp.exists() and filecmp.cmp(directory / lock, stamp, shallow=False):
        return 0
    if not works:
        version = ".".join(map(str, sys.version_info[:3]))
        _say(f"making the environment .venv with Python {version}")
        if environment.is_symlink():
            environment.unlink()
        made = subprocess.run(
            [sys.executable, "-m", "venv", "--clear", str(environment)],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            return _fail(f"could not make .venv: {(made.stdout + made.stderr).strip()}")
    return _install(directory, python, lock)


def _runs(*command: str | Path) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _install(directory: Path, python: Path, lock: str) -> int:
    names = [line for line in (directory / lock).read_text().splitlines() if "==" in line]
    _say(f"installing {len(names)} packages from {lock}, once")
    started = time.monotonic()
    status, output = _pip(python, directory / lock)
    if status != 0:
        print("".join(output[-30:]), file=sys.stderr)
        return _fail(
            "the packages could not be installed: what pip says is above. "
            "Check the network (or the proxy, or pip's settings), then start again"
        )
    # The development lock holds everything the other one does.
    for installed in {lock, RUNTIME}:
        target = python.parent.parent / f"installed-{installed}"
        shutil.copyfile(directory / installed, target.with_suffix(".new"))
        target.with_suffix(".new").replace(target)
    _say(f"installed in {time.monotonic() - started:.0f} s")
    return 0


def _pip(python: Path, lock: Path) -> tuple[int, list[str]]:
    """pip's exit status and output; on a terminal, the package it is at."""
    left_out = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIREMENT", "PIP_CONSTRAINT")
    environ = {name: value for name, value in os.environ.items() if name not in left_out}
    environ |= {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PYTHONUNBUFFERED": "1"}
    options = ["--disable-pip-version-check", "--no-input", "--root-user-action=ignore"]
    # The lock is complete. Left to look for dependencies itself, an older pip takes the newest
    # release for one that is asked for with an extra, and then misses its hash.
    options += ["--no-deps", "--require-hashes"]
    command = [str(python), "-m", "pip", "install", *options, "-r", str(lock)]
    output: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environ
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            output.append(line)
            if sys.stderr.isatty() and line.startswith(("Collecting", "Installing")):
                print(f"\r\033[K  {line.split('==')[0].strip()[:70]}", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    return process.returncode, output


def _say(line: str) -> None:
    print(f"xinfeng: {line}", file=sys.stderr, flush=True)


def _fail(line: str) -> int:
    _say(line)
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
