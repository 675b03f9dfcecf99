"""What may become of a post."""

from __future__ import annotations

from enum import StrEnum


class PostState(StrEnum):
    """Whether the platform still has it. A GONE post keeps its last counts."""

    LIVE = "LIVE"
    GONE = "GONE"
