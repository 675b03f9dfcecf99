"""Settings come from the environment, and a wrong one is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import cli
from settings import Settings, SettingsError, load_settings, variable


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)


def test_defaults() -> None:
    settings = load_settings()
    assert settings.database_url == ""
    assert settings.port == 8000
    assert settings.zone.key == "Asia/Shanghai"
    assert settings.secret_keys == ()
    assert settings.platform_urls == {}


def test_values_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://a:b@c/d")
    monkeypatch.setenv("XINFENG_SECRET_KEY", "new old")
    monkeypatch.setenv("XINFENG_PLATFORM_URLS", '{"WEIBO": "http://127.0.0.1:1/weibo"}')
    monkeypatch.setenv("XINFENG_DATA_DIR", "/a b")
    settings = load_settings()
    assert settings.database_url == "postgresql://a:b@c/d"
    assert settings.secret_keys == ("new", "old")
    assert settings.platform_urls == {"WEIBO": "http://127.0.0.1:1/weibo"}
    assert settings.data_dir == Path("/a b")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("DATABASE_URL", "http://x:secret@y", "not a PostgreSQL address"),
        ("XINFENG_PORT", "0", "greater than or equal to 1"),
        ("XINFENG_PORT", "70000", "less than or equal to 65535"),
        ("XINFENG_PORT", "eighty", "valid integer"),
        ("XINFENG_TIME_ZONE", "Mars/Olympus", "IANA"),
        ("XINFENG_LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("XINFENG_LOG_FORMAT", "xml", "'json' or 'text'"),
        ("XINFENG_PROCESSES", "0", "greater than or equal to 1"),
        ("XINFENG_WORKER_CONCURRENCY", "65", "less than or equal to 64"),
        ("XINFENG_DATABASE_POOL_SIZE", "0", "greater than or equal to 1"),
        ("XINFENG_STATEMENT_TIMEOUT_SECONDS", "0", "greater than 0"),
        ("XINFENG_PULL_INTERVAL_SECONDS", "0.5", "greater than or equal to 1"),
        ("XINFENG_PULL_TIMEOUT_SECONDS", "301", "less than or equal to 300"),
    ],
)
def test_a_wrong_value_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"{name}: ")
    assert reason in line
    assert "secret" not in line


def test_platform_urls_that_are_not_json_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XINFENG_PLATFORM_URLS", "WEIBO=http://x")
    assert cli.run(["settings"]) == 2
    assert "XINFENG_PLATFORM_URLS" in capsys.readouterr().err


def test_every_wrong_variable_has_its_line_and_the_status_is_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XINFENG_PORT", "x")
    monkeypatch.setenv("XINFENG_TIME_ZONE", "x")
    assert cli.run(["settings"]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    lines = output.err.splitlines()
    assert [line.split(":")[1].strip() for line in lines] == ["XINFENG_PORT", "XINFENG_TIME_ZONE"]


def test_the_table_hides_secrets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XINFENG_SECRET_KEY", "hunter-one")
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:hunter-two@host/db")
    assert cli.run(["settings", "--json"]) == 0
    text = capsys.readouterr().out
    rows = {row["variable"]: row for row in json.loads(text)}
    assert "hunter" not in text
    assert rows["XINFENG_SECRET_KEY"]["value"] == "(set, not shown)"
    assert rows["DATABASE_URL"]["value"] == "user=me password=... dbname=db host=host"
    assert rows["XINFENG_PORT"] == {
        "variable": "XINFENG_PORT",
        "value": "8000",
        "default": "8000",
        "description": "Port the API listens on.",
    }
    assert cli.run(["settings"]) == 0
    table = capsys.readouterr().out
    assert "hunter" not in table
    assert set(rows) == {variable(name) for name in Settings.model_fields}
    assert all(name in table for name in rows)


def test_every_setting_says_what_it_is_for() -> None:
    assert all((field.description or "").endswith(".") for field in Settings.model_fields.values())
