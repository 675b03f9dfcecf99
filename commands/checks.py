"""Every check and test, one after the other, each said by name; what failed is summed up."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, NamedTuple

from cyclopts import Parameter

ROOT = Path(__file__).parent.parent


class Check(NamedTuple):
    name: str
    arguments: tuple[str, ...]


CHECKS = (
    Check("lint (ruff check)", ("-m", "ruff", "check", ".")),
    Check("format (ruff format)", ("-m", "ruff", "format", "--check", ".")),
    Check("types (mypy --strict)", ("-m", "mypy")),
    Check(
        "import contracts (import-linter)",
        ("-c", "from importlinter.cli import lint_imports_command as run; run()"),
    ),
    Check("missing migrations", ("cli.py", "migrate", "--check")),
    Check("stale schema.graphql and openapi.json", ("cli.py", "schema", "--check")),
    # A service outside is asked; where it cannot be reached, that is said, and is no failure.
    Check("known vulnerabilities (pip-audit)", ("cli.py", "audit-dependencies", "--if-reachable")),
    Check("real clients (conformance)", ("cli.py", "conformance")),
    # Three processes, each with a PostgreSQL of its own, keep two cores busy: many tests wait for
    # clocks and children. Files in the order of tests/conftest.py: those that take long are first.
    Check(
        "tests (pytest)",
        ("-m", "pytest", "--numprocesses=3", "--dist=loadfile", "--no-loadscope-reorder"),
    ),
)


def test(*arguments: Annotated[str, Parameter(allow_leading_hyphen=True)]) -> int:
    """Run every check and test. All of them run, also when one fails; exit 0 when all passed.

    Parameters
    ----------
    arguments
        Passed on to pytest, which then runs alone.
    """
    if arguments:
        return _run(("-m", "pytest", *arguments))
    results = [(check.name, *_timed(check)) for check in CHECKS]
    print("\nsummary", flush=True)
    for name, passed, seconds in results:
        print(f"  {'passed' if passed else 'FAILED'}  {name}  ({seconds:.1f} s)")
    failed = sum(not passed for _, passed, _ in results)
    print(f"{failed} of {len(results)} failed" if failed else f"all {len(results)} passed")
    return 1 if failed else 0


def _timed(check: Check) -> tuple[bool, float]:
    print(f"\n=== {check.name}", flush=True)
    started = time.monotonic()
    passed = _run(check.arguments) == 0
    return passed, time.monotonic() - started


def _run(arguments: tuple[str, ...]) -> int:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode
