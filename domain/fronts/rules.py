"""What a front may be: articles in slots, each for a period; pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from domain.problems import Invalid

MOST_SLOTS = 100
MOST_ENTRIES = 300
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_NAME = 64


class Entry(NamedTuple):
    """An article in a slot. slot: from 1, the first on the page. starts_at, ends_at: its period,
    ends_at excluded; none: from ever, for ever."""

    slot: int
    article_id: int
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def check_name(name: str) -> str:
    """Raises Invalid."""
    if len(name) > LONGEST_NAME or not NAME.fullmatch(name):
        message = "a name is small letters and digits with hyphens between, e.g. home or top-news"
        raise Invalid(message, path=("name",), code="INVALID_NAME")
    return name


def check_entries(entries: Sequence[Entry]) -> None:
    """One article at a time in each slot. Raises Invalid that names the entry's place."""
    if len(entries) > MOST_ENTRIES:
        message = f"there are {len(entries)} entries, {MOST_ENTRIES} are the most"
        raise Invalid(message, path=("entries",), code="TOO_MANY")
    by_slot: defaultdict[int, list[tuple[int, Entry]]] = defaultdict(list)
    for place, entry in enumerate(entries):
        _check_entry(place, entry)
        by_slot[entry.slot].append((place, entry))
    for placed in by_slot.values():
        _check_periods(placed)


def _check_entry(place: int, entry: Entry) -> None:
    if not 1 <= entry.slot <= MOST_SLOTS:
        message = f"slots go from 1 to {MOST_SLOTS}"
        raise Invalid(message, path=("entries", str(place), "slot"), code="INVALID_SLOT")
    if entry.starts_at and entry.ends_at and entry.ends_at <= entry.starts_at:
        message = "it must end after it starts"
        raise Invalid(message, path=("entries", str(place), "ends_at"), code="INVALID_PERIOD")


def _check_periods(placed: Sequence[tuple[int, Entry]]) -> None:
    for index, (_, one) in enumerate(placed):
        for place, other in placed[index + 1 :]:
            if _meet(one, other):
                message = f"two articles would stand in slot {other.slot} at the same time"
                raise Invalid(message, path=("entries", str(place)), code="OVERLAP")


def _meet(one: Entry, other: Entry) -> bool:
    """Whether there is a moment at which both hold."""
    return _starts_before_end(one, other) and _starts_before_end(other, one)


def _starts_before_end(one: Entry, other: Entry) -> bool:
    return one.starts_at is None or other.ends_at is None or one.starts_at < other.ends_at
