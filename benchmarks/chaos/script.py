"""What the platform shows, and what its partner pushes of it, as a run goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.chaos.pushing import Counters
from benchmarks.ingest.world import HOUR
from benchmarks.ingest.world import topics as seen_topics
from sandbox.topics import Topics, hour_number


@dataclass(frozen=True, slots=True)
class Scene:
    """One hour of the data. counters: of the topics seen by then; news: those that are pushed."""

    hour: int
    counters: Counters
    news: Counters


@dataclass(frozen=True, slots=True)
class Script:
    """names: the topics that are carried. is_whole: the hours up to the last are spread over the
    run; else one follows the other, as rounds go by."""

    known: Topics
    names: Sequence[str]
    first_hour: int
    is_whole: bool

    def scene(self, share: float, before: Scene | None) -> Scene:
        """share: of the run that is over, from 0 to 1; before: the scene before it."""
        hour = self._hour(share, before)
        topics = {name: self.known.by_id[int(name)].at(hour) for name in self.names}
        counters = {name: values for name, values in topics.items() if values}
        if not self.is_whole or before is None:
            return Scene(hour, counters, counters)
        return Scene(hour, counters, _changed(before.counters, counters))

    def _hour(self, share: float, before: Scene | None) -> int:
        if self.is_whole:
            hours = self.known.last_hour - self.first_hour
            return self.first_hour + round(share * hours)
        if before is None:
            return self.first_hour
        return min(before.hour + (share < 1), self.known.last_hour)


def some_of_it(known: Topics, topics: int) -> Script:
    """Topics that are seen all the time, hour by hour; all of them are pushed each hour."""
    return Script(known, seen_topics(topics), hour_number(HOUR), is_whole=False)


def all_of_it(known: Topics) -> Script:
    """Every topic that ever had a counter, from the first hour to the last; what changed is
    pushed."""
    numbers = sorted(known.by_id)
    names = [str(number) for number in numbers if known.by_id[number].at(known.last_hour)]
    return Script(known, names, known.first_hour, is_whole=True)


def _changed(before: Counters, now: Counters) -> Mapping[str, Mapping[str, int]]:
    return {name: values for name, values in now.items() if before.get(name) != values}
