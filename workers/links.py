"""Asks whether what articles under review link to is still there."""

from __future__ import annotations

import asyncio

import structlog
from aiohttp import ClientError, ClientSession
from yarl import URL

from domain.access import SYSTEM, Act
from domain.articles.actions.checking import keep_fingerprints, links_of
from domain.database import transaction
from domain.reviews.actions.findings import keep_dead_links
from domain.reviews.actions.running import held
from domain.reviews.reading import links_to_ask
from outgoing.guards import Guard, NotAllowed
from workers.guarded import guarded_session
from workers.tools import Tools

MOST_REVIEWS = 20
MOST_LINKS = 50
MOST_REDIRECTS = 5
DEAD = frozenset({404, 410})
"""What a server says of what is not there. Other refusals (401, 429, 5xx …) say nothing of it."""

log = structlog.get_logger()


async def check_links(tools: Tools) -> None:
    """Of the revisions under review whose links nobody asked yet."""
    async with guarded_session(Guard(tools.private_networks)) as session:
        for review_id, subject_id, revision in await links_to_ask(MOST_REVIEWS):
            links = (await links_of(subject_id, revision))[:MOST_LINKS]
            answers = await asyncio.gather(*(is_dead(session, link) for _, link in links))
            dead = [link for link, gone in zip(links, answers, strict=True) if gone]
            async with transaction() as client:
                run = await held(client, review_id)
                act = Act(SYSTEM, tools.clock())
                await keep_dead_links(client, act, run, revision, dead)
            log.info("links_checked", review_id=review_id, links=len(links), dead=len(dead))


async def is_dead(session: ClientSession, link: str) -> bool:
    """Whether it leads to nothing: no such host or page, or an address of a private network, which
    no reader could follow. What only takes too long is not known to be dead."""
    try:
        async with session.get(
            URL(link), allow_redirects=True, max_redirects=MOST_REDIRECTS
        ) as response:
            return response.status in DEAD
    except TimeoutError:
        return False
    except (NotAllowed, ClientError, ValueError):
        return True


async def keep_what_is_public(tools: Tools) -> None:
    """So that what is submitted is compared with it."""
    kept = await keep_fingerprints()
    if kept:
        log.info("fingerprints_kept", articles=kept)
