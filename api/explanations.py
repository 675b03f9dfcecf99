"""`X-Xinfeng-Explain: 1`: an administrator sees how a query was answered."""

from __future__ import annotations

import time

from api.asked import BadRequest
from api.exchange import Exchange
from domain.outages import TimedOut
from domain.problems import Forbidden
from domain.reader import Reader, Unavailable
from schema.execution.answers import NOTHING, Answer
from schema.execution.engine import Prepared, failure
from schema.execution.explaining import explained

EXPLAIN = b"x-xinfeng-explain"


def wants_explanation(exchange: Exchange) -> bool:
    """Whether the header, which is there, asks for it. Raises BadRequest, and Forbidden for all
    but administrators."""
    match exchange.headers[EXPLAIN]:
        case b"0":
            return False
        case b"1":
            if not exchange.viewer.is_administrator:
                raise Forbidden("only an administrator's token may have a query explained")
            return True
        case _:
            raise BadRequest("X-Xinfeng-Explain must be 1 or 0")


async def explain(answer: Answer, exchange: Exchange, prepared: Prepared, reader: Reader) -> Answer:
    """The answer with its explanation; its statement is run once more for that."""
    durations = exchange.durations(time.perf_counter())
    milliseconds = {name: round(1e3 * seconds, 3) for name, seconds in durations.items()}
    plan = prepared.plan
    assert plan is not None
    try:
        explanation = await reader.explain(plan.sql, prepared.values) if plan.sql else None
    except (TimedOut, Unavailable) as error:
        return Answer(NOTHING, [failure(error, exchange.request_id)])
    return explained(answer, prepared, explanation, milliseconds)
