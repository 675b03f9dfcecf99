"""How an article goes out to an account, and what may become of that; pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from domain import text
from domain.partners.rules import Platform
from domain.problems import Conflict, Invalid

MOST_ACCOUNTS = 100
LONGEST_REASON = 500


class DistributionWay(StrEnum):
    """INTERFACE: a worker sends it. COPY: a person copies the package and pastes the link.
    REQUEST: the partner is asked, and answers."""

    INTERFACE = "INTERFACE"
    COPY = "COPY"
    REQUEST = "REQUEST"


class DistributionState(StrEnum):
    """QUEUED: to be sent or copied. SENT: the partner was asked. ACCEPTED: it stands there as a
    post. REFUSED: by the platform or the partner. GONE: its post is no longer there. CANCELLED: by
    us, before it was there."""

    QUEUED = "QUEUED"
    SENT = "SENT"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    GONE = "GONE"
    CANCELLED = "CANCELLED"


OPEN = frozenset({DistributionState.QUEUED, DistributionState.SENT})
"""Still to be answered."""

CARRIED_BY_INTERFACE = frozenset({Platform.MASTODON, Platform.WORDPRESS})
"""Platforms whose interface takes a text and shows it at once."""

CARRIES_NOTHING = frozenset({Platform.PLAUSIBLE})
"""It counts the visits of a site, and shows nothing itself."""

WAITS = tuple(timedelta(seconds=seconds) for seconds in (30, 120, 600, 3600, 4 * 3600))
"""Before each further attempt; after the last one it is refused."""

LEASE = timedelta(minutes=5)
"""How long a worker has before another may think it dead; a request takes half a minute at most."""


def way_for(
    platform: Platform, asked: DistributionWay | None, *, has_credential: bool
) -> DistributionWay:
    """By the platform's interface where it has one and we may use it, else by hand.

    Raises Invalid where the platform cannot carry an article, or not in the way asked for.
    """
    if platform in CARRIES_NOTHING:
        raise _refused(f"{platform} shows no articles", "account_ids")
    by_interface = platform in CARRIED_BY_INTERFACE and has_credential
    if asked is None:
        return DistributionWay.INTERFACE if by_interface else DistributionWay.COPY
    if asked is DistributionWay.INTERFACE and not by_interface:
        why = "its account has no credential" if platform in CARRIED_BY_INTERFACE else "it has none"
        raise _refused(f"nothing can be sent by the interface of {platform}: {why}", "way")
    return asked


def first_state(way: DistributionWay) -> DistributionState:
    """A partner is asked by the request standing in the graph."""
    return DistributionState.SENT if way is DistributionWay.REQUEST else DistributionState.QUEUED


def check_open(state: DistributionState) -> None:
    """Raises Conflict."""
    if state not in OPEN:
        raise Conflict(f"this was answered already: it is {state}", code="WRONG_STATUS")


def check_reason(reason: str) -> str:
    """Raises Invalid."""
    return text.line(reason, path=("reason",), longest=LONGEST_REASON)


def next_attempt(attempts: int, now: datetime, retry_after: timedelta | None) -> datetime | None:
    """When it is tried again after so many attempts; None when it is given up."""
    if attempts > len(WAITS):
        return None
    return now + max(WAITS[attempts - 1], retry_after or timedelta(0))


def _refused(message: str, place: str) -> Invalid:
    return Invalid(message, path=(place,), code="NOT_CARRIED")
