"""Accounts whose pulls stopped: end the pause, replace the credential."""

from __future__ import annotations

import getpass
import sys
from datetime import UTC, datetime

from commands.runtime import on_database, running, say
from domain.access import SYSTEM, Act
from domain.ids import parse_id
from domain.pulling.actions import accounts
from domain.secrets import SecretBox


def resume(account_id: str) -> None:
    """End an account's pause, whatever its reason: it is asked again at once.

    Parameters
    ----------
    account_id
        The account's id, like Account:7.
    """
    _, number = parse_id(account_id, "Account", path=("account_id",))
    with running() as settings:
        act = Act(SYSTEM, datetime.now(UTC))
        on_database(settings.database_url, accounts.resume(act, number))
    say(f"{account_id} is asked again")


def credential(account_id: str) -> None:
    """Replace an account's credential, read from standard input, and end the pause of an old one.

    A token as it is, or a JSON object of texts where the platform needs several parts. At a
    terminal it is asked for without being shown.

    Parameters
    ----------
    account_id
        The account's id, like Account:7.
    """
    _, number = parse_id(account_id, "Account", path=("account_id",))
    given = getpass.getpass("credential: ") if sys.stdin.isatty() else sys.stdin.read().strip()
    with running(needs_key=True) as settings:
        act, box = Act(SYSTEM, datetime.now(UTC)), SecretBox(settings.secret_keys)
        on_database(settings.database_url, accounts.set_credential(act, number, given, box))
    say(f"{account_id} has a new credential")
