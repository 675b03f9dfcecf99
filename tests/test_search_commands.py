"""`./xinfeng search`: rebuild, verify, and the list of synonyms."""

from __future__ import annotations

import json

import pytest

import cli


def test_on_the_command_line(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert cli.run(["search", "rebuild"]) == 0
    assert cli.run(["search", "verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert cli.run(["search", "synonyms", "高考", "统考"]) == 0
    assert cli.run(["search", "synonyms"]) == 0
    assert capsys.readouterr().out == "高考: 统考\n"
    assert cli.run(["search", "synonyms", "高考", "--remove"]) == 0
    assert cli.run(["search", "synonyms", "高考", "--remove"]) == 1
    assert "高考 has no synonyms" in capsys.readouterr().err
    assert cli.run(["search", "synonyms", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
