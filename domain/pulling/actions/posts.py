"""Whether a post is still there, as its platform told."""

from __future__ import annotations

from domain.access import Act, require_administrator
from domain.audit import actions as audit
from domain.database import transaction
from domain.engagement.actions.record import mark_posts
from domain.pulling.actions.answers import STOP
from domain.pulling.actions.archive import GivenAnswer, keep

GONE = "UPDATE post SET state = 'GONE' WHERE id = $1 AND state = 'LIVE' RETURNING id"
STILL_THERE = "UPDATE post_pull SET missed = 0 WHERE post_id = $1"


async def mark_gone(act: Act, post_id: int, answer: GivenAnswer) -> bool:
    """The platform says it has the post no more: it keeps its last counts and is asked no more.

    answer: where the platform says so. False: it was marked before.
    """
    require_administrator(act.viewer)
    async with transaction() as client:
        await keep(client, answer)
        changed = await client.execute_query_dict(GONE, [post_id])
        await client.execute_query(STOP, [[post_id]])
        if changed:
            await mark_posts(client, [post_id])
            states = {"state": "LIVE"}, {"state": "GONE"}
            await audit.record(client, act, "post.mark_gone", f"Post:{post_id}", *states)
    return bool(changed)


async def mark_present(post_id: int) -> None:
    """The platform still has the post, though its batches leave it out."""
    async with transaction() as client:
        await client.execute_query(STILL_THERE, [post_id])
