"""An article may not be public before a moment, whoever would publish it."""

from __future__ import annotations

from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient

from domain import moments, text
from domain.access import Act
from domain.articles.access import visible
from domain.articles.models import Article
from domain.audit import actions as audit
from domain.changes import change, missing
from domain.gates import own_locked
from domain.ids import format_id
from domain.permissions import Permission
from domain.problems import Conflict
from domain.publishing.models import Embargo, PublicationPlan
from domain.publishing.rules import PlannedStep, PlanState

PUBLISH = Permission.PUBLISH_ARTICLE
UNTIL = ("until",)


async def set_embargo(act: Act, article_id: int, until: datetime, reason: str = "") -> None:
    """In place of the one before, if there was one. Raises Conflict for what is public already, and
    where a publication is planned for an earlier moment: move that first."""
    async with change(act, PUBLISH) as client:
        ends_at = moments.future(until, now=act.now, path=UNTIL)
        values = {
            "until": ends_at,
            "reason": text.line(reason, path=("reason",), longest=500, required=False),
        }
        article = await own_locked(client, act, PUBLISH, Article, article_id, visible)
        if article.public_number is not None:
            raise Conflict("it is public already", path=("article_id",), code="WRONG_STATUS")
        await _check_plans(client, article.id, ends_at)
        row = await Embargo.get_or_none(article_id=article.id, using_db=client)
        before = {name: getattr(row, name) for name in values} if row else None
        given = {**values, "setter": act.viewer.name, "set_at": act.now}
        if row is None:
            await Embargo.create(using_db=client, article_id=article.id, **given)
        else:
            await row.update_from_dict(given).save(using_db=client)
        await audit.record(
            client, act, "article.set_embargo", format_id("Article", article.id), before, values
        )


async def lift_embargo(act: Act, article_id: int) -> None:
    """Raises NotFound where none holds."""
    async with change(act, PUBLISH) as client:
        article = await own_locked(client, act, PUBLISH, Article, article_id, visible)
        row = await Embargo.get_or_none(article_id=article.id, using_db=client)
        if row is None or row.until <= act.now:
            raise missing("article_id", "embargo")
        await row.delete(using_db=client)
        before = {"until": row.until, "reason": row.reason}
        subject = format_id("Article", article.id)
        await audit.record(client, act, "article.lift_embargo", subject, before)


async def _check_plans(client: BaseDBAsyncClient, article_id: int, until: datetime) -> None:
    earlier = await PublicationPlan.get_or_none(
        article_id=article_id,
        step=PlannedStep.PUBLISH,
        state=PlanState.PLANNED,
        at__lt=until,
        using_db=client,
    )
    if earlier is not None:
        message = f"it is planned to be public at {earlier.at.isoformat()}"
        raise Conflict(message, path=UNTIL, code="PLANNED")
