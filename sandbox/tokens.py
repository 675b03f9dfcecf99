"""Access tokens that were handed out, and nonces that were used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import count
from typing import NamedTuple


class Token(NamedTuple):
    """ends_at: unix seconds."""

    text: str
    ends_at: float


class Tokens:
    """Who holds which access token until when. clock: unix seconds.

    renewals: how often each owner was given new tokens for a refresh token.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.now = clock
        self.renewals: Counter[str] = Counter()
        self._held: dict[str, tuple[str, float]] = {}
        self._numbers = count(1)

    def issue(self, owner: str, lifetime_seconds: float) -> Token:
        """A new token; those the owner has already hold on."""
        token = Token(f"{owner}.token-{next(self._numbers)}", self.now() + lifetime_seconds)
        self._held[token.text] = owner, token.ends_at
        return token

    def standing(self, owner: str) -> Token | None:
        """The owner's token that holds longest, if any holds."""
        held = [
            Token(text, ends_at)
            for text, (whose, ends_at) in self._held.items()
            if whose == owner and ends_at > self.now()
        ]
        return max(held, key=lambda token: token.ends_at, default=None)

    def owner(self, text: str) -> str | None:
        """None for a token that is unknown or over."""
        whose, ends_at = self._held.get(text, ("", 0.0))
        return whose if ends_at > self.now() else None

    def was_issued(self, text: str) -> bool:
        return text in self._held

    def end_all(self) -> None:
        """No token holds any more."""
        self._held = {text: (owner, 0.0) for text, (owner, _) in self._held.items()}


class Nonces:
    """Those that were used, for as long as somebody could use them again. clock: unix seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept_until: dict[str, float] = {}

    def use(self, nonce: str, seconds: float) -> bool:
        """Whether it is new; then it is remembered for that long."""
        now = self._clock()
        self._kept_until = {each: end for each, end in self._kept_until.items() if end > now}
        if nonce in self._kept_until:
            return False
        self._kept_until[nonce] = now + seconds
        return True
