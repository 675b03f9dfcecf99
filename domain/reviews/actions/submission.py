"""A subject enters its review, changes meanwhile, leaves it. For the actions of whatever is
reviewed: they hold the subject's row, know that the viewer may, and write the audit trail."""

from __future__ import annotations

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act
from domain.problems import Conflict
from domain.reviews import workflows
from domain.reviews.actions.running import (
    Run,
    Subject,
    actor_of,
    note,
    projected,
    replayed,
    stage_organization,
    write,
)
from domain.reviews.actions.workflows import workflow_for
from domain.reviews.models import Review, ReviewWorkflow
from domain.reviews.people import people_of
from domain.reviews.rules import OPEN_STATES, EntryKind, ReviewState, Stage
from domain.reviews.states import Entry, Standing, begin


async def submit(client: BaseDBAsyncClient, act: Act, subject: Subject, reason: str = "") -> Run:
    """Begins a run, or goes on with the one that was sent back or passed another revision.

    Raises Conflict where no workflow holds, or the run does not wait for the author.
    """
    run = await open_run(client, subject)
    if run is None:
        return await _begin(client, act, subject, reason)
    entry = await _entry(client, act, EntryKind.RESUBMITTED, subject)
    return await note(client, act, run, entry, opinion=reason)


async def open_run(client: BaseDBAsyncClient, subject: Subject) -> Run | None:
    """The subject's run that is not over, held."""
    row = (
        await Review.select_for_update(no_key=True, using_db=client)
        .filter(subject_kind=subject.kind, subject_id=subject.id, state__in=list(OPEN_STATES))
        .first()
    )
    return None if row is None else await replayed(client, row)


async def _entry(client: BaseDBAsyncClient, act: Act, kind: EntryKind, subject: Subject) -> Entry:
    people = await people_of(client, act.viewer, subject.organization_id, now=act.now)
    if kind in (EntryKind.SUBMITTED, EntryKind.RESUBMITTED):
        people |= subject.people
    if kind is EntryKind.SUBMITTED:
        people |= subject.writers
    actor = actor_of(act.viewer)
    return Entry(kind=kind, at=act.now, revision=subject.revision, actor=actor, people=people)


async def _begin(client: BaseDBAsyncClient, act: Act, subject: Subject, reason: str) -> Run:
    workflow = await workflow_for(client, subject.organization_id, subject.kind)
    if workflow is None:
        raise Conflict(
            "no workflow is assigned to its organization", path=("id",), code="NO_WORKFLOW"
        )
    stages = workflows.read(workflow.stages)
    await _check_places(client, subject.organization_id, stages)
    entry = await _entry(client, act, EntryKind.SUBMITTED, subject)
    standing = begin(stages, entry)
    row = await _create(client, act, subject, workflow, standing)
    await write(client, act, row.id, entry, opinion=reason)
    return Run(row, standing)


async def _create(
    client: BaseDBAsyncClient,
    act: Act,
    subject: Subject,
    workflow: ReviewWorkflow,
    standing: Standing,
) -> Review:
    row = Review(
        subject_kind=subject.kind,
        subject_id=subject.id,
        organization_id=subject.organization_id,
        workflow_id=workflow.id,
        workflow_version=workflow.version,
        stages=workflow.stages,
        checks=workflow.checks,
        created_at=act.now,
        updated_at=act.now,
    )
    row.update_from_dict(await projected(client, row, standing))
    await row.save(using_db=client)
    return row


async def _check_places(
    client: BaseDBAsyncClient, organization_id: int, stages: tuple[Stage, ...]
) -> None:
    """What stood above when the workflow was assigned may stand elsewhere now. Raises Conflict."""
    rows = await client.execute_query_dict(
        "SELECT path::text AS path FROM organization WHERE id = $1", [organization_id]
    )
    above = {int(number) for number in rows[0]["path"].split(".")}
    for stage in stages:
        place = await stage_organization(client, organization_id, stage)
        if place is not None and place not in above:
            raise Conflict(
                f"“{stage.title}” is for Organization:{place}, which is not above this one",
                path=("id",),
                code="WORKFLOW_PLACE",
            )


async def revised(client: BaseDBAsyncClient, act: Act, subject: Subject) -> Run | None:
    """The subject has a new revision: a run that is not over takes note of it. One that was sent
    back or has passed waits until it is submitted again. Returns the run."""
    run = await open_run(client, subject)
    if run is None:
        return None
    return await note(client, act, run, await _entry(client, act, EntryKind.REVISED, subject))


async def require_unmoved(client: BaseDBAsyncClient, subject: Subject) -> None:
    """Raises Conflict when the subject is another organization's than when its review began."""
    run = await open_run(client, subject)
    if run is not None and run.row.organization_id != subject.organization_id:
        raise Conflict(
            "it is being reviewed: withdraw its review before it moves",
            path=("organization_id",),
            code="IN_REVIEW",
        )


async def require_passed(client: BaseDBAsyncClient, act: Act, subject: Subject) -> None:
    """Where a workflow holds, the revision must have passed; that it goes public is noted.

    Raises Conflict NOT_REVIEWED.
    """
    if await _went_public(client, subject):
        return
    run = await open_run(client, subject)
    if run is not None:
        await note(client, act, run, await _entry(client, act, EntryKind.PUBLISHED, subject))
    elif await workflow_for(client, subject.organization_id, subject.kind) is not None:
        raise Conflict(
            f"revision {subject.revision} was not reviewed: submit it first",
            path=("id",),
            code="NOT_REVIEWED",
        )


async def _went_public(client: BaseDBAsyncClient, subject: Subject) -> bool:
    """Whether this very revision passed and was public before."""
    return (
        await Review.filter(
            subject_kind=subject.kind,
            subject_id=subject.id,
            revision=subject.revision,
            state=ReviewState.PUBLISHED,
        )
        .using_db(client)
        .exists()
    )


async def publish_urgently(
    client: BaseDBAsyncClient, act: Act, subject: Subject, reason: str
) -> Run:
    """Notes that it goes public now and is reviewed afterwards, which stays visible for ever.

    Raises Conflict where the workflow does not allow it.
    """
    run = await open_run(client, subject) or await _begin(client, act, subject, "")
    workflow = await ReviewWorkflow.get(id=run.row.workflow_id, using_db=client)
    if not workflow.allows_urgent:
        raise Conflict(
            "its workflow lets nothing go public before its review", path=("id",), code="NOT_URGENT"
        )
    entry = await _entry(client, act, EntryKind.PUBLISHED_URGENTLY, subject)
    return await note(client, act, run, entry, opinion=reason)
