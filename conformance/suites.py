"""The suites, and how each is run: a program that tells its checks as lines of JSON."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from conformance.node import Node

LONGEST_SECONDS = 180.0
SHOWN = 2_000


@dataclass(frozen=True, slots=True)
class Suite:
    """program: a script of clients/, or a module of ours."""

    name: str
    what: str
    program: str
    checks: int


SUITES = (
    Suite("audits", "graphql-http's server audits", "audits.js", 61),
    Suite("apollo", "Apollo Client", "apollo.js", 9),
    Suite("urql", "urql", "urql.js", 6),
    Suite("relay", "relay-compiler, relay-runtime", "relay.js", 5),
    Suite("codegen", "graphql-codegen, strict TypeScript", "codegen.js", 4),
    Suite("graphql-ws", "graphql-ws over WebSocket", "graphql-ws.js", 18),
    Suite("graphql-sse", "graphql-sse, server-sent events", "graphql-sse.js", 5),
    Suite("gql", "Python gql", "conformance.gql_client", 7),
)


class Check(msgspec.Struct, frozen=True):
    """detail: why it failed."""

    name: str
    passed: bool
    detail: str = ""


class Line(msgspec.Struct, frozen=True):
    """A line a program writes: a check's result, or at its end how many there were."""

    name: str | None = None
    passed: bool = False
    detail: str = ""
    done: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    suite: Suite
    checks: tuple[Check, ...]
    seconds: float

    @property
    def failures(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if not check.passed)


def judge(suite: Suite, output: bytes, errors: str, status: int | None) -> tuple[Check, ...]:
    """The checks a program told, and one more that fails unless it told all of its suite.

    status: None when it did not end in time.
    """
    lines = [_read(line) for line in output.splitlines() if line.startswith(b"{")]
    checks = [Check(line.name, line.passed, line.detail) for line in lines if line.name]
    counted = [line.done for line in lines if line.done is not None]
    if counted == [len(checks)] == [suite.checks]:
        return tuple(checks)
    ended = "did not end in time" if status is None else f"ended with status {status}"
    detail = f"it {ended} and told {len(checks)} of {suite.checks} checks. {errors[-SHOWN:]}"
    return (*checks, Check("all checks were made", False, detail.strip()))


def _read(line: bytes) -> Line:
    try:
        return msgspec.json.decode(line, type=Line)
    except msgspec.DecodeError:
        return Line()


async def run_suite(
    suite: Suite, node: Node, directory: Path, environment: Mapping[str, str]
) -> Outcome:
    """environment: what its checks stand on."""
    is_script = suite.program.endswith(".js")
    command = (*node.node, suite.program) if is_script else (sys.executable, "-m", suite.program)
    started = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=directory if is_script else Path(__file__).parent.parent,
        env=dict(environment),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors, status = await _ended(process)
    checks = judge(suite, output, errors.decode(errors="replace"), status)
    return Outcome(suite, checks, time.monotonic() - started)


async def _ended(process: asyncio.subprocess.Process) -> tuple[bytes, bytes, int | None]:
    try:
        output, errors = await asyncio.wait_for(process.communicate(), LONGEST_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        return b"", b"", None
    except asyncio.CancelledError:
        process.kill()
        raise
    return output, errors, process.returncode


def details(outcome: Outcome) -> dict[str, Any]:
    return {
        "suite": outcome.suite.name,
        "seconds": round(outcome.seconds, 1),
        "passed": len(outcome.checks) - len(outcome.failures),
        "checks": [msgspec.to_builtins(check) for check in outcome.checks],
    }
