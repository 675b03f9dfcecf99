"""What editors set apart in a list: pure."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from domain.problems import Conflict, Invalid

MOST_PINNED = 10
"""In one organization's list: what stands above everything is little."""


class HighlightKind(StrEnum):
    """PINNED: it stands above its organization's list. FEATURED: it is recommended."""

    PINNED = "PINNED"
    FEATURED = "FEATURED"


def check_period(starts_at: datetime, ends_at: datetime | None) -> None:
    """Raises Invalid."""
    if ends_at is not None and ends_at <= starts_at:
        raise Invalid("it must end after it starts", path=("ends_at",), code="INVALID_PERIOD")


def check_room(others: int) -> None:
    """others: articles that are, or will be, pinned there. Raises Conflict."""
    if others >= MOST_PINNED:
        message = f"{MOST_PINNED} articles are pinned there: end one of these first"
        raise Conflict(message, path=("article_id",), code="TOO_MANY")
