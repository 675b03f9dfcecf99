"""What a recorded exchange is, and how an adapter is asked to read it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.pulling.rules import CounterValue
from workers.platforms import ADAPTERS
from workers.platforms.failures import PullFailure
from workers.platforms.protocol import (
    Adapter,
    Answer,
    AskedPost,
    Asking,
    PulledAccount,
    Reading,
    Request,
)

NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
ASKING = Asking(NOW, "0123456789abcdef0123456789abcdef")
SECRET = "a-token-nobody-may-see"
"""Every part of a sample's credential holds this, so that no part of it can show unseen."""

Place = tuple[str | int, ...]
"""Where something stands in an answer: keys and indexes from the outside in."""


def post(
    external_id: str, posted_at: datetime = NOW - timedelta(days=2), url: str = ""
) -> AskedPost:
    return AskedPost(external_id, posted_at, url)


@dataclass(frozen=True, slots=True)
class Failing:
    """An answer that is none, and what it must raise."""

    content: Any
    raises: type[PullFailure]
    status: int = 200


@dataclass(frozen=True, slots=True)
class Renewal:
    """How a fresh token is asked for: the request as it is shown, the answer, what is new in it."""

    request: str
    content: Any
    secrets: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sample:
    """A recorded exchange: `posts` are asked about, `content` is the answer (JSON).

    request: as `Request.shown` gives it, at the platform's usual address.
    values: where each counter stands in the content, and what is read out of it.
    rows: where the list stands that has a row for each post, in their order, and `row_id` where in
    a row the post's id stands; None where an answer does not name its posts so.
    exists: the content that says that the first post is there; None: the platform cannot tell.
    failures: what else the platform answers to `build`, by name.
    """

    account: PulledAccount
    posts: Sequence[AskedPost]
    request: str
    content: Any
    values: Mapping[Place, CounterValue]
    rows: Place | None = None
    row_id: Place = ("id",)
    exists: Any = None
    renewal: Renewal | None = None
    failures: Mapping[str, Failing] = field(default_factory=dict)

    @property
    def adapter(self) -> Adapter:
        return ADAPTERS[self.account.platform]

    def build(self, account: PulledAccount | None = None) -> Request:
        return self.adapter.build(account or self.account, self.posts, ASKING)

    def requests(self, account: PulledAccount | None = None) -> Iterator[Request]:
        """Every request the adapter can make."""
        account = account or self.account
        yield self.build(account)
        if self.exists is not None:
            yield self.adapter.build_probe(account, self.posts[0], ASKING)
        renewal = self.adapter.renewal(account, ASKING)
        if renewal is not None:
            yield renewal

    def read(self, content: Any, status: int = 200, **headers: str) -> Reading:
        return self.adapter.read(self.account, self.posts, answer(content, status, **headers))

    def probe(self, content: Any, status: int = 200, **headers: str) -> bool:
        given = answer(content, status, **headers)
        return self.adapter.read_probe(self.account, self.posts[0], given)

    def readers(self) -> list[Callable[..., Any]]:
        """Whatever takes an answer."""

        def renewed(content: Any, status: int = 200, **headers: str) -> Any:
            return self.adapter.read_renewal(self.account, answer(content, status, **headers))

        return [
            self.read,
            *([self.probe] if self.exists is not None else []),
            *([renewed] if self.renewal is not None else []),
        ]

    def values_of(self, *posts: AskedPost) -> set[CounterValue]:
        asked = {post.external_id for post in posts}
        return {value for value in self.values.values() if value.external_id in asked}


def answer(content: Any, status: int = 200, **headers: str) -> Answer:
    """content: bytes as they are, anything else as JSON."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, named, body, NOW)


def values(reading: Reading) -> set[CounterValue]:
    """Those it holds, each counter of a moment or period once."""
    keys = {
        (each.external_id, each.metric, each.observed_at, each.period_starts_at, each.definition)
        for each in reading.values
    }
    assert len(keys) == len(reading.values), "a counter is read twice"
    return set(reading.values)


def failure(act: Callable[[], Any]) -> PullFailure:
    """What the act raises; it shows nothing secret."""
    with pytest.raises(PullFailure) as caught:
        act()
    assert SECRET not in caught.value.reason
    assert 0 < len(caught.value.reason) <= 200
    return caught.value


def at(content: Any, place: Place) -> Any:
    for step in place:
        content = content[step]
    return content


def replaced(content: Any, place: Place, value: Any) -> Any:
    """The content with another value at the place."""
    if not place:
        return value
    copy = deepcopy(content)
    at(copy, place[:-1])[place[-1]] = value
    return copy


def without(content: Any, place: Place) -> Any:
    """The content with nothing at the place, which ends in a key."""
    copy = deepcopy(content)
    del at(copy, place[:-1])[place[-1]]
    return copy
