"""What an adapter is: it builds requests and reads answers, and does nothing else.

An adapter asks nobody, keeps nothing and knows no clock: each of its functions is a pure function
of its arguments, so that recorded answers test it whole.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from domain.partners.rules import Platform
from domain.pulling.rules import BudgetRule, CounterValue


@dataclass(frozen=True, slots=True)
class PulledAccount:
    """An account as an adapter sees it. base_url: where to ask instead of the usual address."""

    id: int
    platform: Platform
    external_id: str
    base_url: str = ""
    token: str = field(default="", repr=False)
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. secret_params are sent with params, but shown nowhere."""

    method: str
    url: str
    params: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret_params: Sequence[tuple[str, str]] = field(default=(), repr=False)
    body: bytes | None = None

    @property
    def full_url(self) -> str:
        """The address as it is sent, credentials and all."""
        return self._with((*self.params, *self.secret_params))

    def shown(self) -> str:
        """The request for the archive and the logs, without any credential."""
        body = f" {self.body.decode(errors='replace')}" if self.body else ""
        return f"{self.method} {self._with(self.params)}{body}"

    def _with(self, params: Sequence[tuple[str, str]]) -> str:
        query = urlencode(params, safe=",[]", quote_via=quote)
        return f"{self.url}?{query}" if query else self.url


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, whole. headers: names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer says. A post it leaves out, and a counter it does not give, is not here.

    unreadable: how many counters were there but were no counters.
    """

    values: tuple[CounterValue, ...] = ()
    unreadable: int = 0


class PullFailure(Exception):
    """Why there is no reading. `reason` is for people and holds no credential."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Retryable(PullFailure):
    """The same request may succeed later. after_seconds: when the platform said so."""

    def __init__(self, reason: str, after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.after_seconds = after_seconds


class Throttled(PullFailure):
    """The platform has had enough until a moment it named, or that its rules give."""

    def __init__(self, reason: str, until: datetime) -> None:
        super().__init__(reason)
        self.until = until


class Expired(PullFailure):
    """The credentials no longer hold. Nothing but a person's act helps."""


class Refused(PullFailure):
    """The request itself is refused, and will be refused again."""


class Adapter(Protocol):
    """One platform. batch_size: the most posts one request asks about."""

    @property
    def platform(self) -> Platform: ...

    @property
    def batch_size(self) -> int: ...

    def budget(self, account: PulledAccount) -> BudgetRule:
        """The allowance a request for this account uses one unit of."""
        ...

    def build(self, account: PulledAccount, external_ids: Sequence[str]) -> Request:
        """One request for all of them. Raises Expired or Refused when none can be made."""
        ...

    def read(
        self, account: PulledAccount, external_ids: Collection[str], answer: Answer
    ) -> Reading:
        """What the answer to `build` says of these posts, of each metric once. Raises PullFailure,
        and nothing else, whatever the answer holds."""
        ...

    def build_probe(self, account: PulledAccount, external_id: str) -> Request:
        """Asks whether a post still exists, for a platform that leaves out in silence."""
        ...

    def read_probe(self, account: PulledAccount, external_id: str, answer: Answer) -> bool:
        """Whether it does. Raises PullFailure when the answer does not tell."""
        ...
