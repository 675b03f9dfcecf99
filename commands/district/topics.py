"""The real topics the demo's articles stand on: their counters, hour by hour."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sandbox
from sandbox.topics import topic_id

DATA_SET = Path(sandbox.__file__).parent / "data" / "weibo-topics-2025-10.csv.gz"
WEEK_HOURS = 168
RESUMES_AT = "2025-10-06T00"
"""The data set's first hour after the week that is loaded: where the sandbox takes over."""
_FORMAT = "%Y-%m-%dT%H"


@dataclass(frozen=True, slots=True)
class Counters:
    """What one hour's list said of a topic; None where it said nothing.

    hour: counted from the data set's first hour.
    """

    hour: int
    reads: int | None
    discussions: int | None
    original_posts: int | None


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic; `key` is the identifier the sandbox knows it by.

    category: the last one it was given, empty when it never had one.
    """

    title: str
    key: str
    category: str
    hours: tuple[Counters, ...]

    @property
    def first_hour(self) -> int:
        return self.hours[0].hour

    @property
    def category_path(self) -> tuple[str, ...]:
        """电视剧, 国产剧 of 电视剧-国产剧; empty without a category."""
        return tuple(filter(None, self.category.split("-")))

    @property
    def subject(self) -> str:
        """The broad part of the category: 电视剧 of 电视剧-国产剧."""
        return self.category.partition("-")[0]


def read_topics(path: Path = DATA_SET) -> list[Topic]:
    """All topics, in the order of their first appearance."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return gather(csv.DictReader(lines))


def gather(rows: Iterable[dict[str, str]]) -> list[Topic]:
    """Topics from the rows of the data set, which come hour by hour."""
    hours: dict[str, list[Counters]] = {}
    categories: dict[str, str] = {}
    start: datetime | None = None
    for row in rows:
        at = datetime.strptime(row["hour_cst"], _FORMAT)  # noqa: DTZ007 - only differences count
        start = start or at
        hour = int((at - start).total_seconds()) // 3600
        counters = Counters(
            hour, _number(row["reads"]), _number(row["discussions"]), _number(row["original_posts"])
        )
        hours.setdefault(row["topic"], []).append(counters)
        categories[row["topic"]] = _category(row["category"]) or categories.get(row["topic"], "")
    return [
        Topic(title, str(topic_id(title)), categories[title], tuple(seen))
        for title, seen in hours.items()
    ]


def _category(text: str) -> str:
    """A few rows hold a piece of Weibo's page (with line breaks) where the category should be."""
    return "" if "\n" in text else text


def _number(text: str) -> int | None:
    return int(text) if text else None
