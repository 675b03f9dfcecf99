"""A link by which somebody without an account reads one revision of an article. Pure."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum

from domain.problems import Conflict, Invalid

USUAL_HOURS = 72
LONGEST_HOURS = 24 * 30
LONGEST_RECIPIENT = 100
SECRET_BYTES = 32


class PreviewState(StrEnum):
    """Whether a link opens. SUSPENDED: who made it may not see the draft themselves now."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


def expiry(now: datetime, hours: int) -> datetime:
    """Raises Invalid."""
    if not 1 <= hours <= LONGEST_HOURS:
        raise Invalid(f"a link holds 1 to {LONGEST_HOURS} hours", path=("hours",))
    return now + timedelta(hours=hours)


def check_revocable(revoked_at: datetime | None) -> None:
    """Raises Conflict."""
    if revoked_at is not None:
        raise Conflict("the link is revoked already", path=("id",), code="WRONG_STATUS")


def fingerprint(secret: str) -> bytes:
    """What is stored of a secret; of what cannot be one, what is stored of none: whatever is asked
    for is looked up in the same way."""
    return hashlib.sha256(secret.encode(errors="replace")).digest()
