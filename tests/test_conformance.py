"""What `./xinfeng conformance` makes of its programs; the programs themselves are a step of
`./xinfeng test`."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import get_args

import pytest

from commands.failures import CommandFailed
from conformance.command import Name
from conformance.gql_client import CHECKS
from conformance.node import LOCK, Node, find_node, is_recent
from conformance.packages import CLIENTS, prepare
from conformance.suites import SUITES, Check, Suite, judge, run_suite

SUITE = Suite("some", "something", "some.js", 2)
GOOD = b'{"name":"a","passed":true}\n{"name":"b","passed":true}\n{"done":2}\n'


def program(path: Path, text: str) -> tuple[str]:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return (str(path),)


def quiet(line: str) -> None:
    pass


def test_all_that_was_told_counts() -> None:
    assert judge(SUITE, GOOD, "", 0) == (Check("a", True), Check("b", True))
    failed = GOOD.replace(b'"b","passed":true', b'"b","passed":false,"detail":"why"')
    assert judge(SUITE, failed, "", 0)[1] == Check("b", False, "why")


@pytest.mark.parametrize(
    "output",
    [
        b"",
        b"{",
        GOOD.replace(b'{"done":2}', b""),
        GOOD.replace(b'"done":2', b'"done":3'),
        b'{"name":"a","passed":true}\n{"done":1}\n',
        b'{"done":0}\n',
        GOOD + b'{"name":"c","passed":true}\n',
    ],
)
def test_a_program_that_told_less_or_more_has_failed(output: bytes) -> None:
    last = judge(SUITE, output, "its last words", 1)[-1]
    assert not last.passed
    assert "ended with status 1" in last.detail
    assert "its last words" in last.detail


def test_other_output_is_no_check() -> None:
    assert judge(SUITE, b"(node:1) Warning\n" + GOOD + b"{bye}\n", "", 0) == judge(
        SUITE, GOOD, "", 0
    )


async def test_a_program_is_run_and_what_it_tells_is_read(tmp_path: Path) -> None:
    lines = GOOD.decode().replace("\n", "\\n")
    node = program(tmp_path / "node", f"printf '{lines}'")
    outcome = await run_suite(SUITE, Node(node, node, "v24.0.0"), tmp_path, {**os.environ})
    assert (len(outcome.checks), outcome.failures) == (2, ())


def test_every_suite_can_be_chosen_and_is_there() -> None:
    assert list(get_args(Name)) == [suite.name for suite in SUITES]
    for suite in SUITES:
        if suite.program.endswith(".js"):
            assert (CLIENTS / suite.program).is_file()
    assert len(CHECKS) == SUITES[-1].checks
    assert SUITES[0].checks == 61


@pytest.mark.parametrize(
    ("version", "recent"),
    [("v22.15.0", True), ("v24.1.0", True), ("v22.14.9", False), ("v20.20.2", False), ("", False)],
)
def test_which_node_is_new_enough(version: str, recent: bool) -> None:
    assert is_recent(version) is recent


def test_a_node_on_the_path_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = program(tmp_path / "node", "echo v99.1.0")
    npm = program(tmp_path / "npm", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert find_node(tmp_path / "none", quiet) == Node(node, npm, "v99.1.0")


def test_a_node_that_cannot_be_installed_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "node", "echo v18.0.0")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(CommandFailed, match=r"install Node\.js 22\.15 or later yourself"):
        find_node(tmp_path / "node_here", quiet)


def test_packages_are_installed_once(tmp_path: Path) -> None:
    npm = program(tmp_path / "npm", 'mkdir node_modules; echo "$@" >> node_modules/asked')
    node = Node(("/bin/true",), npm, "v24.0.0")
    place = tmp_path / "clients"
    prepare(place, node, quiet)
    (place / "old.js").write_text("gone at the next start")
    prepare(place, node, quiet)
    asked = (place / "node_modules" / "asked").read_text().splitlines()
    assert [line.split()[:2] for line in asked] == [["ci", "--ignore-scripts"]]
    assert (place / "schema.graphql").is_file()
    assert not (place / "old.js").exists()


def test_packages_that_cannot_be_had_are_explained(tmp_path: Path) -> None:
    npm = program(tmp_path / "npm", "echo npm error ENOTFOUND >&2; exit 1")
    node = Node(("/bin/true",), npm, "v24.0.0")
    for _ in range(2):  # nor is the second start content with half of them
        with pytest.raises(CommandFailed, match="ENOTFOUND\nCheck the network"):
            prepare(tmp_path / "clients", node, quiet)


def test_the_locks_name_no_registry() -> None:
    packages = json.loads((CLIENTS / "package-lock.json").read_text())["packages"]
    own = packages.pop("")
    assert own["dependencies"] == json.loads((CLIENTS / "package.json").read_text())["dependencies"]
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if "integrity" not in entry] == []
    assert "://" not in LOCK.read_text()
    assert "--hash=sha256:" in LOCK.read_text()


async def test_a_program_that_hangs_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conformance.suites.LONGEST_SECONDS", 0.2)
    node = program(tmp_path / "node", "exec sleep 60")
    running = run_suite(SUITE, Node(node, node, "v24.0.0"), tmp_path, {**os.environ})
    outcome = await asyncio.wait_for(running, 10)
    assert "did not end in time" in outcome.checks[-1].detail
