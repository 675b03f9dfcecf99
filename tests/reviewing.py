"""Workflows and reviews for tests, made by the actions themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from domain.access import Act, Role
from domain.articles import actions as articles
from domain.reviews.actions import workflows
from domain.reviews.checks.steps import CheckKind
from domain.reviews.rules import Stage, StageKind
from tests.rows import EDITOR, World, make_organization


def stage(title: str, role: Role = Role.REVIEWER, **given: Any) -> Stage:
    return Stage(kind=StageKind.REVIEW, title=title, role=role, **given)


async def make_workflow(
    organization_id: int,
    *stages: Stage,
    act: Act = EDITOR,
    allows_urgent: bool = True,
    checks: Sequence[CheckKind] = (),
) -> int:
    """Of one stage where none is given, assigned to the organization."""
    new = workflows.NewWorkflow(
        name="审稿",
        organization_id=organization_id,
        stages=stages or [stage("初审")],
        allows_urgent=allows_urgent,
        checks=checks,
    )
    number = await workflows.create(act, new)
    await workflows.assign(act, number, organization_id)
    return number


async def make_desk(world: World, *stages: Stage, checks: Sequence[CheckKind] = ()) -> World:
    """An organization below the world's whose articles are reviewed."""
    desk = await make_organization(world.organization_id, "编辑部")
    await make_workflow(desk, *stages, checks=checks)
    return replace(world, organization_id=desk)


async def make_review(desk: World, act: Act = EDITOR, **given: Any) -> tuple[int, int]:
    """A draft of the desk, written and submitted. Returns the article's number and the review's."""
    values: dict[str, Any] = {"title": "志愿者走进社区", **given}
    values |= {"author_id": desk.person_id, "organization_id": desk.organization_id}
    article = await articles.create(act, articles.NewArticle(**values))
    return article, await articles.submit_for_review(act, article, 1)
