"""`./xinfeng audit`: the verdict, the head, and a copy that can be verified by itself."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

import cli

Output = pytest.CaptureFixture[str]


def run(capsys: Output, *arguments: str) -> tuple[int, str, str]:
    status = cli.run(["audit", *arguments])
    shown = capsys.readouterr()
    return status, shown.out, shown.err


def test_on_the_command_line(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: Output, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert cli.run(["token", "create", "--name", "x"]) == 0, capsys.readouterr().err
    capsys.readouterr()
    status, known, told = run(capsys, "verify")
    assert (status, told) == (
        0,
        f"xinfeng: {known.split(':')[0]} entries are what was written\n",
    )
    status, text, _ = run(capsys, "verify", "--json", "--head", known)
    assert (status, json.loads(text)) == (
        0,
        {"entries": int(known.split(":")[0]), "head": known.strip(), "fault": None},
    )
    beyond = f"4000:{'0' * 64}"
    status, text, told = run(capsys, "verify", "--json", "--head", beyond)
    assert (status, json.loads(text)["fault"]["kind"]) == (1, "TRUNCATED")
    assert "its end was cut off" in told
    assert run(capsys, "verify", "--head", "nonsense")[0] == 1

    copy = tmp_path / "audit.jsonl"
    assert run(capsys, "export", str(copy))[0] == 0
    entries = [json.loads(line) for line in copy.read_text(encoding="utf-8").splitlines()]
    before = bytes(32)
    for entry in entries:
        assert bytes.fromhex(entry["previous"]) == before
        before = hashlib.sha256(before + entry["content"].encode()).digest()
        assert before.hex() == entry["hash"]
    assert f"{entries[-1]['position']}:{before.hex()}" == known.strip()
    assert entries[-1]["action"] == "token.create"
    assert entries[-1]["after"]["name"] == "x"
    status, text, told = run(capsys, "export", "-", "--since", entries[-1]["at"])
    assert json.loads(text) == entries[-1]
    assert run(capsys, "export", "-", "--since", "2026-03-01")[0] == 1
