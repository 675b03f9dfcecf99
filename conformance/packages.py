"""The clients' own packages, from npm: what package-lock.json pins, installed once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from commands.failures import CommandFailed
from conformance.node import Node

CLIENTS = Path(__file__).parent / "clients"
SCHEMA = Path(__file__).parent.parent / "schema" / "schema.graphql"
INSTALLED = "node_modules"
NPM = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error")
PATIENCE = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000")

Report = Callable[[str], None]


def prepare(directory: Path, node: Node, report: Report) -> None:
    """Makes the directory a copy of clients/, with the schema and every package. Raises
    CommandFailed."""
    directory.mkdir(parents=True, exist_ok=True)
    _copy(directory)
    stamp = directory / INSTALLED / ".installed"
    wanted = (CLIENTS / "package-lock.json").read_text() + node.version
    if stamp.exists() and stamp.read_text() == wanted:
        return
    count = len(json.loads((CLIENTS / "package-lock.json").read_text())["packages"]) - 1
    report(f"installing up to {count} packages from package-lock.json with npm, once")
    started = time.monotonic()
    _install(directory, node)
    stamp.write_text(wanted)
    report(f"installed in {time.monotonic() - started:.0f} s")


def _copy(directory: Path) -> None:
    """What is there from an earlier run goes, but for the packages."""
    for old in directory.iterdir():
        if old.name != INSTALLED:
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    shutil.copytree(
        CLIENTS, directory, dirs_exist_ok=True, ignore=shutil.ignore_patterns(INSTALLED)
    )
    shutil.copyfile(SCHEMA, directory / SCHEMA.name)


def _install(directory: Path, node: Node) -> None:
    path = f"{Path(node.node[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        [*node.npm, *NPM, *PATIENCE],
        cwd=directory,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise CommandFailed(
            "the clients' packages could not be installed; npm says:\n"
            f"{done.stderr.strip()[-2000:]}\n"
            "Check the network (or the proxy, or npm's settings), then start again"
        )
