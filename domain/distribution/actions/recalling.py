"""An article that was sent out is withdrawn."""

from __future__ import annotations

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act
from domain.distribution.actions.answering import settle
from domain.distribution.models import Distribution
from domain.distribution.rules import OPEN, DistributionState

REASON = "the article was withdrawn"


async def recall(client: BaseDBAsyncClient, act: Act, article_id: int) -> None:
    """Nothing of it goes out any more: what is open is cancelled, in the transaction that withdraws
    it. What stands somewhere already stays ACCEPTED and counted; that it is recalled follows from
    the article's state. What a worker had begun to send becomes so when it turns out that it
    arrived (sending.py)."""
    rows = Distribution.filter(article_id=article_id, state__in=list(OPEN)).using_db(client)
    for row in await rows.select_for_update(no_key=True).order_by("id"):
        await settle(client, act, row, DistributionState.CANCELLED, "distribution.cancel", REASON)
