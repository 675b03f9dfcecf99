"""One HTTP exchange about the graph: what came, and what becomes known on the way."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from api.replies import Headers
from domain.access import ANONYMOUS, Viewer
from schema.execution.engine import Prepared


@dataclass(slots=True, eq=False)
class Exchange:
    """given: the body, or a GET's query string. is_safe: by GET, so nothing may change. is_hit:
    answered with what was kept.

    Moments are seconds of `time.perf_counter`: begun_at, when all of the request was here;
    prepared_at, when its document was parsed, validated and planned, 0 where it never was.
    """

    headers: Headers
    request_id: str
    media_type: bytes
    given: bytes = b""
    is_safe: bool = False
    viewer: Viewer = ANONYMOUS
    prepared: Prepared | None = None
    is_hit: bool = False
    begun_at: float = field(default_factory=time.perf_counter)
    prepared_at: float = 0.0

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
