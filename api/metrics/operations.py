"""The names under which operations are counted. Clients choose names: only those that are known
beforehand or come often have a place of their own, so that nobody can fill the memory with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from api.exchange import Exchange
from api.metrics.families import ERRORS, EVENTS, GRAPHQL, RESPONSES
from api.metrics.tally import Tally
from api.replies import Reply
from schema.execution.answers import Answer
from schema.execution.engine import Prepared
from schema.execution.subscribing import Following

UNNAMED = "(unnamed)"
OTHER = "(other)"
REFUSED = "(refused)"
"""Never prepared: no document, a wrong one, a token that opens nothing. No name of GraphQL's can
be any of these."""

MOST_NAMES = 100
OFTEN = 20
MOST_COUNTED = 1_000
LONGEST = 64


class OperationNames:
    """trusted: operations of trusted documents; each has its place from the start.

    Of others, up to `most` get one, those that first came `often` times.
    """

    def __init__(
        self, trusted: Iterable[str] = (), *, most: int = MOST_NAMES, often: int = OFTEN
    ) -> None:
        self._known = set(trusted)
        self._room = most
        self._often = often
        self._seen: Counter[str] = Counter()

    def of(self, name: str | None) -> str:
        if name is None:
            return UNNAMED
        return name if name in self._known else self._newcomer(name)

    def _newcomer(self, name: str) -> str:
        if self._room <= 0 or len(name) > LONGEST:
            return OTHER
        self._seen[name] += 1
        if self._seen[name] < self._often:
            if len(self._seen) > MOST_COUNTED:
                self._seen.clear()
            return OTHER
        self._room -= 1
        self._known.add(name)
        del self._seen[name]
        return name


class Operations:
    """Counts GraphQL requests under their operations' names."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self.names = OperationNames()

    def count(self, exchange: Exchange, reply: Reply, ended_at: float) -> None:
        tally = self._tally
        tally.count(RESPONSES, "/graphql", str(reply.status))
        if not exchange.asks:
            return  # for the page, or by a method there is not
        operation = self._operation(exchange, reply)
        tally.observe(GRAPHQL, ended_at - exchange.begun_at, operation)
        for code in reply.codes:
            tally.count(ERRORS, operation, code)

    def count_answer(self, prepared: Prepared, answer: Answer, seconds: float) -> None:
        """Of a query or mutation that came over a connection."""
        name = self.names.of(prepared.operation_name)
        self._tally.observe(GRAPHQL, seconds, name)
        self._count_errors(name, answer)

    def count_event(self, following: Following, answer: Answer) -> None:
        name = self.names.of(following.operation_name)
        self._tally.count(EVENTS, name)
        self._count_errors(name, answer)

    def _count_errors(self, operation: str, answer: Answer) -> None:
        for code in answer.codes:
            self._tally.count(ERRORS, operation, code)

    def _operation(self, exchange: Exchange, reply: Reply) -> str:
        if exchange.prepared is not None:
            return self.names.of(exchange.prepared.operation_name)
        return self.names.of(reply.operation) if exchange.is_hit else REFUSED
