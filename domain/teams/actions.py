"""Writes teams: the only place that does."""

from __future__ import annotations

from dataclasses import dataclass

from domain import text
from domain.access import Act
from domain.audit import actions as audit
from domain.changes import change, must_exist
from domain.gates import require_at
from domain.ids import format_id
from domain.organizations.models import Organization
from domain.permissions import Permission
from domain.teams.models import Team
from domain.teams.rules import TeamKind


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTeam:
    """parent_id: the team it belongs to. organization_id: the organization it serves."""

    kind: TeamKind
    name: str
    parent_id: int | None = None
    organization_id: int | None = None


async def create(act: Act, new: NewTeam) -> int:
    async with change(act, Permission.MANAGE_ORGANIZATION) as client:
        values = {
            "kind": new.kind,
            "name": text.line(new.name, path=("name",), longest=200),
            "parent_id": new.parent_id,
            "organization_id": new.organization_id,
        }
        await must_exist(client, Team, new.parent_id, "parent_id")
        await must_exist(client, Organization, new.organization_id, "organization_id")
        await require_at(
            client, act, Permission.MANAGE_ORGANIZATION, new.organization_id, "organization_id"
        )
        row = await Team.create(using_db=client, created_at=act.now, **values)
        await audit.record(client, act, "team.create", format_id("Team", row.id), after=values)
        return int(row.id)
