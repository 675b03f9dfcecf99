"""What a post may be, and what may become of it."""

from __future__ import annotations

from enum import StrEnum


class PostState(StrEnum):
    """Whether the platform still has it. A GONE post keeps its last counts."""

    LIVE = "LIVE"
    GONE = "GONE"


def organization_of(*, article: int | None, campaign: int | None, partner: int) -> int:
    """Where a post counts, of the organizations of what it belongs to."""
    if article is not None:
        return article
    return campaign if campaign is not None else partner
