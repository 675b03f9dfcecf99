"""People who sign in: make accounts, hand over links, lock."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

from commands.failures import CommandFailed
from commands.runtime import Json, on_database, running, say
from domain.access import SYSTEM, Act, Role
from domain.ids import format_id, parse_id
from domain.users import reading
from domain.users.actions import accounts, links
from domain.users.passwords import check_password
from domain.users.rules import LinkKind
from settings import Settings

Result = TypeVar("Result")


def create(
    email: str,
    *,
    name: str,
    administrator: bool = False,
    person: str | None = None,
    password: bool = False,
    as_json: Json = False,
) -> None:
    """Make an account and print the link by which its owner sets a password; shown this once.

    Parameters
    ----------
    email
        The address under which they sign in.
    name
        Their name; the audit trail shows it.
    administrator
        They administer the whole network. The first account should.
    person
        As whom they write articles, like Person:12.
    password
        Read the password from standard input instead of making a link.
    as_json
        An object instead of lines.
    """
    person_id = parse_id(person, "Person", path=("person",))[1] if person else None
    role = Role.ADMINISTRATOR if administrator else None
    new = accounts.NewUser(email=email, name=name, person_id=person_id, role=role)
    secret = _password() if password else None
    with running() as settings:
        handed = on_database(settings.database_url, _created(new, secret))
        if secret is None:
            _hand_over(settings, handed, as_json)
            return
    if as_json:
        print(json.dumps({"id": format_id("User", handed.user_id)}))
    say(f"{format_id('User', handed.user_id)} may sign in")


async def _created(new: accounts.NewUser, password: str | None) -> links.Handed:
    if password is not None:
        check_password(password, new.email, new.name)
    handed = await accounts.invite(_act(), new)
    if password is not None:
        await links.use(handed.secret, password, now=datetime.now(UTC), request_id="")
    return handed


def list_users(*, as_json: Json = False) -> None:
    """List the accounts, their state, and when each was last seen.

    Parameters
    ----------
    as_json
        A list of objects instead of lines.
    """
    with running() as settings:
        work = reading.users(SYSTEM, now=datetime.now(UTC))
        rows = on_database(settings.database_url, work)
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        roles = ", ".join(row["roles"]) or "no role"
        seen = f", seen {row['seenAt']}" if row["seenAt"] else ""
        factor = ", second factor" if row["secondFactor"] else ""
        print(f"{row['id']}  {row['email']}  {row['name']}  {row['state']}  {roles}{factor}{seen}")


def invite(user: str, *, as_json: Json = False) -> None:
    """Print another link for who has not taken the first, which opens nothing any more.

    Parameters
    ----------
    user
        Their id, like User:3, or their e-mail address.
    as_json
        An object instead of lines.
    """
    _link(user, LinkKind.INVITATION, as_json)


def reset(user: str, *, second_factor: bool = False, as_json: Json = False) -> None:
    """Print a link that sets a new password; nothing changes until it is used.

    Parameters
    ----------
    user
        Their id, like User:3, or their e-mail address.
    second_factor
        Take away the second factor too, at once: for who has lost phone and recovery codes.
    as_json
        An object instead of lines.
    """
    if second_factor:
        _on(user, accounts.remove_second_factor)
    _link(user, LinkKind.PASSWORD_RESET, as_json)


def _link(user: str, kind: LinkKind, as_json: bool) -> None:
    async def hand(number: int) -> links.Handed:
        return await accounts.hand_link(_act(), number, kind)

    with running() as settings:
        handed = on_database(settings.database_url, _found(user, hand))
        _hand_over(settings, handed, as_json)


def lock(user: str) -> None:
    """Lock an account: its sessions and links end at once.

    Parameters
    ----------
    user
        Their id, like User:3, or their e-mail address.
    """
    _on(user, accounts.lock)
    say(f"{user} is locked")


def unlock(user: str) -> None:
    """Let the owner of a locked account sign in again.

    Parameters
    ----------
    user
        Their id, like User:3, or their e-mail address.
    """
    _on(user, accounts.unlock)
    say(f"{user} may sign in again")


def sign_out(user: str) -> None:
    """End every session of an account.

    Parameters
    ----------
    user
        Their id, like User:3, or their e-mail address.
    """
    _on(user, accounts.sign_out)
    say(f"{user} is signed out everywhere")


def _on(user: str, action: Callable[[Act, int], Awaitable[object]]) -> None:
    with running() as settings:
        on_database(settings.database_url, _found(user, lambda number: action(_act(), number)))


async def _found(user: str, work: Callable[[int], Awaitable[Result]]) -> Result:
    return await work(await reading.number_of(user))


def _hand_over(settings: Settings, handed: links.Handed, as_json: bool) -> None:
    link = f"{settings.address}/link/{handed.secret}"
    until = handed.expires_at.isoformat(timespec="minutes")
    id_ = format_id("User", handed.user_id)
    if as_json:
        shown = {"id": id_, "kind": handed.kind, "link": link, "expiresAt": until}
        print(json.dumps(shown, ensure_ascii=False))
        return
    say(f"{id_}; hand this link over, it works once and until {until}:")
    print(link)


def _password() -> str:
    """One line. Raises CommandFailed when there is none."""
    if sys.stdin.isatty():
        given = getpass.getpass("password: ")
        if given != getpass.getpass("once more: "):
            raise CommandFailed("the two passwords differ")
        return given
    given = sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise CommandFailed("there is no password on standard input")
    return given


def _act() -> Act:
    return Act(SYSTEM, datetime.now(UTC))
