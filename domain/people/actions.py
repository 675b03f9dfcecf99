"""Writes people: the only place that does."""

from __future__ import annotations

from dataclasses import dataclass

from domain import text
from domain.access import Act
from domain.audit import actions as audit
from domain.changes import change, must_exist
from domain.gates import require_at
from domain.ids import format_id
from domain.organizations.models import Organization
from domain.people.models import Person
from domain.permissions import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    name: str
    organization_id: int


async def create(act: Act, new: NewPerson) -> int:
    async with change(act, Permission.MANAGE_ORGANIZATION) as client:
        values = {
            "name": text.line(new.name, path=("name",), longest=100),
            "organization_id": new.organization_id,
        }
        await must_exist(client, Organization, new.organization_id, "organization_id")
        await require_at(
            client, act, Permission.MANAGE_ORGANIZATION, new.organization_id, "organization_id"
        )
        row = await Person.create(using_db=client, created_at=act.now, **values)
        await audit.record(client, act, "person.create", format_id("Person", row.id), after=values)
        return int(row.id)
