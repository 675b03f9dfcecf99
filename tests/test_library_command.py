"""./xinfeng library quota, as an operator runs it."""

from __future__ import annotations

import asyncio

import pytest

import cli
from domain.database import open_database
from tests.rows import make_organization


def test_a_quota_is_set_and_taken_back(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def made() -> None:
        async with open_database(database_url):
            assert await make_organization() == 1

    asyncio.run(made())
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert cli.run(["library", "quota", "Organization:999", "5"]) == 1
    assert "there is no such organization" in capsys.readouterr().err
    assert cli.run(["library", "quota", "Organization:1", "5"]) == 0
    assert "the library of Organization:1 may hold 5 MiB" in capsys.readouterr().err
    assert cli.run(["library", "quota", "Organization:1"]) == 0
    assert "as many MiB as there is room for" in capsys.readouterr().err
