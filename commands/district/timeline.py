"""Where the data set's hours fall in the demo's own time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from commands.district.names import spread
from commands.district.topics import WEEK_HOURS, Topic


@dataclass(frozen=True, slots=True)
class Timeline:
    """The first week lies behind `now`; hour 168, where the sandbox takes over, is its hour."""

    now: datetime

    @property
    def opened_at(self) -> datetime:
        """When the district, its people and its partners were entered: before any article."""
        return self.at(0) - timedelta(days=7)

    def at(self, hour: int) -> datetime:
        turn = self.now.replace(minute=0, second=0, microsecond=0)
        return turn + timedelta(hours=hour - WEEK_HOURS)

    def posted_at(self, topic: Topic) -> datetime:
        """Minutes before the topic is first seen. What the data set shows only in its second week
        is posted in the last half hour, and what comes soonest is the newest."""
        if topic.first_hour < WEEK_HOURS:
            return self.at(topic.first_hour) - timedelta(minutes=10 + spread(topic.key, 50))
        return self.now - timedelta(seconds=10 * (topic.first_hour - WEEK_HOURS))

    def published_at(self, topic: Topic) -> datetime:
        return self.posted_at(topic) - timedelta(minutes=5)
