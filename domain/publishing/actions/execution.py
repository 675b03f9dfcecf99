"""What is due of the plans is carried out: each once, in the order of their times, with the rights
that who planned it holds by then."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import EVERY_SCOPE, SYSTEM, Act, Kind, Scope, Viewer
from domain.articles import actions as articles
from domain.articles.models import Article
from domain.audit import actions as audit
from domain.changes import locked
from domain.database import transaction
from domain.grants import holding
from domain.ids import format_id, parse_id
from domain.problems import Problem
from domain.publishing.models import PublicationPlan
from domain.publishing.rules import PlannedStep, PlanState, nothing_left
from domain.tokens.models import Token
from domain.users.models import User
from domain.users.rules import UserState

DUE = """
SELECT id, article_id FROM publication_plan
WHERE state = 'PLANNED' AND at <= $1 AND at <= now() + interval '1 minute'
    AND NOT id = ANY($2::bigint[])
ORDER BY at, id LIMIT 1
"""
"""The database's clock has a word too: a worker whose own runs ahead publishes nothing early."""


class CarriedOut(NamedTuple):
    """What became of a plan."""

    plan_id: int
    article_id: int
    state: PlanState
    told: str
    request_id: str


class Due(NamedTuple):
    plan_id: int
    article_id: int


async def next_due(now: datetime, but: Collection[int]) -> Due | None:
    """The plan whose time came first. but: plans to leave out."""
    async with transaction() as client:
        rows = await client.execute_query_dict(DUE, [now, list(but)])
    return Due(rows[0]["id"], rows[0]["article_id"]) if rows else None


async def carry_out(due: Due, now: datetime) -> CarriedOut | None:
    """In one transaction with what it does. None: another worker has, or it was moved meanwhile."""
    async with transaction() as client:
        article = await locked(client, Article, due.article_id)
        row = await locked(client, PublicationPlan, due.plan_id)
        if row.state is not PlanState.PLANNED or row.at > now:
            return None
        state, problem, told = await _outcome(client, article, row, now)
        ended = {"state": state, "problem": problem, "told": told[:300], "ended_at": now}
        row.update_from_dict({**ended, "version": row.version + 1})
        await row.save(using_db=client)
        act = Act(SYSTEM, now, row.request_id)
        subject, before = format_id("PublicationPlan", row.id), {"state": PlanState.PLANNED}
        await audit.record(client, act, "publication.carry_out", subject, before, ended)
        return CarriedOut(row.id, article.id, state, told, row.request_id)


async def _outcome(
    client: BaseDBAsyncClient, article: Article, row: PublicationPlan, now: datetime
) -> tuple[PlanState, str, str]:
    """What is refused leaves nothing behind."""
    over = await _is_over(client, row, now)
    if told := nothing_left(row.step, row.revision, article.public_number, is_over=over):
        return PlanState.SKIPPED, "", told
    try:
        act = Act(await _maker(client, row, now), now, row.request_id)
        if row.step is PlannedStep.PUBLISH:
            await articles.publish(act, article.id, article.version, row.revision)
        else:
            await articles.withdraw(act, article.id, article.version)
    except Problem as problem:
        return PlanState.FAILED, problem.code, problem.message
    return PlanState.DONE, "", ""


async def _is_over(client: BaseDBAsyncClient, row: PublicationPlan, now: datetime) -> bool:
    """Whether the article was to be taken back again by now."""
    later = PublicationPlan.filter(
        article_id=row.article_id,
        step=PlannedStep.WITHDRAW,
        state=PlanState.PLANNED,
        at__gte=row.at,
        at__lte=now,
    )
    return await later.using_db(client).exists()


async def _maker(client: BaseDBAsyncClient, row: PublicationPlan, now: datetime) -> Viewer:
    """Who planned it, with what they may do now: nothing, once they are locked or revoked."""
    if not row.maker_id:
        return SYSTEM
    type_name, number = parse_id(row.maker_id, "User", "Token")
    if type_name == "User":
        active = User.filter(id=number, state=UserState.ACTIVE).using_db(client)
        held = await holding.held_by_user(number, now=now) if await active.exists() else None
        return Viewer(Kind.USER, number, row.maker, held.grants if held else (), EVERY_SCOPE)
    token = await Token.get_or_none(id=number, revoked_at=None, using_db=client)
    if token is None or (token.expires_at is not None and token.expires_at <= now):
        return Viewer(Kind.APPLICATION, number, row.maker)
    scopes = frozenset(map(Scope, token.scopes))
    grants = (await holding.held_by_token(number, now=now)).grants
    return Viewer(Kind.APPLICATION, number, row.maker, grants, scopes)
