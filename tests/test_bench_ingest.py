"""The benchmark of what comes in: that it does what it says, not how fast."""

from __future__ import annotations

import json

import pytest

import cli
from tests.graph import KEY


@pytest.mark.slow
def test_everything_is_pulled_recorded_and_judged(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("XINFENG_SECRET_KEY", KEY)
    command = ["bench", "ingest", "--accounts", "6", "--posts", "150", "--rounds", "1", "--json"]
    assert cli.run(command) == 0
    told = json.loads(capsys.readouterr().out)
    pulled = [(each["batch"], each["requests"], each["observations"]) for each in told["pulling"]]
    assert pulled == [(100, 12, 2700), (20, 48, 2700), (1, 900, 2700)]
    worked = told["working"]
    assert (worked["requests"], worked["observations"]) == (12, 2700)
    assert worked["cpu_seconds"] > 0
    assert worked["derived_seconds"] >= worked["seconds"] > 0
    assert (told["shared"]["made"], told["shared"]["needed"]) == (12, 12)
    assert sum(told["shared"]["accounts"]) == 6
    assert [found["rows"] for found in told["recording"]] == [400, 10_000, 500]
    assert told["pushing"]["pushes"] == 60
    assert [(v["wanted"], v["at_least"]) for v in told["verdicts"]] == [
        *[(0.6, True)] * 3,
        *[(0.5, True)] * 3,
        (1.0, False),
    ]
    assert told["verdicts"][-1]["is_met"]
