"""What an adapter is: it builds requests and reads answers, and does nothing else.

An adapter asks nobody, keeps nothing and knows no clock: each of its functions is a pure function
of its arguments, so that recorded answers test it whole.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from domain.partners.credentials import TOKEN, Secrets
from domain.partners.rules import Platform
from domain.pulling.rules import BudgetRule, CounterValue, Rhythm

EXPIRES_AT = "expires_at"


@dataclass(frozen=True, slots=True)
class PulledAccount:
    """An account as an adapter sees it. base_url: where to ask instead of the usual address.

    secrets: its credential's parts by name; one that is a single text is its "access_token".
    """

    id: int
    platform: Platform
    external_id: str
    base_url: str = ""
    secrets: Secrets = field(default_factory=dict, repr=False)
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def token(self) -> str:
        return self.secrets.get(TOKEN, "")

    def has_token(self, now: datetime) -> bool:
        """Whether there is one that should still hold: "expires_at" among the secrets, if an
        adapter or a person put it there, says until when, as an ISO moment with its offset from
        UTC. What is no such moment says nothing: then the platform will tell."""
        try:
            ends_at = datetime.fromisoformat(self.secrets.get(EXPIRES_AT, ""))
        except ValueError:
            return bool(self.token)
        return bool(self.token) and (ends_at.tzinfo is None or now < ends_at)


class AskedPost(NamedTuple):
    """A post as an adapter sees it; moments are aware, url may be empty.

    seen_at: the last answer that held it; None while the platform has never shown it.
    """

    external_id: str
    posted_at: datetime
    url: str = ""
    seen_at: datetime | None = None


class Asking(NamedTuple):
    """The circumstances of one request. now: aware. nonce: 32 random hexadecimal digits."""

    now: datetime
    nonce: str


@dataclass(frozen=True)  # no slots: its address is put together once
class Request:
    """One HTTP request. secret_params are sent with params, but shown nowhere.

    shows_body: whether the body holds no credential, and may be archived.
    """

    method: str
    url: str
    params: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret_params: Sequence[tuple[str, str]] = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)
    shows_body: bool = True

    @property
    def full_url(self) -> str:
        """The address as it is sent, credentials and all."""
        if not self.secret_params:
            return self._shown_url
        return self._with((*self.params, *self.secret_params))

    @cached_property
    def _shown_url(self) -> str:
        return self._with(self.params)

    def shown(self) -> str:
        """The request for the archive and the logs, without any credential."""
        shown = self.body if self.shows_body else None
        body = f" {shown.decode(errors='replace')}" if shown else ""
        return f"{self.method} {self._shown_url}{body}"

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
    is_provisional: the platform says that it is still counting: its values are recorded as
    provisional, whatever they say themselves, and it is asked again soon.
    """

    values: tuple[CounterValue, ...] = ()
    unreadable: int = 0
    is_provisional: bool = False


class Adapter(ABC):
    """One platform; subclass it. What is not abstract has a default that most can keep.

    batch_size: the most posts one request asks about.
    can_probe: whether the platform can tell that a post it leaves out is gone.
    revision: raise it when the adapter asks another endpoint: accounts whose endpoint was Retired
    under an older one are asked again.
    """

    platform: Platform
    batch_size: int = 1
    can_probe: bool = False
    revision: int = 1

    @abstractmethod
    def budget(self, account: PulledAccount) -> BudgetRule:
        """The allowance that a request for this account uses `cost` units of."""

    def rhythm(self, account: PulledAccount) -> Rhythm:
        """When there is news of the account's posts, and for how long."""
        return Rhythm()

    def choose(
        self, account: PulledAccount, posts: Sequence[AskedPost], now: datetime
    ) -> Sequence[AskedPost]:
        """Those of the due posts, newest first, that one request can be about; at least one.

        For a platform that answers by day, say, those of the first one's day.
        """
        return posts[: self.batch_size]

    @abstractmethod
    def build(self, account: PulledAccount, posts: Sequence[AskedPost], asking: Asking) -> Request:
        """One request for all of them. Raises Expired or Refused when none can be made."""

    @abstractmethod
    def read(self, account: PulledAccount, posts: Sequence[AskedPost], answer: Answer) -> Reading:
        """What the answer to `build` says of these posts: each counter once, or once for each
        moment or period it gives. Raises PullFailure, and nothing else, whatever the answer holds.
        """

    def probe_budget(self, account: PulledAccount) -> BudgetRule:
        return self.budget(account)

    def build_probe(self, account: PulledAccount, post: AskedPost, asking: Asking) -> Request:
        """Asks whether a post still exists; needed where the platform can tell."""
        raise NotImplementedError

    def read_probe(self, account: PulledAccount, post: AskedPost, answer: Answer) -> bool:
        """Whether it does. Raises PullFailure when the answer does not tell."""
        raise NotImplementedError

    def renewal(self, account: PulledAccount, asking: Asking) -> Request | None:
        """Asks for a fresh token once the old one is Expired; None where only a person can get
        one. Neither the request nor its answer is archived."""
        return None

    def read_renewal(self, account: PulledAccount, answer: Answer) -> Secrets:
        """The parts of the credential that are new. Raises PullFailure when there are none."""
        raise NotImplementedError
