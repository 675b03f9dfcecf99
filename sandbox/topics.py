"""The topics of the data set: what each one's counters were, hour by hour."""

from __future__ import annotations

import csv
import gzip
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path

CST = timezone(timedelta(hours=8))
COUNTERS = ("reads", "discussions", "original_posts")

Counters = dict[str, int]


def topic_id(title: str) -> int:
    """The number under which the sandbox knows a topic: 15 digits, the same everywhere."""
    return int(str(int(sha256(title.encode()).hexdigest(), 16))[:15])


def hour_number(text: str) -> int:
    """Hours since 1970 of an hour like 2025-10-01T08, Asia/Shanghai. Raises ValueError."""
    moment = datetime.strptime(text, "%Y-%m-%dT%H").replace(tzinfo=CST)
    return int(moment.timestamp()) // 3600


def hour_text(number: int) -> str:
    return datetime.fromtimestamp(number * 3600, UTC).astimezone(CST).strftime("%Y-%m-%dT%H")


@dataclass(slots=True)
class Topic:
    """One topic. hours: when it was observed, ascending; counters: what was known from then on."""

    title: str
    category: str
    hours: list[int] = field(default_factory=list)
    counters: list[Counters] = field(default_factory=list)

    def add(self, hour: int, reported: Counters) -> None:
        """A counter that an hour does not report stays at its last known value."""
        before = self.counters[-1] if self.counters else {}
        self.hours.append(hour)
        self.counters.append({**before, **reported})

    def at(self, hour: int) -> Counters | None:
        """The counters of the latest observation until `hour`; None when there is none yet."""
        place = bisect_right(self.hours, hour)
        return self.counters[place - 1] if place else None

    def gained(self, name: str, start: int, end: int) -> int:
        """How much a counter grew from the hour `start` until before the hour `end`.

        A platform that counts by day or hour cannot show a fall: what was gained stays gained.
        """
        return self._highest(name, max(start, end)) - self._highest(name, start)

    def _highest(self, name: str, before: int) -> int:
        """The most a counter was before an hour; 0 before the topic was seen."""
        known = self.counters[: bisect_left(self.hours, before)]
        return max((counters.get(name, 0) for counters in known), default=0)


@dataclass(frozen=True, slots=True)
class Topics:
    """Every topic by its number, and the hours the data set spans."""

    by_id: dict[int, Topic]
    first_hour: int
    last_hour: int


def load(path: Path) -> Topics:
    """The gzipped CSV file, whole in memory."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = sorted(csv.DictReader(lines), key=lambda row: row["hour_cst"])
    topics: dict[int, Topic] = {}
    for row in rows:
        title = row["topic"]
        topic = topics.setdefault(topic_id(title), Topic(title, row["category"]))
        reported = {name: int(row[name]) for name in COUNTERS if row[name]}
        topic.add(hour_number(row["hour_cst"]), reported)
    hours = [hour_number(rows[end]["hour_cst"]) for end in (0, -1)]
    return Topics(topics, *hours)
