"""What the running sandbox holds, and what a platform shows of it at one moment."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from sandbox.clock import ReplayClock
from sandbox.faults import Faults, Hit
from sandbox.limits import RateLimit
from sandbox.posted import Posted, Postings
from sandbox.tokens import Nonces, Tokens
from sandbox.topics import Counters, Topic, Topics

REMEMBERED_REQUESTS = 1000


@dataclass(slots=True)
class Sandbox:
    """limits: the platforms' allowances by name. asks: what can be asked, for people.
    tokens, nonces: those that were handed out, and those that were used. postings: what was posted.
    requests: the latest ones, oldest first. counts: of all, by path and status.
    stopping: set when the server is told to stop; nothing is slow any more then.
    """

    topics: Topics
    clock: ReplayClock
    faults: Faults
    limits: Mapping[str, RateLimit]
    asks: Sequence[str]
    tokens: Tokens
    nonces: Nonces
    postings: Postings = field(default_factory=Postings)
    requests: deque[dict[str, Any]] = field(
        default_factory=lambda: deque(maxlen=REMEMBERED_REQUESTS)
    )
    counts: Counter[tuple[str, int]] = field(default_factory=Counter)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True)
class Shown:
    """A post as the platform knows it now. A counter that is not here is not known."""

    id: int
    title: str
    counters: Counters


@dataclass(frozen=True, slots=True)
class View:
    """What there is to see at one hour, faults included. body: what came with the request."""

    topics: Topics
    hour: int
    hit: Hit
    body: bytes = b""
    postings: Postings = field(default_factory=Postings)

    def post(self, post_id: int) -> Shown | None:
        """None when there is no such post, not yet, or no longer."""
        topic, posted = self._topic(post_id), self.postings.get(post_id)
        counters = topic.at(self.hour) if topic else None
        if topic is None or counters is None or post_id in self.hit.deleted:
            return None
        fallen = {name: self.fallen(value) for name, value in counters.items()}
        return Shown(post_id, posted.title if posted else topic.title, fallen)

    def _topic(self, post_id: int) -> Topic | None:
        """Whose counters it shows."""
        posted = self.postings.get(post_id)
        return self.topics.by_id.get(posted.topic if posted else post_id)

    def put(self, key: str, title: str, body: str) -> Posted:
        """A new post, or the one that has the key already."""
        there = [number for number in self.topics.by_id if self.topics.by_id[number].at(self.hour)]
        return self.postings.add(key, title, body, there)

    def first_hour(self, post_id: int) -> int:
        """Since when it is there."""
        topic = self._topic(post_id)
        return topic.hours[0] if topic else self.hour

    def fallen(self, value: int) -> int:
        """A value as the fault `falling` leaves it."""
        percent = self.hit.falling_percent
        return int(value * (1 - percent / 100)) if percent else value

    def gained(self, post_id: int, name: str, hours: range) -> int | None:
        """What a counter gained in these hours, as far as the replay has come; see `post`."""
        topic = self._topic(post_id)
        if topic is None or self.post(post_id) is None:
            return None
        return self.fallen(topic.gained(name, hours.start, min(hours.stop, self.hour + 1)))


def sandbox_of(request: Request) -> Sandbox:
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox


def caller_of(request: Request, token: str) -> str:
    """Whose allowance a request uses: the token's, else the address's."""
    return token or (request.client.host if request.client else "")
