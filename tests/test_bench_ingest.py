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
    assert (told["pulling"]["requests"], told["pulling"]["observations"]) == (12, 2700)
    assert (told["shared"]["made"], told["shared"]["needed"]) == (12, 12)
    assert sum(told["shared"]["accounts"]) == 6
    assert [found["rows"] for found in told["recording"]] == [400, 10_000]
    assert [(v["wanted"], v["at_least"]) for v in told["verdicts"]] == [
        (0.6, True),
        (0.5, True),
        (0.5, True),
        (1.0, False),
    ]
    assert told["verdicts"][-1]["is_met"]
