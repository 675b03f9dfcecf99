"""The benchmark of the audit chain: that it does what it says, not how fast."""

from __future__ import annotations

import json

import pytest

import cli


@pytest.mark.slow
def test_writers_are_measured_with_the_chain_and_without(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    given = ["--seconds", "0.5", "--writers", "1", "--writers", "3", "--json"]
    assert cli.run(["bench", "audit", *given]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(each["writers"], each["chained"]) for each in told] == [
        *((1, False), (1, True)),
        *((3, False), (3, True)),
    ]
    assert all(each["per_second"] > 0 for each in told)
