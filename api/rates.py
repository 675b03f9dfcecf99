"""How much each caller may take in a while: points, that come back evenly.

The generic cell rate algorithm: of each caller one moment is kept, at which all it took will have
come back. Taking moves that moment on; where it would lie further ahead than the while is long, the
caller waits. What lies in the past says no more than nothing at all, so it may be forgotten.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

WINDOW_SECONDS = 60.0
MAX_CALLERS = 50_000
"""Whose moments are kept; of the longest unseen the rest is forgotten, so that a flood from more
addresses takes no more memory."""


class RateLimited(Exception):
    """Too much was taken. retry_after: seconds, until the same would be given."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many requests; try again in {retry_after} s")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Policy:
    """quota: points within WINDOW_SECONDS. name: of the policy, as clients are told it."""

    name: str
    quota: int

    @property
    def header(self) -> bytes:
        """RateLimit-Policy, as draft-ietf-httpapi-ratelimit-headers-11 has it."""
        return f'"{self.name}";q={self.quota};w={WINDOW_SECONDS:.0f}'.encode()


class Rates:
    """What all callers of one policy have taken, in this process."""

    def __init__(
        self,
        policy: Policy,
        *,
        most: int = MAX_CALLERS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.policy = policy
        self.policy_header = policy.header
        self._name = policy.name.encode()
        self._point = WINDOW_SECONDS / policy.quota
        self._most = most
        self._clock = clock
        self._paid_at: OrderedDict[Hashable, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._paid_at)

    def take(self, caller: Hashable, points: float) -> None:
        """Raises RateLimited, and takes nothing, when there are not so many."""
        now = self._clock()
        paid_at = max(self._paid_at.get(caller, now), now) + points * self._point
        if paid_at - now > WINDOW_SECONDS:
            raise RateLimited(max(1, math.ceil(paid_at - now - WINDOW_SECONDS)))
        self._keep(caller, paid_at)

    def owe(self, caller: Hashable, points: float) -> None:
        """Takes what was used already, though there be less: the caller waits the longer."""
        now = self._clock()
        self._keep(caller, max(self._paid_at.get(caller, now), now) + points * self._point)

    def _keep(self, caller: Hashable, paid_at: float) -> None:
        self._paid_at[caller] = paid_at
        self._paid_at.move_to_end(caller)
        if len(self._paid_at) > self._most:
            self._paid_at.popitem(last=False)

    def header(self, caller: Hashable) -> bytes:
        """RateLimit: r, the points that are left; t, seconds until all have come back."""
        ahead = max(0.0, self._paid_at.get(caller, 0.0) - self._clock())
        left = max(0, int((WINDOW_SECONDS - ahead) / self._point))
        return b'"%b";r=%d;t=%d' % (self._name, left, math.ceil(ahead))
