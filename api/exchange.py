"""One HTTP exchange about the graph: what came, and what becomes known on the way."""

from __future__ import annotations

import math
import time

from starlette.types import Receive

from api.encodings import PLAIN
from api.meters import Meter
from api.replies import Headers
from domain.access import ANONYMOUS, Viewer
from schema.execution.engine import Prepared


class Exchange:
    """given: the body, or a GET's query string. asks: whether anything is asked with it. is_safe:
    by GET, so nothing may change. is_hit: answered with what was kept. meter: what it takes, where
    that is counted. ends_at: until when it is worked on, by the event loop's clock.

    Moments are seconds of `time.perf_counter`: begun_at, when all of the request was here;
    prepared_at, when its document was parsed, validated and planned, 0 where it never was.
    """

    __slots__ = (
        "accepted",
        "asks",
        "begun_at",
        "ends_at",
        "given",
        "headers",
        "is_hit",
        "is_safe",
        "media_type",
        "meter",
        "prepared",
        "prepared_at",
        "receive",
        "request_id",
        "viewer",
    )

    def __init__(
        self, headers: Headers, receive: Receive, request_id: str, media_type: bytes
    ) -> None:
        self.headers = headers
        self.receive = receive
        self.request_id = request_id
        self.media_type = media_type
        self.accepted = PLAIN
        self.meter: Meter | None = None
        self.ends_at = math.inf
        self.viewer: Viewer = ANONYMOUS
        self.prepared: Prepared | None = None
        self.prepared_at = 0.0
        self.is_hit = False
        self.asks = False
        self.is_safe = False
        self.given = b""
        self.begun_at = time.perf_counter()

    def begin(self, given: bytes, *, is_safe: bool = False) -> None:
        """All of the request is here."""
        self.given = given
        self.is_safe = is_safe
        self.begun_at = time.perf_counter()

    @property
    def cost(self) -> int:
        """The most rows it can read; 0 for what is refused."""
        return self.prepared.cost if self.prepared else 0

    @property
    def wants_fresh(self) -> bool:
        """Whether the client refuses an answer from before its question."""
        return b"no-cache" in self.headers.get(b"cache-control", b"")

    def durations(self, ended_at: float) -> dict[str, float]:
        """In seconds: prepare, before anything ran; database, from then on; total."""
        prepared_at = self.prepared_at or ended_at
        return {
            "prepare": prepared_at - self.begun_at,
            "database": ended_at - prepared_at,
            "total": ended_at - self.begun_at,
        }
