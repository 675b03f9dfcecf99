"""How often somebody may try to sign in: rules only, the counting is in actions/throttle.py."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from domain.problems import Problem


class Throttled(Problem):
    """Too many attempts. retry_after_seconds: until one is allowed again."""

    code = "THROTTLED"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("too many attempts to sign in; try again later")
        self.retry_after_seconds = retry_after_seconds


class Limit(NamedTuple):
    """At most so many attempts under one key in any such time."""

    most: int
    within: timedelta


class Counted(NamedTuple):
    """A key of an attempt and the limit it is counted under."""

    key: bytes
    limit: Limit


HERE = Limit(5, timedelta(minutes=15))
"""For one account from one place: a person who mistypes, or somebody who tries."""

ACCOUNT = Limit(50, timedelta(hours=1))
"""For one account from all places where it was never signed in; and as many from those where it
was, so that strangers do not keep its owner out."""

ADDRESS = Limit(100, timedelta(hours=1))
"""From one place for all accounts: an office behind one address signs in of a morning."""

CODE = Limit(10, timedelta(hours=1))
"""Codes of a second factor for one account, from wherever: three of a million fit at a time."""

LONGEST = max(limit.within for limit in (HERE, ACCOUNT, ADDRESS))


def counted(account: str, address: str, *, is_known: bool) -> tuple[Counted, ...]:
    """account: what was given as the account, folded, whether there is one or not. is_known:
    whether it was signed in from there before.

    The first is for this account from this place.
    """
    place = network_of(address)
    return (
        Counted(_key("here", account, place), HERE),
        Counted(_key("owner" if is_known else "account", account), ACCOUNT),
        Counted(_key("address", place), ADDRESS),
    )


def counted_code(user_id: int) -> tuple[Counted, ...]:
    return (Counted(_key("code", str(user_id)), CODE),)


def network_of(address: str) -> str:
    """What one subscriber has: an IPv4 address, the /64 of an IPv6 address."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if known.version == 4:
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ip_network(f"{known}/64", strict=False))


def wait(limit: Limit, earlier: Sequence[datetime], now: datetime) -> timedelta | None:
    """How long until one more is allowed; None when it is now. earlier: in ascending order; what
    stands in the future was counted by a clock that ran ahead, and counts no more."""
    recent = [at for at in earlier if now - limit.within < at <= now]
    if len(recent) < limit.most:
        return None
    return recent[-limit.most] + limit.within - now


def _key(*parts: str) -> bytes:
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "replace")).digest()
