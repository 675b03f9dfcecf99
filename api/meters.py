"""What one request takes of whose allowance, and what its answer says of that."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from starlette.types import Message, Send

from api.load import Load
from api.rates import RateLimited, Rates
from domain.access import Kind, Viewer

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
    it may read, or a millisecond of the processor for preparing what it asks.

    It stands between the application and the server: `send` adds what is left to the answer.
    """

    __slots__ = (
        "_allowances",
        "_caller",
        "_is_begun",
        "_is_inside",
        "_load",
        "_rates",
        "_retry_after",
        "_send",
        "address",
    )

    def __init__(self, allowances: Allowances, address: str, load: Load, send: Send) -> None:
        self._allowances = allowances
        self._rates = allowances.addresses
        self._caller: Hashable = address
        self._load = load
        self._is_inside = False
        self._send = send
        self._is_begun = True
        self._retry_after = 0
        self.address = address

    def enter(self) -> None:
        """Raises Overloaded and TooManyAtOnce; else `release` must follow."""
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

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            status = message["status"]
            headers = message["headers"] = [
                *message["headers"],
                (b"ratelimit-policy", self._rates.policy_header),
                (b"ratelimit", self._rates.header(self._caller)),
            ]
            if status == 401:
                self.fail()
            elif status == 429 and self._retry_after:
                headers.append((b"retry-after", b"%d" % self._retry_after))
        await self._send(message)
