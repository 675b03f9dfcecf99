"""Where a flag stands in the queue."""

from __future__ import annotations

from enum import StrEnum


class InflationState(StrEnum):
    OPEN = "OPEN"
    CONFIRMED = "CONFIRMED"
    DISMISSED = "DISMISSED"
