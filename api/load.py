"""How many requests a process works on at once. Who comes when it is full is told so at once, and
those who came before are served: turning the oldest away would waste what was done for them."""

from __future__ import annotations


class TurnedAway(Exception):
    """Who comes is told to come later. status, code: of that answer."""

    status: int
    code: str
    retry_after = 1


class Overloaded(TurnedAway):
    """As many requests are under way as the process takes on."""

    status, code = 503, "OVERLOADED"

    def __init__(self) -> None:
        super().__init__("too much is under way here; try again soon")


class TooManyAtOnce(TurnedAway):
    """As many requests of this address are under way as one may have."""

    status, code = 429, "TOO_MANY_AT_ONCE"

    def __init__(self) -> None:
        super().__init__("too many requests at once from this address; wait for their answers")


class Load:
    """most: requests under way, from their first byte to their answer. each: of one address."""

    def __init__(self, most: int, each: int) -> None:
        self._most = most
        self._each = each
        self._by_address: dict[str, int] = {}
        self.under_way = 0
        self.turned_away = 0

    def enter(self, address: str) -> None:
        """Raises Overloaded and TooManyAtOnce. Who entered must leave."""
        count = self._by_address.get(address, 0)
        if self.under_way >= self._most:
            self.turned_away += 1
            raise Overloaded
        if count >= self._each:
            self.turned_away += 1
            raise TooManyAtOnce
        self.under_way += 1
        self._by_address[address] = count + 1

    def leave(self, address: str) -> None:
        self.under_way -= 1
        count = self._by_address[address] - 1
        if count:
            self._by_address[address] = count
        else:
            del self._by_address[address]
