"""Who a session's cookie shows, and what they may do at this moment."""

from __future__ import annotations

from datetime import datetime

from domain.access import EVERY_SCOPE, Kind, Viewer
from domain.grants import holding
from domain.tokens.actions import Holder
from domain.users.actions import sessions
from domain.users.actions.acting import named
from domain.users.sessions import Lifetimes

STANDS_ON = tuple(sorted({*holding.STANDS_ON, "user_session"}))
"""The tables `holder_of_session` reads: until one of them is written to, it says the same."""


async def holder_of_session(secret: str, lifetimes: Lifetimes, *, now: datetime) -> Holder | None:
    """None for a cookie whose session is unknown, has ended or waits for its second factor."""
    found = await sessions.found(secret, lifetimes, now=now)
    if found is None:
        return None
    held = await holding.held_by_user(found.user.id, now=now)
    viewer = Viewer(Kind.USER, found.user.id, named(found.user), held.grants, EVERY_SCOPE)
    return Holder(viewer, min(found.until, held.until or found.until))
