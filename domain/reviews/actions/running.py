"""A run as the actions have it: its row held, its standing replayed; and one entry more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import NETWORK, Act, Role, Scope, Viewer, is_within
from domain.audit.actions import actor_id
from domain.changes import check_version, locked, missing
from domain.gates import sees
from domain.organizations.models import Organization
from domain.problems import Forbidden
from domain.reviews import workflows
from domain.reviews.access import visible
from domain.reviews.models import Review, ReviewEntry
from domain.reviews.people import people_of
from domain.reviews.rules import Stage, StagePlace, SubjectOfReview, circles
from domain.reviews.states import Entry, People, Standing, replay, step

Remarks = Sequence[dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is reviewed, as it is now. people: who has written it, whoever submits it. writers: who
    else has saved it, when its review begins."""

    kind: SubjectOfReview
    id: int
    revision: int
    organization_id: int
    people: People = frozenset()
    writers: People = frozenset()


@dataclass(frozen=True, slots=True)
class Run:
    """row: held until the transaction ends."""

    row: Review
    standing: Standing


async def held(client: BaseDBAsyncClient, number: int) -> Run:
    """Raises NotFound."""
    return await replayed(client, await locked(client, Review, number))


async def replayed(client: BaseDBAsyncClient, row: Review) -> Run:
    return Run(row, replay(workflows.read(row.stages), await entries_of(client, row.id)))


async def entries_of(client: BaseDBAsyncClient, review_id: int) -> list[Entry]:
    rows = await ReviewEntry.filter(review_id=review_id).using_db(client).order_by("id")
    return [_entry(row) for row in rows]


def _entry(row: ReviewEntry) -> Entry:
    return Entry(
        kind=row.kind,
        at=row.at,
        revision=row.revision,
        actor=row.actor_id or row.actor,
        people=frozenset(row.people),
        stage=row.stage,
    )


async def seen(client: BaseDBAsyncClient, act: Act, number: int, version: int | None = None) -> Run:
    """A run the viewer sees, of the version they saw. Raises NotFound, Conflict."""
    run = await held(client, number)
    if not await sees(client, act.viewer, visible, run.row):
        raise missing("id", "review")
    if version is not None:
        check_version(run.row, version)
    return run


async def note(
    client: BaseDBAsyncClient,
    act: Act,
    run: Run,
    entry: Entry,
    *,
    opinion: str = "",
    remarks: Remarks = (),
    name: str = "",
) -> Run:
    """One entry more, and where the run stands with it. name: of who acts, where it is not the
    viewer. Raises Conflict when it cannot happen now."""
    standing = step(run.standing, entry)
    await write(client, act, run.row.id, entry, opinion=opinion, remarks=remarks, name=name)
    await _project(client, act, run.row, standing)
    return replace(run, standing=standing)


async def write(
    client: BaseDBAsyncClient,
    act: Act,
    review_id: int,
    entry: Entry,
    *,
    opinion: str = "",
    remarks: Remarks = (),
    name: str = "",
) -> None:
    await ReviewEntry.create(
        using_db=client,
        review_id=review_id,
        kind=entry.kind,
        stage=entry.stage,
        revision=entry.revision,
        actor_id=entry.actor if ":" in entry.actor else "",
        actor=name or act.viewer.name,
        people=sorted(entry.people),
        opinion=opinion,
        remarks=list(remarks),
        at=entry.at,
    )


async def _project(client: BaseDBAsyncClient, act: Act, row: Review, standing: Standing) -> None:
    values = await projected(client, row, standing)
    if standing.is_overdue != (row.overdue_at is not None):
        values["overdue_at"] = act.now if standing.is_overdue else None
    row.update_from_dict({**values, "version": row.version + 1, "updated_at": act.now})
    await row.save(using_db=client, update_fields=[*values, "version", "updated_at"])


async def projected(client: BaseDBAsyncClient, row: Review, standing: Standing) -> dict[str, Any]:
    """The row's columns that follow from where the run stands."""
    values: dict[str, Any] = {
        "state": standing.state,
        "revision": standing.revision,
        "stage": standing.stage,
        "stage_role": None,
        "stage_organization_id": None,
        "claimed_by": sorted(standing.claims),
        "free_places": 0,
        "barred": [],
        "entered_at": standing.entered_at,
        "due_at": standing.due_at,
        "is_urgent": standing.urgent_revision is not None,
    }
    if standing.stage is None:
        return values
    stage, given = standing.stages[standing.stage], len(standing.approvals[standing.stage])
    return values | {
        "stage_role": stage.role,
        "stage_organization_id": await stage_organization(client, row.organization_id, stage),
        "free_places": stage.approvals - given - len(standing.claims),
        "barred": sorted(barred(standing, standing.stage)),
    }


def barred(standing: Standing, stage: int) -> People:
    """Who may not act in the stage, whatever their role."""
    circle = circles(standing.stages)
    others = (
        people for index, people in enumerate(standing.acted) if circle[index] != circle[stage]
    )
    given = (approval.people for approval in standing.approvals[stage])
    return standing.writers.union(*others, *given)


async def stage_organization(
    client: BaseDBAsyncClient, organization_id: int, stage: Stage
) -> int | None:
    """Where the stage's role must be held; None: in the whole network."""
    if stage.place is StagePlace.GIVEN:
        return stage.organization_id
    if stage.place is StagePlace.SUBJECT:
        return organization_id
    own = await Organization.get(id=organization_id, using_db=client)
    return own.parent_id


async def acting(client: BaseDBAsyncClient, act: Act, run: Run) -> People:
    """As whom the viewer acts in the present stage. Raises Forbidden for who lacks its role there.

    That they have not acted elsewhere is for the rules of states.py.
    """
    row = run.row
    if run.standing.stage is not None:
        await _require_role(client, act.viewer, row, run.standing.stages[run.standing.stage])
    return await people_of(client, act.viewer, row.organization_id, now=act.now)


async def _require_role(
    client: BaseDBAsyncClient, viewer: Viewer, row: Review, stage: Stage
) -> None:
    path = NETWORK
    if row.stage_organization_id is not None:
        path = (await Organization.get(id=row.stage_organization_id, using_db=client)).path
    if not holds(viewer, stage.role, path):
        where = f"at Organization:{row.stage_organization_id}" if path else "in the whole network"
        raise Forbidden(f"“{stage.title}” needs the role {stage.role.value} {where}", path=("id",))


def holds(viewer: Viewer, role: Role, path: str) -> bool:
    """Whether the viewer may act as that role at the organization of the path."""
    if viewer.is_administrator:
        return True
    wanted = (role, Role.ADMINISTRATOR)
    return Scope.WRITE in viewer.scopes and any(
        grant.role in wanted and is_within(path, grant.path) for grant in viewer.grants
    )


def actor_of(viewer: Viewer) -> str:
    return actor_id(viewer) or viewer.name
