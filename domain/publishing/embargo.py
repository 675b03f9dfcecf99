"""The embargo that holds of an article, for whoever is about to make it public."""

from __future__ import annotations

from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.publishing.models import Embargo
from domain.publishing.rules import check_embargo


async def embargo_until(client: BaseDBAsyncClient, article_id: int) -> datetime | None:
    """The article's row is held."""
    row = await Embargo.get_or_none(article_id=article_id, using_db=client)
    return row.until if row else None


async def check_free(client: BaseDBAsyncClient, article_id: int, now: datetime) -> None:
    """Raises Conflict."""
    check_embargo(await embargo_until(client, article_id), now, path=("id",))
