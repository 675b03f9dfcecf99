"""What was posted to the sandbox: it stands there from then on, and is read.

A new post has no history in the data, so it borrows one: it shows the counters of a topic that is
there at that hour, always the same one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

FIRST_ID = 9_000_000


@dataclass(frozen=True, slots=True)
class Posted:
    """key: what its sender called it; two posts of one place never share one. topic: whose
    counters it shows."""

    id: int
    key: str
    title: str
    body: str
    topic: int


class Postings:
    """Kept in memory: a new start forgets them."""

    def __init__(self) -> None:
        self._by_id: dict[int, Posted] = {}
        self._by_key: dict[str, Posted] = {}

    def add(self, key: str, title: str, body: str, topics: Sequence[int]) -> Posted:
        """The one of that key, made now or before."""
        if key not in self._by_key:
            number = FIRST_ID + len(self._by_id)
            topic = topics[len(self._by_id) % len(topics)]
            self._by_id[number] = self._by_key[key] = Posted(number, key, title, body, topic)
        return self._by_key[key]

    def named(self, key: str) -> Posted | None:
        return self._by_key.get(key)

    def get(self, number: int) -> Posted | None:
        return self._by_id.get(number)
