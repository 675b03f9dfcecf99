"""Who is asking: a bearer token or a session's cookie becomes a viewer."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from api.people import cookies
from api.people.own_pages import is_own
from api.replies import Headers
from api.token_uses import TokenUses
from api.waiting import within
from domain.access import ANONYMOUS, Viewer
from domain.notifications import Changes
from domain.tokens.actions import HOLDERS_STAND_ON, Holder, holder_of
from domain.users.actions.holding import STANDS_ON as SESSIONS_STAND_ON
from domain.users.actions.holding import holder_of_session
from domain.users.sessions import Lifetimes

STANDS_ON = tuple(sorted({*HOLDERS_STAND_ON, *SESSIONS_STAND_ON}))
MOMENT_SECONDS = 1.0
MAX_KNOWN = 10_000


def utc_now() -> datetime:
    return datetime.now(UTC)


class Unauthorized(Exception):
    """A token or a session was given, but it opens nothing."""

    def __init__(self, what: str = "token") -> None:
        super().__init__(f"this {what} is not known, has expired or was revoked")


class CrossSite(Unauthorized):
    """A session was given, but by a page of another site."""

    def __init__(self) -> None:
        Exception.__init__(self, "a page of another site may not use your session")


@dataclass(frozen=True, slots=True)
class SessionRules:
    """public_url: where the pages are that a session belongs to; empty: the host that is asked.
    trusted: origins of other sites whose pages may use it too."""

    public_url: str
    lifetimes: Lifetimes
    trusted: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """A token's or session's holder, as long as `mark` is still the mark of what these stand on,
    and until `ends_at`, in seconds of the clock."""

    viewer: Viewer
    mark: Hashable
    ends_at: float


class Callers:
    """Knows the holders of tokens and sessions for a moment: until a write to what says who they
    are, in whichever process, and no longer than MOMENT_SECONDS, should word of it be lost."""

    def __init__(
        self,
        changes: Changes,
        *,
        patience_seconds: float,
        sessions: SessionRules,
        now: Callable[[], datetime] = utc_now,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._changes = changes
        self._patience_seconds = patience_seconds
        self._sessions = sessions
        self._cookie = cookies.name_of(sessions.public_url)
        self.now = now
        self._clock = clock
        self._known: dict[bytes, Known] = {}
        self.uses = TokenUses()

    async def viewer_of(self, headers: Headers) -> Viewer:
        """Raises Unauthorized for a token or a session that is unknown, expired or revoked,
        CrossSite for a session's cookie that another site's page sends along, and TimeoutError when
        the database does not say."""
        header = headers.get(b"authorization")
        if header is None:
            return await self._in_session(headers)
        return await self._known_or_asked(b"token" + header, partial(self._ask, header))

    async def _in_session(self, headers: Headers) -> Viewer:
        secret = cookies.read(headers, self._cookie)
        if not secret:
            return ANONYMOUS
        if not is_own(headers, self._sessions.public_url, self._sessions.trusted):
            raise CrossSite
        key = b"session" + secret.encode("latin-1")
        return await self._known_or_asked(key, partial(self._ask_session, secret))

    async def _known_or_asked(
        self, given: bytes, ask: Callable[[datetime], Awaitable[Holder]]
    ) -> Viewer:
        key = hashlib.sha256(given).digest()  # tokens themselves are not held
        known = self._known.get(key)
        if known is not None and self._holds(known):
            return known.viewer
        self._known.pop(key, None)
        mark, asked_at, now = self._changes.mark(STANDS_ON), self._clock(), self.now()
        holder = await ask(now)
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()
        self._known[key] = Known(holder.viewer, mark, asked_at + _seconds(holder, now))
        return holder.viewer

    def _holds(self, known: Known) -> bool:
        return (
            self._clock() < known.ends_at
            and self._changes.is_listening
            and self._changes.mark(STANDS_ON) == known.mark
        )

    async def _ask(self, header: bytes, now: datetime) -> Holder:
        scheme, _, token = header.decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthorized
        holder = await within(self._patience_seconds, holder_of(token.strip(), now=now))
        if holder is None:
            raise Unauthorized
        if holder.token_id is not None:
            self.uses.note(holder.token_id, now)
        return holder

    async def _ask_session(self, secret: str, now: datetime) -> Holder:
        work = holder_of_session(secret, self._sessions.lifetimes, now=now)
        holder = await within(self._patience_seconds, work)
        if holder is None:
            raise Unauthorized("session")
        return holder


def _seconds(holder: Holder, now: datetime) -> float:
    """How long it may be known: a moment, and not past the one at which their roles change."""
    if holder.until is None:
        return MOMENT_SECONDS
    return min(MOMENT_SECONDS, (holder.until - now).total_seconds())
