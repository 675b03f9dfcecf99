"""A publication or a withdrawal is planned, moved, cancelled. The article's row is held before its
plans are, by whoever writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient

from domain import moments
from domain.access import Act
from domain.articles.access import visible as article_visible
from domain.articles.models import Article
from domain.articles.rules import check_publishable
from domain.audit import actions as audit
from domain.audit.actions import actor_id
from domain.changes import change, check_version, locked, missing
from domain.gates import own, own_locked
from domain.ids import format_id
from domain.permissions import Permission
from domain.problems import Conflict
from domain.publishing.access import visible
from domain.publishing.embargo import embargo_until
from domain.publishing.models import PublicationPlan
from domain.publishing.rules import (
    Planned,
    PlannedStep,
    PlanState,
    check_embargo,
    check_order,
    check_planned,
)

PUBLISH = Permission.PUBLISH_ARTICLE
AT = ("at",)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlan:
    """revision: which is to be public, the newest if none is named; of a withdrawal none."""

    article_id: int
    step: PlannedStep
    at: datetime
    revision: int | None = None


async def plan(act: Act, new: NewPlan) -> int:
    """Raises Conflict where the article has such a plan already, or an embargo holds by then."""
    async with change(act, PUBLISH) as client:
        at = moments.future(new.at, now=act.now, path=AT)
        article = await own_locked(client, act, PUBLISH, Article, new.article_id, article_visible)
        revision = _revision(article, new)
        await _check_time(client, article, new.step, at)
        row = await PublicationPlan.create(
            using_db=client,
            article_id=article.id,
            step=new.step,
            revision=revision,
            at=at,
            state=PlanState.PLANNED,
            maker_id=actor_id(act.viewer),
            maker=act.viewer.name,
            request_id=act.request_id,
            created_at=act.now,
        )
        after = {
            "article": format_id("Article", article.id),
            "step": new.step,
            "revision": revision,
            "at": at,
        }
        await _tell(client, act, "publication.plan", row, {}, after)
        return int(row.id)


async def move(act: Act, plan_id: int, version: int, at: datetime) -> None:
    """To another time; from then on it is this caller's plan."""
    async with change(act, PUBLISH) as client:
        at = moments.future(at, now=act.now, path=AT)
        article, row = await _held(client, act, plan_id, version)
        await _check_time(client, article, row.step, at, but=row.id)
        before = {"at": row.at}
        row.update_from_dict(
            {
                "at": at,
                "maker_id": actor_id(act.viewer),
                "maker": act.viewer.name,
                "request_id": act.request_id,
                "version": row.version + 1,
            }
        )
        await row.save(using_db=client)
        await _tell(client, act, "publication.move", row, before, {"at": at})


async def cancel(act: Act, plan_id: int, version: int) -> None:
    """What is taken back later needs no cancelling of its own: it will find nothing to do."""
    async with change(act, PUBLISH) as client:
        _, row = await _held(client, act, plan_id, version)
        row.update_from_dict(
            {"state": PlanState.CANCELLED, "ended_at": act.now, "version": row.version + 1}
        )
        await row.save(using_db=client)
        before, after = {"state": PlanState.PLANNED}, {"state": PlanState.CANCELLED}
        await _tell(client, act, "publication.cancel", row, before, after)


def _revision(article: Article, new: NewPlan) -> int | None:
    """Raises NotFound, Conflict."""
    if new.step is PlannedStep.WITHDRAW:
        return None
    number = article.head_number if new.revision is None else new.revision
    if not 1 <= number <= article.head_number:
        raise missing("revision")
    check_publishable(article.public_number, number)
    return number


async def _check_time(
    client: BaseDBAsyncClient, article: Article, step: PlannedStep, at: datetime, *, but: int = 0
) -> None:
    """but: the plan that is moved. Raises Conflict, Invalid."""
    if step is PlannedStep.PUBLISH:
        check_embargo(await embargo_until(client, article.id), at, path=AT)
    others = await PublicationPlan.filter(
        article_id=article.id, state=PlanState.PLANNED, id__not=but
    ).using_db(client)
    for other in others:
        if other.step is step:
            message = f"this is planned already, for {other.at.isoformat()}: move that"
            raise Conflict(message, path=("step",), code="PLANNED")
    plans = [Planned(step, at), *(Planned(other.step, other.at) for other in others)]
    check_order(plans, is_public=article.public_number is not None)


async def _held(
    client: BaseDBAsyncClient, act: Act, plan_id: int, version: int
) -> tuple[Article, PublicationPlan]:
    """Raises NotFound, Forbidden, Conflict."""
    known = await PublicationPlan.get_or_none(id=plan_id, using_db=client)
    if known is None:
        raise missing("id", "plan")
    article = await locked(client, Article, known.article_id)
    row = await locked(client, PublicationPlan, plan_id)
    await own(client, act, PUBLISH, row, article.organization_id, visible)
    check_version(row, version)
    check_planned(row.state)
    return article, row


async def _tell(
    client: BaseDBAsyncClient,
    act: Act,
    action: str,
    row: PublicationPlan,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> None:
    subject = format_id("PublicationPlan", row.id)
    await audit.record(client, act, action, subject, before or None, after)
