"""The command line: what it lists, what it prints, how it fails."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import cli
from commands.explanations import explain
from commands.failures import CommandFailed
from commands.secret_key import kept_key
from domain.problems import Invalid

ROOT = Path(__file__).parent.parent
Output = pytest.CaptureFixture[str]

EVERY_COMMAND = [
    *([command.name] for command in cli.COMMANDS),
    *([group, command.name] for group, (_, commands) in cli.GROUPS.items() for command in commands),
    *(["partner", "secret", command.name] for command in cli.PARTNER_SECRET),
]


@pytest.fixture
def on_database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("XINFENG_SECRET_KEY", "a key for tests")
    return database_url


@pytest.mark.parametrize("command", EVERY_COMMAND, ids=" ".join)
def test_every_command_has_help_with_examples(command: list[str], capsys: Output) -> None:
    assert cli.run([*command, "--help"]) == 0
    text = capsys.readouterr().out
    assert f"Usage: xinfeng {' '.join(command)}" in text
    assert re.search(rf"Examples:\s+.*\./xinfeng .*{command[-1]}", text, re.DOTALL)


def test_the_list_imports_no_command() -> None:
    code = "import sys, cli; cli.run(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    assert all(command.name in done.stdout for command in cli.COMMANDS)
    loaded = done.stderr.split()
    assert not {"tortoise", "strawberry", "pydantic", "commands.demo", "settings"} & set(loaded)


def test_version(capsys: Output) -> None:
    assert cli.run(["--version"]) == 0
    assert capsys.readouterr().out == "xinfeng 0.1.0\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "nonsense"),
        (["sandbox", "--port", "99999"], "--port"),
        (["sandbox", "--speed", "-1"], "--speed"),
        (["demo", "--port", "0"], "--port"),
        (["token", "create"], "--name"),
        (["token", "create", "--name", "x", "--days", "0"], "--days"),
    ],
)
def test_wrong_usage_is_named_with_status_2(
    arguments: list[str], said: str, capsys: Output
) -> None:
    assert cli.run(arguments) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert said in output.err


def test_a_token_is_shown_once_listed_and_revoked(on_database: str, capsys: Output) -> None:
    assert cli.run(["token", "create", "--name", "district app", "--days", "7"]) == 0
    output = capsys.readouterr()
    token = output.out.strip()
    assert re.fullmatch(r"xf_[A-Za-z0-9_-]{43}", token)
    assert "Token:1" in output.err
    assert cli.run(["token", "list", "--json"]) == 0
    text = capsys.readouterr().out
    (row,) = json.loads(text)
    assert token not in text
    assert (row["id"], row["name"]) == ("Token:1", "district app")
    assert row["scopes"] == ["READ_PUBLIC", "READ_INTERNAL", "WRITE"]
    assert row["roles"] == [{"role": "ADMINISTRATOR", "organization": None}]
    assert row["revokedAt"] is None
    assert cli.run(["token", "revoke", "Token:1"]) == 0
    capsys.readouterr()
    assert cli.run(["token", "revoke", "Token:1"]) == 1
    assert capsys.readouterr().err == "xinfeng: id: the token is revoked already\n"
    assert cli.run(["token", "list"]) == 0
    assert "revoked" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", ["7", "Article:7", "Token:0", "Token:-1", "Token:7x"])
def test_a_wrong_id_is_named_before_anything_starts(wrong: str, capsys: Output) -> None:
    assert cli.run(["token", "revoke", "--", wrong]) == 1
    assert capsys.readouterr().err.startswith("xinfeng: token_id: ")


def test_a_secret_for_nobody_is_refused(on_database: str, capsys: Output) -> None:
    assert cli.run(["partner", "secret", "issue", "Partner:999"]) == 1
    output = capsys.readouterr()
    assert (output.out, output.err) == ("", "xinfeng: id: there is no such partner\n")


def test_partner_secrets_are_issued_rotated_and_listed(on_database: str, capsys: Output) -> None:
    assert cli.run(["psql", "--", "-qc", "SELECT 1"]) == 0
    insert = (
        "WITH o AS (INSERT INTO organization (name, kind, path, version, created_at)"
        " VALUES ('乙', 'AGENCY', '', 1, now()) RETURNING id)"
        " INSERT INTO partner (name, kind, organization_id, version, created_at)"
        " SELECT '甲', 'GOVERNMENT_MEDIA', id, 1, now() FROM o"
    )
    assert cli.run(["psql", "-c", insert]) == 0
    shown = []
    for action in ("issue", "rotate"):
        capsys.readouterr()
        assert cli.run(["partner", "secret", action, "Partner:1"]) == 0
        shown.append(capsys.readouterr().out.strip())
    assert all(re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret) for secret in shown)
    assert shown[0] != shown[1]
    assert cli.run(["partner", "secret", "list", "Partner:1", "--json"]) == 0
    text = capsys.readouterr().out
    older, newer = json.loads(text)
    assert older["expiresAt"] is not None
    assert newer["expiresAt"] is None
    assert not any(secret in text for secret in shown)


def test_a_command_that_needs_the_key_says_so(
    on_database: str, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.delenv("XINFENG_SECRET_KEY")
    for command in (["serve"], ["worker"], ["partner", "secret", "issue", "Partner:1"]):
        assert cli.run(command) == 1
        assert capsys.readouterr().err.startswith("xinfeng: XINFENG_SECRET_KEY is not set")


def test_engagement_verify_and_rebuild(on_database: str, capsys: Output) -> None:
    assert cli.run(["engagement", "verify"]) == 0
    assert capsys.readouterr().err == "xinfeng: every figure is what the observations say\n"
    wrong = (
        "INSERT INTO engagement_daily (subject_kind, subject_id, metric, day, value)"
        " VALUES ('NETWORK', 0, 'READS', '2025-10-01', 5)"
    )
    assert cli.run(["psql", "-c", wrong]) == 0
    capsys.readouterr()
    assert cli.run(["engagement", "verify", "--json"]) == 1
    output = capsys.readouterr()
    (difference,) = json.loads(output.out)
    assert (difference["metric"], difference["stored"]) == ("READS", 5)
    assert "./xinfeng engagement rebuild" in output.err
    assert cli.run(["engagement", "rebuild"]) == 0
    assert capsys.readouterr().err == "xinfeng: 1 rows changed\n"
    assert cli.run(["engagement", "verify"]) == 0


def test_migrate_finds_nothing_to_do_twice(on_database: str, capsys: Output) -> None:
    assert cli.run(["migrate"]) == 0
    assert capsys.readouterr().err == "xinfeng: the database is up to date\n"


@pytest.mark.parametrize("command", [["token", "list"], ["migrate"], ["engagement", "verify"]])
def test_a_database_that_is_away_is_named(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:hunter@127.0.0.1:1/x")
    assert cli.run(command) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("xinfeng: the database cannot be reached (DATABASE_URL)")
    assert "hunter" not in line


def test_a_database_without_tables_names_the_remedy(
    server_url: str, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setenv("DATABASE_URL", server_url)
    assert cli.run(["token", "list"]) == 1
    assert capsys.readouterr().err.endswith("run ./xinfeng migrate\n")


def test_a_taken_port_is_named_with_the_remedy(capsys: Output) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert cli.run(["sandbox", "--port", str(port)]) == 1
        error = capsys.readouterr().err
    assert f"port {port}" in error
    assert "choose another with --port" in error


def test_the_unexpected_is_one_line_unless_debugging(
    monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("two\nlines")

    monkeypatch.setattr("commands.settings_table.settings", broken)
    monkeypatch.delenv("XINFENG_LOG_LEVEL", raising=False)
    assert cli.run(["settings"]) == 1
    assert capsys.readouterr().err == (
        "xinfeng: unexpected ZeroDivisionError: two lines (XINFENG_LOG_LEVEL=debug shows where)\n"
    )
    monkeypatch.setenv("XINFENG_LOG_LEVEL", "debug")
    assert cli.run(["settings"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_explanations() -> None:
    assert explain(CommandFailed("no")) == (["no"], 1)
    assert explain(Invalid("too long", path=("input", "name"))) == (["input.name: too long"], 1)
    assert explain(ConnectionRefusedError("no")).lines[0].startswith("the database cannot")


def test_the_kept_key_is_made_once_and_private(tmp_path: Path) -> None:
    key = kept_key(tmp_path)
    assert len(key) >= 43
    assert kept_key(tmp_path) == key
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


def test_a_reader_that_leaves_early_is_no_failure() -> None:
    command = f"{shlex.quote(sys.executable)} cli.py settings --json | head -c 1"
    script = f"set -o pipefail; {command}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, env={**os.environ}
    )
    assert done.stdout == "["
    assert "Traceback" not in done.stderr
