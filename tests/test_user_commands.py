"""`./xinfeng user`: from the first account to its lock."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

import cli
from commands.runtime import on_database
from domain.problems import NotFound
from domain.users.actions import links, sessions
from domain.users.actions.signing_in import sign_in
from tests.rows import make_organization
from tests.users import LIFETIMES, OFFICE, PASSWORD

pytestmark = pytest.mark.usefixtures("quick_passwords")


class Done(NamedTuple):
    status: int
    out: str
    err: str


class Terminal:
    """Runs the commands in this process, which is much quicker, on the file's database."""

    def __init__(
        self, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("XINFENG_PUBLIC_URL", "https://x.example")
        self._url = url
        self._patch = monkeypatch
        self._capsys = capsys

    def user(self, *arguments: str, given: str = "") -> Done:
        self._patch.setattr("sys.stdin", io.StringIO(given))
        status = cli.run(["user", *arguments])
        return Done(status, *self._capsys.readouterr())

    def listed(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.user("list", "--json").out)
        return rows

    def inside(self, work: Any) -> Any:
        return on_database(self._url, work)


@pytest.fixture
def terminal(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    return Terminal(database_url, monkeypatch, capsys)


def test_the_first_account_and_what_becomes_of_it(terminal: Terminal) -> None:
    now = datetime.now(UTC)
    made = terminal.user("create", "Wang@example.org", "--name", "王编辑", "--administrator")
    assert made.status == 0, made.err
    link = re.fullmatch(r"https://x\.example/link/([A-Za-z0-9_-]{43})\n", made.out)
    assert link is not None
    again = json.loads(terminal.user("invite", "wang@example.org", "--json").out)
    assert (again["id"], again["kind"]) == ("User:1", "INVITATION")
    with pytest.raises(NotFound):
        terminal.inside(links.shown(link[1], now=now))
    secret = again["link"].rpartition("/")[2]
    terminal.inside(links.use(secret, PASSWORD, now=now, request_id=""))
    begun = terminal.inside(sign_in("wang@example.org", PASSWORD, OFFICE, now=now))
    taken = terminal.user("invite", "User:1")
    assert taken == (1, "", "xinfeng: id: the invitation was taken already\n")
    assert terminal.listed() == [
        {
            "id": "User:1",
            "email": "wang@example.org",
            "name": "王编辑",
            "state": "ACTIVE",
            "roles": ["ADMINISTRATOR"],
            "secondFactor": False,
            "seenAt": now.isoformat(),
        }
    ]
    reset = json.loads(terminal.user("reset", "User:1", "--json").out)
    assert reset["kind"] == "PASSWORD_RESET"
    assert terminal.user("sign-out", "User:1").status == 0
    assert terminal.inside(sessions.found(begun.secret, LIFETIMES, now=now)) is None
    last = terminal.user("lock", "wang@example.org")
    assert (last.status, "User:1 is the last administrator" in last.err) == (1, True)
    assert (
        terminal.user(
            "create",
            "zhao@example.org",
            "--name",
            "赵",
            "--password",
            "--administrator",
            given=f"{PASSWORD}\n",
        ).status
        == 0
    )
    assert terminal.user("lock", "wang@example.org").status == 0
    assert terminal.listed()[0]["state"] == "LOCKED"
    assert terminal.user("reset", "User:1").err == "xinfeng: id: the account is locked\n"
    assert terminal.user("unlock", "User:1").status == 0
    assert terminal.listed()[0]["state"] == "ACTIVE"


def test_roles_are_given_and_taken_back(terminal: Terminal) -> None:
    terminal.user(
        "create", "qian@example.org", "--name", "钱记者", "--password", given=f"{PASSWORD}\n"
    )
    place = terminal.inside(make_organization())
    where = ("--organization", f"Organization:{place}")

    def roles() -> Any:
        (row,) = [row for row in terminal.listed() if row["email"] == "qian@example.org"]
        return row["roles"]

    given = terminal.user("grant", "qian@example.org", "--role", "author", *where, "--json")
    assert given.status == 0, given.err
    assert re.fullmatch(r'\{"id": "RoleGrant:\d+"\}\n', given.out)
    assert f"qian@example.org is AUTHOR at Organization:{place}" in given.err
    until = ("--until", "2099-01-01T00:00:00+08:00")
    assert terminal.user("grant", "qian@example.org", "--role", "ANALYST", *until).status == 0
    assert roles() == [f"AUTHOR at Organization:{place}", "ANALYST"]
    for arguments, said in (
        (("--role", "author"), "qian@example.org is not AUTHOR in the whole network"),
        (("--role", "reviewer", *where), f"is not REVIEWER at Organization:{place}"),
    ):
        wrong = terminal.user("revoke", "qian@example.org", *arguments)
        assert (wrong.status, said in wrong.err) == (1, True)
    zoneless = ("--role", "author", "--until", "2099-01-01T00:00:00")
    assert "give the zone too" in terminal.user("grant", "qian@example.org", *zoneless).err
    nowhere = terminal.user(
        "grant", "qian@example.org", "--role", "author", "--organization", "Organization:999999"
    )
    assert nowhere == (1, "", "xinfeng: organization_id: there is no such organization\n")
    assert roles() == [f"AUTHOR at Organization:{place}", "ANALYST"]
    assert terminal.user("revoke", "qian@example.org", "--role", "author", *where).status == 0
    assert terminal.user("revoke", "qian@example.org", "--role", "analyst").status == 0
    assert roles() == []


def test_a_password_from_standard_input(terminal: Terminal) -> None:
    arguments = ("create", "li@example.org", "--name", "李记者", "--password")
    before = len(terminal.listed())
    weak = terminal.user(*arguments, given="password1234\n")
    assert weak == (1, "", "xinfeng: password: too many people use this password\n")
    assert len(terminal.listed()) == before
    made = terminal.user(*arguments, given=f"{PASSWORD}\n")
    assert (made.status, made.out, PASSWORD in made.err) == (0, "", False)
    assert [row["state"] for row in terminal.listed()[before:]] == ["ACTIVE"]
    now = datetime.now(UTC)
    assert terminal.inside(sign_in("li@example.org", PASSWORD, OFFICE, now=now)).confirmed
    missing = terminal.user("lock", "nobody@example.org")
    assert missing == (1, "", "xinfeng: user: there is no account of nobody@example.org\n")
