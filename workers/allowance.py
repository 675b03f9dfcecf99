"""Calls of an account's allowance, taken ahead, so that not each is a transaction of its own."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from domain.pulling.budgets import give_back, reserve
from domain.pulling.rules import BudgetRule, Window, window_of

MOST_HELD = 50
LARGEST_SHARE = 20
"""One in so many calls of a window at most is held: that is lost when the process is killed, since
what is taken stays counted until it is given back."""


class Held(NamedTuple):
    """Calls that are taken and not yet made. rule: of one call."""

    rule: BudgetRule
    window: Window
    is_fresh: bool
    calls: int


class Allowance:
    """Of one pull, which gives back at its end what it did not need."""

    def __init__(self) -> None:
        self._held: Held | None = None

    async def take(
        self, rule: BudgetRule, now: datetime, *, is_fresh: bool, expected: int
    ) -> datetime | None:
        """One call; expected: how many of the kind will be asked for, this one included.

        None: it may be made. Otherwise nothing was taken, and this is when the next window opens.
        """
        window = window_of(rule, now)
        held = self._held
        if held is not None and held[:3] == (rule, window, is_fresh) and held.calls > 0:
            self._held = held._replace(calls=held.calls - 1)
            return None
        await self.give_back()
        most = min(expected, MOST_HELD, rule.calls // LARGEST_SHARE)
        if most > 1 and await reserve(rule, now, is_fresh=is_fresh, calls=most) is None:
            self._held = Held(rule, window, is_fresh, most - 1)
            return None
        return await reserve(rule, now, is_fresh=is_fresh)

    async def give_back(self) -> None:
        held, self._held = self._held, None
        if held is not None and held.calls > 0:
            await give_back(held.rule, held.window, held.calls)
