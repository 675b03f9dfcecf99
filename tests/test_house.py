"""The house rules: who imports whom, no change without its migration, no stale schema, one lock."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from commands import checks, missing_migrations
from commands.sdl import COMMITTED, current_sdl
from workers.queue import SCHEMA

ROOT = Path(__file__).parent.parent
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
FORBIDDEN_TO_WORKERS = {"strawberry", "graphql", "starlette", "granian", "schema", "api"}

NEW_MODEL = """
import asyncio
from tortoise import fields
from tortoise.models import Model
from commands.missing_migrations import missing_migrations
from domain.people import models

class Hat(Model):
    id = fields.BigIntField(primary_key=True)

    class Meta:
        table = "hat"

Hat.__module__ = models.__name__
models.Hat = Hat
print(asyncio.run(missing_migrations()))
"""


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_import_contracts_hold() -> None:
    contracts = next(check for check in checks.CHECKS if "import-linter" in check.name)
    done = python(*contracts.arguments)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_workers_load_no_graph_and_no_http_server() -> None:
    done = python("-c", "import workers.main, sys; print(*sys.modules)")
    assert done.returncode == 0, done.stderr
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert "procrastinate" in loaded
    assert not loaded & FORBIDDEN_TO_WORKERS


def test_the_sandbox_loads_nothing_of_ours() -> None:
    done = python("-c", "import sandbox.main, sys; print(*sys.modules)")
    assert done.returncode == 0, done.stderr
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert "sandbox" in loaded
    assert not loaded & {"domain", "schema", "api", "workers", "settings", "tortoise", "commands"}


def test_every_change_of_the_models_has_its_migration() -> None:
    assert asyncio.run(missing_migrations.missing_migrations()) == []


def test_a_change_without_a_migration_is_found() -> None:
    done = python("-c", NEW_MODEL)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "['CreateModel Hat']\n"


def test_the_committed_schema_is_current() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == current_sdl(), "./xinfeng schema --write"


def test_the_queue_has_a_schema_of_its_own() -> None:
    assert SCHEMA == "jobs"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_with_hashes_and_names_no_place(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not re.search(r"https?:|index-url|find-links|trusted-host|@ |/", text.lower())
    requirements = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(requirements) > 50
    for requirement in requirements:
        assert PINNED.match(requirement), requirement
        assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", requirement)) >= 1, requirement


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    runtime, development = (
        dict(PINNED.findall((ROOT / name).read_text()))
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert wanted(project["dependencies"]) <= runtime.keys()
    assert wanted(project["optional-dependencies"]["dev"]) <= development.keys()
    assert runtime.items() <= development.items()


def wanted(requirements: list[str]) -> set[str]:
    names = (re.split(r"[\[<>=;! ]", requirement)[0] for requirement in requirements)
    return {name.lower().replace("_", "-") for name in names}


def test_every_check_runs_and_the_failure_counts(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    fake = (
        checks.Check("one", ("-c", "print('ran one')")),
        checks.Check("two", ("-c", "raise SystemExit(1)")),
        checks.Check("three", ("-c", "print('ran three')")),
    )
    monkeypatch.setattr(checks, "CHECKS", fake)
    assert checks.test() == 1
    output = capfd.readouterr().out
    assert re.findall(r"ran \w+|passed  \w+|FAILED  \w+", output) == [
        *("ran one", "ran three", "passed  one", "FAILED  two", "passed  three")
    ]
    assert output.endswith("1 of 3 failed\n")
    monkeypatch.setattr(checks, "CHECKS", fake[::2])
    assert checks.test() == 0
    assert capfd.readouterr().out.endswith("all 2 passed\n")


def test_the_ci_runs_the_test_command_and_nothing_else() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == [
        'cd -P -- "$(dirname -- "$0")/.." && exec ./xinfeng test'
    ]
