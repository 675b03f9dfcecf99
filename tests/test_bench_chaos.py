"""Processes killed at random while the same data is pulled and pushed: a minute of it."""

from __future__ import annotations

import json

import pytest

import cli
from tests.graph import KEY


@pytest.mark.slow
def test_whoever_is_killed_nothing_is_lost_and_both_ways_tell_the_same(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("XINFENG_SECRET_KEY", KEY)
    command = ["bench", "chaos", "--minutes", "1", "--seed", "7", "--topics", "80", "--json"]
    assert cli.run(command) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["is_clean"] is True
    assert sum(told["killed"].values()) >= 3
    assert told["compared"] == 80 * 3 + 3
    assert told["observations"]["PUSH"] == told["acknowledged"] >= 80 * 3 * 2
    assert told["observations"]["PULL"] >= 80 * 3 * 2
