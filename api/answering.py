"""From a request that is here to its reply: who asks, what was kept, what is run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Hashable
from dataclasses import dataclass

from api.asked import BadRequest, from_body, from_query_string
from api.callers import Callers
from api.disconnects import Disconnects, Waiting
from api.exchange import Exchange
from api.explanations import EXPLAIN, explain, wants_explanation
from api.outcomes import reply_to
from api.replies import Reply
from api.shared_reads import SharedReads
from api.waiting import within
from domain.deadlines import ending_at
from domain.outages import TimedOut
from domain.reader import Reader
from domain.secrets import SecretBox
from schema.execution.answers import Answer
from schema.execution.context import Context
from schema.execution.documents import Refused
from schema.execution.engine import Engine, Prepared
from schema.planner.plan import Plan

GRACE_SECONDS = 2.0
"""For a transaction to roll back, and for what was written to be read, after the deadline."""

MOST_SECONDS = 3_600.0


@dataclass(frozen=True)
class Answering:
    """What lives as long as the process, and answers with it. address: where links lead."""

    engine: Engine
    box: SecretBox
    reader: Reader
    shared: SharedReads
    callers: Callers
    disconnects: Disconnects
    address: str

    async def reply(self, exchange: Exchange) -> Reply:
        """Kept from before where that is the same. Raises what `outcomes` calls EXPECTED, and
        Disconnected when nobody waits for it any more."""
        viewer = exchange.viewer = await self.callers.viewer_of(exchange.headers)
        meter = exchange.meter
        if meter is not None:
            meter.identify(viewer)
        explains = EXPLAIN in exchange.headers and wants_explanation(exchange)
        shares = not explains and not exchange.wants_fresh and b"prefer" not in exchange.headers
        key = (exchange.given, exchange.is_safe, exchange.media_type, viewer)
        if shares and (reply := self.shared.find(key)) is not None:
            exchange.is_hit = True
            return reply
        asked = from_query_string(exchange.given) if exchange.is_safe else from_body(exchange.given)
        spent_before = time.thread_time()
        try:
            prepared = exchange.prepared = self.engine.prepare(asked, viewer)
        except Refused as refused:
            return reply_to(Answer(None, refused.errors), exchange)
        finally:
            exchange.prepared_at = time.perf_counter()
            if meter is not None:
                meter.charge(exchange.cost, time.thread_time() - spent_before)
        plan = prepared.plan
        if plan is None:
            return await self._write(exchange, prepared, explains)
        may_keep = self.engine.max_age_seconds(plan) > 0
        may_share = shares and may_keep and self.shared.may_share(plan.tables)
        return await self._read(exchange, prepared, plan, key if may_share else None, explains)

    async def _write(self, exchange: Exchange, prepared: Prepared, explains: bool) -> Reply:
        """A mutation: it goes on to its end, whoever waits. What was shared before it is not found
        again in this process, as whoever writes may read it next."""
        if explains:
            raise BadRequest("only a query can be explained")
        now = asyncio.get_running_loop().time()
        seconds = min(exchange.ends_at - now, MOST_SECONDS)
        with ending_at(now + seconds):
            work = self._run(exchange, prepared)
            try:
                return reply_to(await within(seconds + GRACE_SECONDS, work), exchange)
            except TimeoutError:
                raise TimedOut from None  # the database does not even roll back
            finally:
                self.shared.forget()

    async def _read(
        self,
        exchange: Exchange,
        prepared: Prepared,
        plan: Plan,
        key: Hashable | None,
        explains: bool,
    ) -> Reply:
        """key: what to share it by, unless it is not to be shared."""
        with self.disconnects.running(exchange.receive, exchange.ends_at) as waiting:
            if key is not None:
                return await self._shared(key, exchange, prepared, plan, waiting)
            answer = await self._run(exchange, prepared)
            if explains and not answer.errors:
                answer = await explain(answer, exchange, prepared, self.reader)
            return reply_to(answer, exchange, self.engine.max_age_seconds(plan))

    async def _shared(
        self,
        key: Hashable,
        exchange: Exchange,
        prepared: Prepared,
        plan: Plan,
        waiting: Waiting,
    ) -> Reply:
        mark = self.shared.mark(plan.tables)

        async def ask() -> Reply:
            answer = await self._run(exchange, prepared)
            reply = reply_to(answer, exchange, self.engine.max_age_seconds(plan))
            reply.operation = prepared.operation_name
            if not answer.errors:
                self.shared.keep(key, reply, plan.tables, mark)
            return reply

        kind = (exchange.viewer, exchange.is_safe, exchange.media_type)
        return await self.shared.once((prepared.question, kind), mark, waiting, ask)

    async def _run(self, exchange: Exchange, prepared: Prepared) -> Answer:
        context = Context(
            exchange.viewer, self.callers.now(), exchange.request_id, self.box, self.address
        )
        return await self.engine.run(prepared, context, self.reader)
