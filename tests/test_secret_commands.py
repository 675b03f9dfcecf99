"""`./xinfeng secrets rotate`: what it says, and when scripts may go on."""

from __future__ import annotations

import json

import pytest

import cli

Output = pytest.CaptureFixture[str]


def test_on_the_command_line(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("XINFENG_SECRET_KEY", "old")
    register = ["webhook", "register", "https://example.org/hook", "--event", "ARTICLE_PUBLISHED"]
    assert cli.run(register) == 0
    capsys.readouterr()
    monkeypatch.setenv("XINFENG_SECRET_KEY", "new old")

    def rotate(*arguments: str) -> tuple[int, object, str]:
        status = cli.run(["secrets", "rotate", "--json", *arguments])
        shown = capsys.readouterr()
        return status, json.loads(shown.out), shown.err.splitlines()[-1]

    found = {"resealed": 0, "current": 0, "older": 1, "unreadable": []}
    assert rotate("--check") == (1, found, "xinfeng: 1 stand on older keys: keep these")
    done = {"resealed": 1, "current": 1, "older": 0, "unreadable": []}
    told = "xinfeng: {} secrets sealed anew, 1 stand on the first key"
    assert rotate() == (0, done, told.format(1))
    assert rotate() == (0, {**done, "resealed": 0}, told.format(0))
    monkeypatch.setenv("XINFENG_SECRET_KEY", "new")
    assert rotate("--check") == (0, {**done, "resealed": 0}, told.format(0))
    monkeypatch.setenv("XINFENG_SECRET_KEY", "lost")
    status, shown, told = rotate("--check")
    assert (status, told) == (
        1,
        "xinfeng: 1 stand on no key that is in use: WebhookEndpoint:1 secret",
    )
    assert shown == {
        "resealed": 0,
        "current": 0,
        "older": 0,
        "unreadable": ["WebhookEndpoint:1 secret"],
    }
