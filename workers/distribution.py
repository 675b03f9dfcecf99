"""Sends articles to the accounts whose platform has an interface for it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from domain.access import SYSTEM, Act
from domain.database import transaction
from domain.distribution.actions import Carried, Due, claim, taken, turned_away
from domain.partners.models import Account
from domain.problems import Problem
from workers.accounts import pulled_account
from workers.http import ask
from workers.platforms.failures import PullFailure, Refused, Retryable, Throttled
from workers.platforms.protocol import PulledAccount
from workers.publishers import PUBLISHERS
from workers.publishers.protocol import Publisher
from workers.tools import Tools

AT_ONCE = 10
ROUNDS = 20
"""Portions a job sends before others have a turn."""

log = structlog.get_logger()


async def send_due(tools: Tools) -> None:
    """Until nothing is due, or others should have a turn."""
    for _ in range(ROUNDS):
        async with transaction() as client:
            due = await claim(client, now=tools.clock(), most=AT_ONCE)
        await asyncio.gather(*(_send(tools, each) for each in due))
        if len(due) < AT_ONCE:
            return


async def _send(tools: Tools, due: Due) -> None:
    try:
        carried = await (_found if due.is_cancelled else _put)(tools, due)
        is_news = await taken(Act(SYSTEM, tools.clock()), due, carried)
        log.info("distribution_sent", distribution=due.id, attempt=due.attempts, news=is_news)
    except PullFailure as failure:
        await _turned_away(tools, due, failure)
    except Problem as problem:
        # It stands there, and we cannot register it: that post is known as something else's.
        await turned_away(Act(SYSTEM, tools.clock()), due, problem.message, for_good=True)
        log.warning("distribution_not_registered", distribution=due.id, why=problem.message)


async def _put(tools: Tools, due: Due) -> Carried:
    """Raises PullFailure."""
    row = await Account.get(id=due.account_id)
    account, publisher = pulled_account(tools, row), PUBLISHERS[row.platform]
    key = _key(due)
    if due.attempts > 1:
        there = await _search(tools, publisher, account, key)
        if there is not None:
            return there
    request = publisher.build(account, due.package, key)
    return publisher.read(await ask(tools.session, request, tools.clock))


async def _found(tools: Tools, due: Due) -> Carried:
    """What was cancelled while it was being sent, if it arrived. Raises PullFailure."""
    row = await Account.get(id=due.account_id)
    account, publisher = pulled_account(tools, row), PUBLISHERS[row.platform]
    there = await _search(tools, publisher, account, _key(due))
    if there is None:
        raise Refused("it did not arrive")
    return there


def _key(due: Due) -> str:
    return f"xinfeng-{due.id}"


async def _search(
    tools: Tools, publisher: Publisher, account: PulledAccount, key: str
) -> Carried | None:
    request = publisher.build_search(account, key)
    if request is None:
        return None
    return publisher.read_search(await ask(tools.session, request, tools.clock))


async def _turned_away(tools: Tools, due: Due, failure: PullFailure) -> None:
    now = tools.clock()
    wait: timedelta | None = None
    if isinstance(failure, Throttled):
        wait = failure.until - now
    elif isinstance(failure, Retryable) and failure.after_seconds is not None:
        wait = timedelta(seconds=failure.after_seconds)
    for_good = not isinstance(failure, Throttled | Retryable)
    state = await turned_away(
        Act(SYSTEM, now), due, failure.reason, for_good=for_good, retry_after=wait
    )
    log.warning(
        "distribution_failed",
        distribution=due.id,
        attempt=due.attempts,
        why=failure.reason,
        state=state,
    )
