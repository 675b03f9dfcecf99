"""Articles go public and are taken back at the time that was planned: once, late if need be, never
against an embargo, and with the rights of who planned it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tortoise.connection import get_connection

from domain.access import SYSTEM, Act, Kind, Role
from domain.articles import actions as articles
from domain.articles.models import Article
from domain.articles.rules import ArticleStatus
from domain.audit.models import AuditEntry
from domain.grants import actions as grants
from domain.problems import Conflict, Invalid, NotFound
from domain.publishing import actions
from domain.publishing.actions.execution import CarriedOut, carry_out, next_due
from domain.publishing.models import PublicationPlan
from domain.publishing.rules import Planned, PlannedStep, PlanState, check_order, nothing_left
from domain.users.actions import accounts
from domain.webhooks.models import WebhookMessage
from tests.reviewing import make_desk
from tests.rows import EDITOR, NO_SUCH, NOW, STRANGER, make_article, make_world, refused
from tests.users import active

pytestmark = pytest.mark.usefixtures("database", "quick_passwords")

HOUR = timedelta(hours=1)
OPERATOR = Act(SYSTEM, NOW)
"""Whose rights never end."""

PUBLISH, WITHDRAW = PlannedStep.PUBLISH, PlannedStep.WITHDRAW


@pytest.fixture(autouse=True)
async def _nothing_planned(database: str) -> None:
    await get_connection("default").execute_query("DELETE FROM publication_plan")


async def planned(article_id: int, step: PlannedStep, at: datetime, act: Act = OPERATOR) -> int:
    return await actions.plan(act, actions.NewPlan(article_id=article_id, step=step, at=at))


async def draft() -> int:
    return await make_article(await make_world())


async def run(now: datetime) -> list[CarriedOut]:
    """What the worker does, in order."""
    done = []
    while (due := await next_due(now, ())) is not None:
        carried = await carry_out(due, now)
        assert carried is not None
        done.append(carried)
    return done


async def status(article_id: int) -> ArticleStatus:
    return (await Article.get(id=article_id)).status


async def test_it_goes_public_when_its_time_comes_and_no_sooner() -> None:
    article_id = await draft()
    act = replace(OPERATOR, request_id="planned-1")
    plan_id = await planned(article_id, PUBLISH, NOW + HOUR, act)
    assert await run(NOW + HOUR - timedelta(seconds=1)) == []
    assert await status(article_id) is ArticleStatus.DRAFT
    now = NOW + HOUR + timedelta(seconds=2)
    assert await run(now) == [CarriedOut(plan_id, article_id, PlanState.DONE, "", "planned-1")]
    article = await Article.get(id=article_id)
    assert (article.status, article.published_at) == (ArticleStatus.PUBLISHED, now)
    entries = await AuditEntry.filter(request_id="planned-1").order_by("id")
    assert [entry.action for entry in entries] == [
        *("publication.plan", "article.publish", "publication.carry_out")
    ]
    assert await run(now + HOUR) == []


async def test_what_was_planned_is_what_goes_public() -> None:
    """What was saved after it was planned stays a draft."""
    article_id = await draft()
    await planned(article_id, PUBLISH, NOW + HOUR)
    changes = articles.ArticleChanges(title="又改了")
    await articles.update(EDITOR, article_id, 1, changes)
    await run(NOW + HOUR)
    article = await Article.get(id=article_id)
    assert (article.title, article.public_number, article.head_number) == ("志愿者走进社区", 1, 2)


async def test_many_workers_carry_it_out_once() -> None:
    article_id = await draft()
    await planned(article_id, PUBLISH, NOW + HOUR)
    due = await next_due(NOW + HOUR, ())
    assert due is not None
    before = await AuditEntry.filter(action="article.publish").count()
    done = await asyncio.gather(*(carry_out(due, NOW + HOUR) for _ in range(4)))
    assert sum(each is not None for each in done) == 1
    assert await AuditEntry.filter(action="article.publish").count() == before + 1


async def test_after_a_standstill_it_is_done_late_and_in_order() -> None:
    first, second = await draft(), await draft()
    await planned(second, PUBLISH, NOW + 2 * HOUR)
    await planned(first, PUBLISH, NOW + HOUR)
    done = await run(NOW + 9 * HOUR)
    assert [(each.article_id, each.state) for each in done] == [
        (first, PlanState.DONE),
        (second, PlanState.DONE),
    ]


async def test_what_would_be_over_already_is_never_public() -> None:
    article_id = await draft()
    await planned(article_id, PUBLISH, NOW + HOUR)
    await planned(article_id, WITHDRAW, NOW + 2 * HOUR)
    done = await run(NOW + 9 * HOUR)
    assert [(each.state, each.told) for each in done] == [
        (PlanState.SKIPPED, "the time for which it was to be public was over"),
        (PlanState.SKIPPED, "it was not public"),
    ]
    assert await status(article_id) is ArticleStatus.DRAFT
    assert await WebhookMessage.all().count() == 0


async def test_from_one_moment_to_another() -> None:
    article_id = await draft()
    await planned(article_id, PUBLISH, NOW + HOUR)
    await planned(article_id, WITHDRAW, NOW + 2 * HOUR)
    await run(NOW + HOUR)
    assert await status(article_id) is ArticleStatus.PUBLISHED
    await run(NOW + 2 * HOUR)
    assert await status(article_id) is ArticleStatus.WITHDRAWN


async def test_a_plan_is_moved_and_cancelled() -> None:
    article_id = await draft()
    plan_id = await planned(article_id, PUBLISH, NOW + HOUR)
    await actions.move(EDITOR, plan_id, 1, NOW + 3 * HOUR)
    assert await run(NOW + 2 * HOUR) == []
    async with refused(Conflict, "version", code="STALE_VERSION"):
        await actions.cancel(EDITOR, plan_id, 1)
    await actions.cancel(EDITOR, plan_id, 2)
    assert await run(NOW + 9 * HOUR) == []
    for again in (
        actions.cancel(EDITOR, plan_id, 3),
        actions.move(EDITOR, plan_id, 3, NOW + HOUR),
    ):
        async with refused(Conflict, "id", code="WRONG_STATUS"):
            await again
    assert (await PublicationPlan.get(id=plan_id)).state is PlanState.CANCELLED
    await planned(article_id, PUBLISH, NOW + HOUR)  # there is room for another


async def test_what_is_refused_at_planning() -> None:
    article_id = await draft()
    cases = [
        (Invalid, "at", "PAST", article_id, PUBLISH, NOW),
        (Invalid, "at", "NOT_PUBLIC", article_id, WITHDRAW, NOW + HOUR),
        (NotFound, "id", "NOT_FOUND", NO_SUCH, PUBLISH, NOW + HOUR),
    ]
    for kind, place, code, number, step, at in cases:
        async with refused(kind, place, code=code):
            await planned(number, step, at)
    await planned(article_id, PUBLISH, NOW + 2 * HOUR)
    async with refused(Conflict, "step", code="PLANNED"):
        await planned(article_id, PUBLISH, NOW + 3 * HOUR)
    async with refused(Invalid, "at", code="OUT_OF_ORDER"):
        await planned(article_id, WITHDRAW, NOW + HOUR)
    new = actions.NewPlan(article_id=await draft(), step=PUBLISH, at=NOW + HOUR, revision=2)
    async with refused(NotFound, "revision"):
        await actions.plan(EDITOR, new)
    public = await draft()
    await articles.publish(EDITOR, public, 1)
    async with refused(Conflict, code="WRONG_STATUS"):
        await planned(public, PUBLISH, NOW + HOUR)
    await planned(public, WITHDRAW, NOW + HOUR)


async def test_an_embargo_holds_against_everybody() -> None:
    article_id = await draft()
    await actions.set_embargo(EDITOR, article_id, NOW + 2 * HOUR, "发布会")
    async with refused(Conflict, "id", code="EMBARGO"):
        await articles.publish(EDITOR, article_id, 1)
    async with refused(Conflict, "at", code="EMBARGO"):
        await planned(article_id, PUBLISH, NOW + HOUR)
    await planned(article_id, PUBLISH, NOW + 2 * HOUR)
    async with refused(Conflict, "until", code="PLANNED"):
        await actions.set_embargo(EDITOR, article_id, NOW + 3 * HOUR)
    await run(NOW + 2 * HOUR)
    assert await status(article_id) is ArticleStatus.PUBLISHED
    async with refused(Conflict, "article_id", code="WRONG_STATUS"):
        await actions.set_embargo(EDITOR, article_id, NOW + 9 * HOUR)


async def test_an_embargo_is_lifted() -> None:
    article_id = await draft()
    async with refused(NotFound, "article_id"):
        await actions.lift_embargo(EDITOR, article_id)
    await actions.set_embargo(EDITOR, article_id, NOW + HOUR)
    await actions.set_embargo(EDITOR, article_id, NOW + 2 * HOUR)
    await actions.lift_embargo(EDITOR, article_id)
    await articles.publish(EDITOR, article_id, 1)
    over = await draft()
    await actions.set_embargo(EDITOR, over, NOW + HOUR)
    await articles.publish(replace(EDITOR, now=NOW + HOUR), over, 1)


async def test_who_planned_it_must_still_be_allowed_to() -> None:
    """Rights are looked at when the time comes; what is refused is told, and changes nothing."""
    world = await make_world()
    user = await active()
    holder = grants.Holder(user_id=user.id)
    new = grants.NewGrant(role=Role.PUBLISHER, holder=holder, organization_id=world.organization_id)
    grant_id = await grants.grant(EDITOR, new)
    viewer = replace(EDITOR.viewer, kind=Kind.USER, number=user.id, name="王")
    act = replace(EDITOR, viewer=viewer)
    lost, kept = await make_article(world), await make_article(world)
    await planned(kept, PUBLISH, NOW + HOUR, act)
    plan_id = await planned(lost, PUBLISH, NOW + 2 * HOUR, act)
    await run(NOW + HOUR)
    assert await status(kept) is ArticleStatus.PUBLISHED
    await grants.end(replace(EDITOR, now=NOW + HOUR), grant_id)
    (failed,) = await run(NOW + 2 * HOUR)
    assert failed.state is PlanState.FAILED
    row = await PublicationPlan.get(id=plan_id)
    assert (row.problem, row.ended_at) == ("FORBIDDEN", NOW + 2 * HOUR)
    assert await status(lost) is ArticleStatus.DRAFT
    third = await make_article(world)
    await grants.grant(replace(EDITOR, now=NOW + 2 * HOUR), new)
    await planned(third, PUBLISH, NOW + 4 * HOUR, act)
    await accounts.lock(EDITOR, user.id)
    (locked,) = await run(NOW + 4 * HOUR)
    assert locked.state is PlanState.FAILED


async def test_what_no_review_has_passed_does_not_go_public_by_itself() -> None:
    desk = await make_desk(await make_world())
    article_id = await make_article(desk)
    plan_id = await planned(article_id, PUBLISH, NOW + HOUR)
    (failed,) = await run(NOW + HOUR)
    assert failed.state is PlanState.FAILED
    assert (await PublicationPlan.get(id=plan_id)).problem == "NOT_REVIEWED"
    assert await status(article_id) is ArticleStatus.DRAFT


async def test_a_clock_that_runs_ahead_publishes_nothing_early() -> None:
    """The worker's clock alone does not make it due: the database's has a word."""
    article_id = await draft()
    soon = datetime.now(UTC) + HOUR
    await planned(article_id, PUBLISH, soon)
    assert await next_due(soon + HOUR, ()) is None
    assert await status(article_id) is ArticleStatus.DRAFT


async def test_strangers_plan_nothing() -> None:
    article_id = await draft()
    plan_id = await planned(article_id, PUBLISH, NOW + HOUR)
    for attempt in (
        actions.move(STRANGER, plan_id, 1, NOW + 2 * HOUR),
        actions.cancel(STRANGER, plan_id, 1),
        actions.set_embargo(STRANGER, article_id, NOW + HOUR),
        actions.lift_embargo(STRANGER, article_id),
    ):
        with pytest.raises(Exception, match="PUBLISH_ARTICLE"):
            await attempt
    assert (await PublicationPlan.get(id=plan_id)).version == 1


def test_what_comes_before_what() -> None:
    publish, withdraw = Planned(PUBLISH, NOW), Planned(WITHDRAW, NOW + HOUR)
    check_order([publish, withdraw], is_public=False)
    check_order([withdraw], is_public=True)
    check_order([publish], is_public=False)
    for plans, is_public in (
        ([withdraw], False),
        ([publish, Planned(WITHDRAW, NOW)], False),
        ([publish, Planned(WITHDRAW, NOW)], True),
    ):
        with pytest.raises(Invalid):
            check_order(plans, is_public=is_public)


@pytest.mark.parametrize(
    ("step", "revision", "public", "is_over", "is_left"),
    [
        (PUBLISH, 2, None, False, True),
        (PUBLISH, 2, 1, False, True),
        (PUBLISH, 2, 2, False, False),
        (PUBLISH, 2, None, True, False),
        (WITHDRAW, None, 1, False, True),
        (WITHDRAW, None, None, False, False),
    ],
)
def test_when_there_is_something_left_to_do(
    step: PlannedStep, revision: int | None, public: int | None, is_over: bool, is_left: bool
) -> None:
    assert (nothing_left(step, revision, public, is_over=is_over) == "") is is_left
