"""Carries out what is planned of articles, when its time has come."""

from __future__ import annotations

import structlog

from domain.publishing.actions.execution import Due, carry_out, next_due
from domain.publishing.rules import PlanState
from domain.spans import Kind, span
from workers.tools import Tools

MOST_AT_ONCE = 500
"""After so many others have a turn; the rest is due still."""

log = structlog.get_logger()


async def publish_due(tools: Tools) -> None:
    """Each in a transaction of its own. One that breaks is tried again the next time, and holds the
    others up no longer."""
    broken: set[int] = set()
    for _ in range(MOST_AT_ONCE):
        due = await next_due(tools.clock(), broken)
        if due is None:
            return
        if not await _carried_out(tools, due):
            broken.add(due.plan_id)


async def _carried_out(tools: Tools, due: Due) -> bool:
    try:
        done = await carry_out(due, tools.clock())
    except Exception as error:
        log.exception("plan_broke", plan_id=due.plan_id, exc_info=error)
        return False
    if done is None:
        return True
    attributes = {"xinfeng.plan_id": done.plan_id, "xinfeng.state": done.state.value}
    with span("plan", Kind.INTERNAL, attributes, done.request_id):
        pass  # a moment in the trace of the request that planned it
    say = log.warning if done.state is PlanState.FAILED else log.info
    say(
        "plan_carried_out",
        plan_id=done.plan_id,
        article_id=done.article_id,
        state=done.state.value,
        why=done.told,
        request_id=done.request_id,
    )
    return True
