"""The kinds of node in the volunteer corps."""

from __future__ import annotations

from enum import StrEnum


class TeamKind(StrEnum):
    """What a node of the volunteer corps is; profession by territory, not fixed levels."""

    CORPS = "CORPS"
    DETACHMENT = "DETACHMENT"
    SQUADRON = "SQUADRON"
    SQUAD = "SQUAD"
    GROUP = "GROUP"
    LECTURE_GROUP = "LECTURE_GROUP"
