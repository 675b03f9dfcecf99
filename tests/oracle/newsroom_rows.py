"""What is planned of articles, embargoes, and fronts: to come, over, and under way."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.articles.rules import ArticleStatus
from domain.fronts.models import Front, FrontEntry
from domain.highlights.models import ArticleHighlight
from domain.highlights.rules import HighlightKind
from domain.previews.models import PreviewLink
from domain.publishing.models import Embargo, PublicationPlan
from domain.publishing.rules import PlannedStep, PlanState
from tests.oracle.filling import CANARY, NAMES, TEXTS, Filling

FRONTS = ("home", "news")
PERIODS: tuple[tuple[int | None, int | None], ...] = (
    *((None, None), (-5, None), (None, 5), (-5, 5)),
    *((5, None), (None, -5), (5, 9), (-9, -5)),
)
"""In days from now; the last ones do not run."""


async def add_newsroom(filling: Filling) -> None:
    for number in range(24):
        await _plan(filling, number)
    for number in range(0, 36, 2):
        await _embargo(filling, number)
    for number in range(20):
        await _preview_link(filling, number)
    for number in range(8):
        await _front(filling, number)
    for number in range(40):
        await _highlight(filling, number)


def _day(filling: Filling, days: int | None) -> datetime | None:
    return None if days is None else filling.now + timedelta(days=days)


async def _plan(filling: Filling, number: int) -> None:
    """At most one of each step to come, of each article."""
    steps, states = list(PlannedStep), list(PlanState)
    step, state = steps[number % 2], states[number % len(states)]
    is_to_come = state is PlanState.PLANNED
    await PublicationPlan.create(
        id=next(filling.hidden),
        article=filling.articles[number] if is_to_come else filling.one(filling.articles),
        step=step,
        revision=1 + number % 3 if step is PlannedStep.PUBLISH else None,
        at=filling.moment() + timedelta(days=filling.one([0, 30])),
        state=state,
        version=1 + number % 3,
        maker_id=f"User:{CANARY}",
        maker=f"{CANARY} {filling.one(NAMES)}",
        problem=CANARY if state is PlanState.FAILED else "",
        told=f"{CANARY} {filling.one(TEXTS)}" if state in (states[2], states[3]) else "",
        created_at=filling.moment(),
        ended_at=None if is_to_come else filling.moment(),
    )


async def _embargo(filling: Filling, number: int) -> None:
    """Of what is public it is over."""
    article = filling.articles[number]
    is_public = article.status is ArticleStatus.PUBLISHED
    await Embargo.create(
        article=article,
        until=filling.now + timedelta(days=-3 if is_public else filling.one([-3, 20])),
        reason=f"{CANARY} {filling.one(TEXTS)}",
        setter=CANARY,
        set_at=filling.moment(),
    )


async def _preview_link(filling: Filling, number: int) -> None:
    """Open, over, taken back; and of somebody whose account is no more."""
    is_revoked, uses = number % 4 == 0, number % 3
    await PreviewLink.create(
        id=next(filling.hidden),
        article=filling.one(filling.articles),
        revision=1 + number % 3,
        recipient=f"{CANARY} {filling.one(NAMES)}",
        sha256=number.to_bytes(32, "big"),
        maker_id=filling.one(["", "User:987654"]),
        maker=CANARY,
        created_at=filling.now - timedelta(days=400),
        expires_at=filling.now + timedelta(days=filling.one([-5, 5])),
        revoked_at=filling.moment() if is_revoked else None,
        revoked_by=CANARY if is_revoked else "",
        uses=uses,
        used_at=filling.moment() if uses else None,
    )


async def _front(filling: Filling, number: int) -> None:
    """Both of some organizations. Several entries in one slot, each for its own period."""
    front = await Front.create(
        id=next(filling.visible),
        organization=filling.organizations[number // 2 * 3],
        name=FRONTS[number % 2],
        title=filling.one(NAMES),
        version=1 + number % 3,
        created_at=filling.moment(),
        updated_at=filling.moment(),
    )
    for at in range(number * 2):
        starts, ends = filling.one(PERIODS)
        await FrontEntry.create(
            id=next(filling.hidden),
            front=front,
            slot=1 + at // 2,
            article=filling.one(filling.articles),
            starts_at=_day(filling, starts),
            ends_at=_day(filling, ends),
        )


async def _highlight(filling: Filling, number: int) -> None:
    """Both of some articles; several begin at one moment."""
    starts, ends = PERIODS[number % len(PERIODS)]
    await ArticleHighlight.create(
        id=next(filling.hidden),
        article=filling.articles[number // 2],
        kind=list(HighlightKind)[number % 2],
        starts_at=_day(filling, -20 if starts is None else starts),
        ends_at=_day(filling, ends),
        setter=CANARY,
        set_at=filling.moment(),
    )
