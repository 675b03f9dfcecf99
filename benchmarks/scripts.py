"""What the load asks, request by request, and how each answer is judged."""

from __future__ import annotations

import itertools
import json
from typing import Any, Protocol

from benchmarks.client import WrongAnswer, http_request
from benchmarks.window import percentiles

WRITES_EVERY = 10


class Script(Protocol):
    """next: the request a connection sends now. check raises WrongAnswer."""

    def next(self, connection: int) -> bytes: ...

    def check(self, connection: int, body: bytes, seconds: float) -> None: ...

    def result(self) -> dict[str, object]: ...


class Same:
    """One request for ever; every answer is byte for byte the first."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self._spec = spec
        self._request = http_request(
            spec["method"], spec["path"], spec["headers"], spec.get("body", "")
        )
        self._first: bytes | None = None

    def next(self, connection: int) -> bytes:
        return self._request

    def check(self, connection: int, body: bytes, seconds: float) -> None:
        if self._first is None:
            self._first = body
        elif body != self._first:
            raise WrongAnswer(f"an answer differs from the first: {body[:300]!r}")

    def result(self) -> dict[str, object]:
        return {"response_bytes": len(self._first or b"")}


class Fresh(Same):
    """Documents nobody has seen: the same question, its operation named anew each time."""

    def __init__(self, spec: dict[str, Any]) -> None:
        super().__init__(spec)
        self._body = json.loads(spec["body"])
        self._names = (f"Fresh{number}" for number in itertools.count(spec["start"]))

    def next(self, connection: int) -> bytes:
        query = self._body["query"].replace(self._spec["name"], next(self._names), 1)
        body = json.dumps({**self._body, "query": query})
        return http_request("POST", self._spec["path"], self._spec["headers"], body)


class Mixed:
    """Nine reads to one write. Each connection edits an article of its own, so that none of them
    is ever stale, and reads what no write touches, so that every answer is the first."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self._reads = [Same(read) for read in spec["reads"]]
        self._update = spec["update"]
        self._articles: list[str] = spec["articles"]
        self._versions: list[int] = list(spec["versions"])
        # Not in step: the connections begin at different places of the round.
        self._turns = [WRITES_EVERY * n // len(self._articles) for n in range(len(self._articles))]
        self._asked: list[Same | None] = [None] * len(self._articles)
        self._seconds: dict[str, list[float]] = {"read": [], "write": []}

    def next(self, connection: int) -> bytes:
        turn = self._turns[connection] = self._turns[connection] + 1
        if turn % WRITES_EVERY == 0:
            self._asked[connection] = None
            return self._write(connection)
        read = self._asked[connection] = self._reads[turn % len(self._reads)]
        return read.next(connection)

    def _write(self, connection: int) -> bytes:
        version = self._versions[connection]
        change = {
            "id": self._articles[connection],
            "version": version,
            "summary": f"第{version}次修改",
        }
        body = json.dumps({"query": self._update["query"], "variables": {"input": change}})
        return http_request("POST", self._update["path"], self._update["headers"], body)

    def check(self, connection: int, body: bytes, seconds: float) -> None:
        read = self._asked[connection]
        self._seconds["read" if read else "write"].append(seconds)
        if read is not None:
            read.check(connection, body, seconds)
            return
        self._versions[connection] += 1
        if b'"version":%d}' % self._versions[connection] not in body:
            raise WrongAnswer(f"a write did not succeed: {body[:300]!r}")

    def result(self) -> dict[str, object]:
        kinds = {kind: percentiles(seconds) for kind, seconds in self._seconds.items()}
        return {"response_bytes": 0, "kinds": kinds}


KINDS: dict[str, type[Same | Mixed]] = {"same": Same, "fresh": Fresh, "mixed": Mixed}
