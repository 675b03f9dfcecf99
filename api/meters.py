"""What one request takes of whose allowance, and what its answer says of that."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from api.load import Load
from api.rates import RateLimited, Rates
from api.replies import Pairs
from domain.access import Kind, Viewer

METER = "xinfeng.meter"
"""Where a scope holds its meter."""

ROWS_A_POINT = 100


@dataclass(frozen=True, slots=True)
class Allowances:
    """addresses: of who says nothing of themselves. callers: of users, tokens and partners.
    failures: of addresses that send tokens which open nothing."""

    addresses: Rates
    callers: Rates
    failures: Rates


class Meter:
    """Of one request, or of one connection that carries many. A point is a request, a hundred rows
    it may read, or a millisecond of the processor for preparing what it asks."""

    __slots__ = (
        "_allowances",
        "_caller",
        "_is_begun",
        "_is_inside",
        "_load",
        "_rates",
        "_retry_after",
        "address",
    )

    def __init__(self, allowances: Allowances, address: str, load: Load) -> None:
        self._allowances = allowances
        self._rates = allowances.addresses
        self._caller: Hashable = address
        self._load = load
        self._is_inside = False
        self._is_begun = True
        self._retry_after = 0
        self.address = address

    def enter(self) -> None:
        """Raises TurnedAway; else `release` must follow."""
        self._load.enter(self.address)
        self._is_inside = True

    def release(self) -> None:
        """It is no longer under way: answered, or followed from now on, which is counted apart."""
        if self._is_inside:
            self._is_inside = False
            self._load.leave(self.address)

    def begin(self, *, is_known: bool) -> None:
        """is_known: it brought what says who sends it, so that is to be asked first. Raises
        RateLimited."""
        self._is_begun = not is_known
        if is_known:
            self._take(self._allowances.failures, self.address, 0)
        else:
            self._take(self._rates, self._caller, 1)

    def identify(self, viewer: Viewer) -> None:
        """Whose allowance it is from now on. Raises RateLimited."""
        if viewer.kind is not Kind.ANONYMOUS:
            self._rates, self._caller = self._allowances.callers, (viewer.kind, viewer.number)
        elif self._is_begun:
            return
        self._take(self._rates, self._caller, 1)

    def fail(self) -> None:
        """What it brought opens nothing."""
        self._allowances.failures.owe(self.address, 1)

    def take_message(self) -> None:
        """One more message over its connection. Raises RateLimited."""
        self._take(self._rates, self._caller, 1)

    def charge(self, rows: int, seconds: float) -> None:
        """Before it is run. seconds: of the processor, to prepare it. Raises RateLimited."""
        if seconds >= 0.001:
            self._rates.owe(self._caller, int(1000 * seconds))
        if rows >= ROWS_A_POINT:
            self._take(self._rates, self._caller, rows // ROWS_A_POINT)

    def _take(self, rates: Rates, caller: Hashable, points: int) -> None:
        try:
            rates.take(caller, points)
        except RateLimited as error:
            self._retry_after = error.retry_after
            raise

    def told(self, status: int) -> Pairs:
        """What an answer of that status says of the allowance. Of 401 note is taken: what the
        request brought opens nothing."""
        if status == 401:
            self.fail()
        headers = (
            (b"ratelimit-policy", self._rates.policy_header),
            (b"ratelimit", self._rates.header(self._caller)),
        )
        if status == 429 and self._retry_after:
            return (*headers, (b"retry-after", b"%d" % self._retry_after))
        return headers
