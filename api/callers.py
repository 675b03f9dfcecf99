"""Who is asking: the bearer token becomes a viewer."""

from __future__ import annotations

import hashlib
import itertools
import re
import secrets
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from api.replies import Headers
from api.waiting import within
from domain.access import ANONYMOUS, Viewer
from domain.notifications import Changes
from domain.tokens.actions import HOLDERS_STAND_ON, Holder, holder_of

REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
NUMBERS = itertools.count()
MOMENT_SECONDS = 1.0
MAX_KNOWN = 10_000


class Unauthorized(Exception):
    """A token was given, but it opens nothing."""


def request_id_of(headers: Headers) -> str:
    """The id the caller gave, when it is a plain one, else a new one."""
    given = headers.get(b"x-request-id")
    if given is not None and REQUEST_ID.fullmatch(given):
        return given.decode()
    return f"{process_name()}-{next(NUMBERS)}"


@cache
def process_name() -> str:
    """Random, so that ids of several processes, and of one started again, never meet."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class Known:
    """A token's holder, as long as `mark` is still the mark of what tokens stand on, and until
    `ends_at`, in seconds of the clock."""

    viewer: Viewer
    mark: Hashable
    ends_at: float


class Callers:
    """Knows the holders of tokens for a moment: until a write to what says who they are, in
    whichever process, and no longer than MOMENT_SECONDS, should word of it be lost."""

    def __init__(
        self,
        changes: Changes,
        *,
        patience_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._changes = changes
        self._patience_seconds = patience_seconds
        self._clock = clock
        self._known: dict[bytes, Known] = {}

    async def viewer_of(self, headers: Headers) -> Viewer:
        """Raises Unauthorized for a token that is unknown, expired or revoked, and TimeoutError
        when the database does not say."""
        header = headers.get(b"authorization")
        if header is None:
            return ANONYMOUS
        key = hashlib.sha256(header).digest()  # tokens themselves are not held
        known = self._known.get(key)
        if known is not None and self._holds(known):
            return known.viewer
        self._known.pop(key, None)
        return await self._ask(key, header)

    def _holds(self, known: Known) -> bool:
        return (
            self._clock() < known.ends_at
            and self._changes.is_listening
            and self._changes.mark(HOLDERS_STAND_ON) == known.mark
        )

    async def _ask(self, key: bytes, header: bytes) -> Viewer:
        scheme, _, token = header.decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthorized
        mark, asked_at, now = self._changes.mark(HOLDERS_STAND_ON), self._clock(), datetime.now(UTC)
        holder = await within(self._patience_seconds, holder_of(token.strip(), now=now))
        if holder is None:
            raise Unauthorized
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()
        self._known[key] = Known(holder.viewer, mark, asked_at + _seconds(holder, now))
        return holder.viewer


def _seconds(holder: Holder, now: datetime) -> float:
    """How long it may be known: a moment, and not past the one at which their roles change."""
    if holder.until is None:
        return MOMENT_SECONDS
    return min(MOMENT_SECONDS, (holder.until - now).total_seconds())
