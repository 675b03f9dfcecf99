"""Workflows, and the organizations they hold for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain import text
from domain.access import Act
from domain.audit import actions as audit
from domain.changes import change, check_version, locked, missing, must_exist
from domain.gates import own, require_at
from domain.ids import format_id
from domain.organizations.models import Organization
from domain.permissions import Permission
from domain.problems import Invalid
from domain.reviews import workflows
from domain.reviews.access import visible_workflows
from domain.reviews.checks.steps import CheckKind
from domain.reviews.models import ReviewAssignment, ReviewWorkflow
from domain.reviews.rules import Stage, SubjectOfReview

MANAGE = Permission.MANAGE_REVIEWS

NEAREST = """
SELECT a.workflow_id
FROM organization o
JOIN organization above ON o.path <@ above.path
JOIN review_assignment a ON a.organization_id = above.id AND a.subject_kind = $2
WHERE o.id = $1
ORDER BY nlevel(above.path) DESC
LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWorkflow:
    """organization_id: below which it may be used; None: in the whole network."""

    name: str
    organization_id: int | None
    stages: Sequence[Stage]
    allows_urgent: bool = False
    checks: Sequence[CheckKind] = ()
    subject_kind: SubjectOfReview = SubjectOfReview.ARTICLE


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedWorkflow:
    """As it is to be. version: the one the caller saw."""

    id: int
    version: int
    name: str
    stages: Sequence[Stage]
    allows_urgent: bool = False
    checks: Sequence[CheckKind] = ()


async def create(act: Act, new: NewWorkflow) -> int:
    async with change(act, MANAGE) as client:
        values = _checked(new)
        values |= {"organization_id": new.organization_id, "subject_kind": new.subject_kind}
        await must_exist(client, Organization, new.organization_id, "organization_id")
        await require_at(client, act, MANAGE, new.organization_id, "organization_id")
        row = await ReviewWorkflow.create(
            using_db=client, created_at=act.now, updated_at=act.now, **values
        )
        subject = format_id("ReviewWorkflow", row.id)
        await audit.record(client, act, "review_workflow.create", subject, after=values)
        return int(row.id)


async def update(act: Act, changed: ChangedWorkflow) -> None:
    """Runs that began before go on by the stages they began with."""
    async with change(act, MANAGE) as client:
        row = await locked(client, ReviewWorkflow, changed.id)
        await own(client, act, MANAGE, row, row.organization_id, visible_workflows)
        check_version(row, changed.version)
        values = _checked(changed)
        before, after = audit.changed({name: getattr(row, name) for name in values}, values)
        row.update_from_dict({**after, "version": row.version + 1, "updated_at": act.now})
        await row.save(using_db=client, update_fields=[*after, "version", "updated_at"])
        subject = format_id("ReviewWorkflow", row.id)
        await audit.record(client, act, "review_workflow.update", subject, before, after)


def _checked(given: NewWorkflow | ChangedWorkflow) -> dict[str, Any]:
    return {
        "name": text.line(given.name, path=("name",), longest=100),
        "stages": workflows.stored(workflows.check_stages(given.stages)),
        "allows_urgent": given.allows_urgent,
        "checks": [kind.value for kind in CheckKind if kind in given.checks],
    }


async def assign(act: Act, workflow_id: int, organization_id: int) -> int:
    """From now on what the organization and those below it publish goes through the workflow. One
    that was assigned before gives way; runs go on. Returns the assignment's number."""
    async with change(act, MANAGE) as client:
        await must_exist(client, Organization, organization_id, "organization_id")
        await require_at(client, act, MANAGE, organization_id, "organization_id")
        row = await ReviewWorkflow.get_or_none(id=workflow_id, using_db=client)
        if row is None:
            raise missing("workflow_id")
        await _check_places(client, row, organization_id)
        before = await ReviewAssignment.get_or_none(
            organization_id=organization_id, subject_kind=row.subject_kind, using_db=client
        )
        if before is not None:
            await before.delete(using_db=client)
        made = await ReviewAssignment.create(
            using_db=client,
            organization_id=organization_id,
            subject_kind=row.subject_kind,
            workflow_id=workflow_id,
            created_at=act.now,
        )
        await audit.record(
            client,
            act,
            "review_workflow.assign",
            format_id("Organization", organization_id),
            {"workflow_id": before.workflow_id if before else None},
            {"workflow_id": workflow_id},
        )
        return int(made.id)


async def _check_places(
    client: BaseDBAsyncClient, row: ReviewWorkflow, organization_id: int
) -> None:
    """Where a workflow belongs, and where its stages' roles are held, is here or above: those who
    hold them see the drafts. Raises Invalid."""
    above = await _above(client, organization_id)
    given = [(row.organization_id, "workflow_id")]
    given += [(stage.organization_id, "organization_id") for stage in workflows.read(row.stages)]
    for number, place in given:
        if number is not None and number not in above:
            raise Invalid(
                f"Organization:{number} is neither this organization nor above it", path=(place,)
            )


async def _above(client: BaseDBAsyncClient, organization_id: int) -> set[int]:
    own = await Organization.get(id=organization_id, using_db=client)
    return {int(number) for number in own.path.split(".")}


async def unassign(act: Act, organization_id: int) -> None:
    """What is assigned further up holds there again. Runs go on. Raises NotFound."""
    async with change(act, MANAGE) as client:
        await must_exist(client, Organization, organization_id, "organization_id")
        await require_at(client, act, MANAGE, organization_id, "organization_id")
        row = await ReviewAssignment.get_or_none(
            organization_id=organization_id, subject_kind=SubjectOfReview.ARTICLE, using_db=client
        )
        if row is None:
            raise missing("organization_id", "assignment")
        await row.delete(using_db=client)
        subject = format_id("Organization", organization_id)
        before = {"workflow_id": row.workflow_id}
        await audit.record(
            client, act, "review_workflow.unassign", subject, before, {"workflow_id": None}
        )


async def workflow_for(
    client: BaseDBAsyncClient, organization_id: int, kind: SubjectOfReview
) -> ReviewWorkflow | None:
    """The workflow assigned to the organization, or to the nearest above it."""
    rows = await client.execute_query_dict(NEAREST, [organization_id, kind.value])
    if not rows:
        return None
    return await ReviewWorkflow.get(id=rows[0]["workflow_id"], using_db=client)
