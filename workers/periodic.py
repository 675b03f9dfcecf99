"""What is done again and again, whoever asks for it: a list of named pieces of work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

import structlog

from domain.access import SYSTEM, Act
from domain.articles.actions import forget_editing
from domain.database import transaction
from domain.inflation.finding import find
from domain.reviews.actions.escalation import escalate
from domain.webhooks.outbox import tell_crossings
from workers import distribution, webhooks
from workers.links import check_links, keep_what_is_public
from workers.media import render_due, sweep_store
from workers.publishing import publish_due
from workers.tools import Tools

EVERY_TWO_SECONDS = "* * * * * */2"
EVERY_FIVE_SECONDS = "* * * * * */5"
EVERY_MINUTE = "* * * * *"
HOURLY = "17 * * * *"
HOURLY_LATER = "47 * * * *"

log = structlog.get_logger()


class Periodic(NamedTuple):
    """cron: when, with seconds as a sixth field. One runs at a time, in all workers together, and
    one waits at most."""

    name: str
    cron: str
    work: Callable[[Tools], Awaitable[None]]


async def send_webhooks(tools: Tools) -> None:
    """Tells of thresholds that were reached, and sends what is due."""
    async with transaction() as client:
        await tell_crossings(client, now=tools.clock())
    await webhooks.send_due(tools)


async def review_inflation(tools: Tools) -> None:
    """Puts what looks bought into the queue of flags."""
    found = await find(Act(SYSTEM, tools.clock()), zone=tools.zone)
    log.info("inflation_reviewed", new_flags=found)


async def escalate_reviews(tools: Tools) -> None:
    """Marks the stages of reviews that are overdue, and tells of them."""
    marked = await escalate(tools.clock())
    if marked:
        log.info("reviews_overdue", marked=marked)


async def forget_editors(tools: Tools) -> None:
    """Takes out who edits an article no longer and did not say so."""
    await forget_editing(tools.clock())


PERIODIC = [
    Periodic("forget_editors", EVERY_MINUTE, forget_editors),
    Periodic("publish", EVERY_TWO_SECONDS, publish_due),
    Periodic("distribution", EVERY_TWO_SECONDS, distribution.send_due),
    Periodic("webhooks", EVERY_TWO_SECONDS, send_webhooks),
    Periodic("escalate_reviews", EVERY_MINUTE, escalate_reviews),
    Periodic("render_media", EVERY_TWO_SECONDS, render_due),
    Periodic("sweep_media", HOURLY_LATER, sweep_store),
    Periodic("check_links", EVERY_TWO_SECONDS, check_links),
    Periodic("keep_fingerprints", EVERY_MINUTE, keep_what_is_public),
    Periodic("review_inflation", HOURLY_LATER, review_inflation),
]
