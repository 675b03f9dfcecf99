"""What of signing in is kept no longer than it is of use."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.users.models import SignInAttempt, UserLink, UserSession
from domain.users.throttling import LONGEST

KEPT = timedelta(days=90)
"""How long it can be seen when and where somebody was signed in; the audit trail keeps it on."""


async def forget_old(now: datetime) -> int:
    """Attempts that count under no limit any more, and sessions and links of long ago. Returns how
    many."""
    attempts = await SignInAttempt.filter(at__lt=now - LONGEST).delete()
    sessions = await UserSession.filter(seen_at__lt=now - KEPT).delete()
    links = await UserLink.filter(expires_at__lt=now - KEPT).delete()
    return int(attempts) + int(sessions) + int(links)
