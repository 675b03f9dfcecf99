"""How long somebody stays signed in: rules only."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from domain.clocks import APART

SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is kept when a session was last seen: not every request writes."""

CODE_WITHIN = timedelta(minutes=10)
"""How long a session may wait for its second factor."""


class Lifetimes(NamedTuple):
    """idle: from the latest request. absolute: from signing in, whatever happens."""

    idle: timedelta
    absolute: timedelta


class Device(NamedTuple):
    """Where somebody signs in: the network address and what the browser says it is."""

    address: str = ""
    browser: str = ""


def began(created_at: datetime, now: datetime) -> bool:
    """Whether a session or link was begun before now, as far as clocks agree. What was begun by a
    clock that ran ahead would, taken at its word, hold for so much longer."""
    return created_at <= now + APART


def ends_at(created_at: datetime, seen_at: datetime, lifetimes: Lifetimes) -> datetime:
    """When a session ends by itself, unless it is seen again before."""
    return min(seen_at + lifetimes.idle, created_at + lifetimes.absolute)
