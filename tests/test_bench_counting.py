"""The benchmark of counting: that it does what it says, not how fast."""

from __future__ import annotations

import json

import pytest

import cli
from tests.graph import KEY


@pytest.mark.slow
def test_a_ledger_is_filled_rebuilt_and_verified(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("XINFENG_SECRET_KEY", KEY)
    assert cli.run(["bench", "counting", "--observations", "40000", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["pairs"], told["observations"], told["differences"]) == (10_000, 40_000, 0)
