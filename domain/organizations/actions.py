"""Writes organizations: the only place that does."""

from __future__ import annotations

from dataclasses import dataclass

from tortoise.backends.base.client import BaseDBAsyncClient

from domain import text
from domain.access import Act
from domain.audit import actions as audit
from domain.changes import change, check_version, locked, must_exist
from domain.engagement.actions.attribution import recompute_subjects
from domain.engagement.actions.locking import hold_totals
from domain.gates import require_at
from domain.ids import format_id
from domain.organizations.models import Organization
from domain.organizations.rules import OrganizationKind
from domain.organizations.tree import lineage
from domain.permissions import Permission
from domain.problems import Invalid
from domain.search.actions import index
from domain.search.rules import SearchKind

LONGEST_NAME = 200
LARGEST_QUOTA = 2**62
MANAGE = Permission.MANAGE_ORGANIZATION


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrganization:
    """parent_id: the organization it stands below; none for a root."""

    kind: OrganizationKind
    name: str
    parent_id: int | None = None


async def create(act: Act, new: NewOrganization) -> int:
    async with change(act, MANAGE) as client:
        values = {
            "kind": new.kind,
            "name": text.line(new.name, path=("name",), longest=LONGEST_NAME),
            "parent_id": new.parent_id,
        }
        await must_exist(client, Organization, new.parent_id, "parent_id")
        await require_at(client, act, MANAGE, new.parent_id, "parent_id")
        row = await Organization.create(using_db=client, created_at=act.now, **values)
        await index(client, SearchKind.ORGANIZATION, row.id)
        await audit.record(
            client, act, "organization.create", format_id("Organization", row.id), after=values
        )
        return int(row.id)


async def rename(act: Act, organization_id: int, version: int, name: str) -> None:
    async with change(act, MANAGE) as client:
        known = text.line(name, path=("name",), longest=LONGEST_NAME)
        row = await locked(client, Organization, organization_id)
        await require_at(client, act, MANAGE, row.id, "id")
        check_version(row, version)
        before = row.name
        row.name = known
        row.version += 1
        await row.save(using_db=client, update_fields=["name", "version"])
        await index(client, SearchKind.ORGANIZATION, row.id)
        await audit.record(
            client,
            act,
            "organization.rename",
            format_id("Organization", row.id),
            {"name": before},
            {"name": known},
        )


async def set_library_quota(act: Act, organization_id: int, quota: int | None) -> None:
    """In bytes, of its own library; None: as many as there is room for. What it has stays."""
    async with change(act) as client:
        row = await locked(client, Organization, organization_id)
        if quota is not None and not 0 <= quota <= LARGEST_QUOTA:
            raise Invalid("a quota is 0 to 2^62 bytes", path=("quota",), code="OUT_OF_RANGE")
        before, row.library_quota = row.library_quota, quota
        await row.save(using_db=client, update_fields=["library_quota"])
        await audit.record(
            client,
            act,
            "organization.set_library_quota",
            format_id("Organization", row.id),
            {"library_quota": before},
            {"library_quota": quota},
        )


async def move(act: Act, organization_id: int, version: int, parent_id: int | None) -> None:
    """Puts it, and all below it, under another organization; every total above both follows."""
    async with change(act, MANAGE) as client:
        await hold_totals(client)
        await _lock_tree(client)
        row = await locked(client, Organization, organization_id)
        # Who manages it alone may not take it out of what stands above it.
        await require_at(client, act, MANAGE, row.parent_id, "id")
        check_version(row, version)
        await must_exist(client, Organization, parent_id, "parent_id")
        await require_at(client, act, MANAGE, parent_id, "parent_id")
        above = await lineage(client, row.id)
        before = row.parent_id
        row.parent_id = parent_id
        row.version += 1
        await row.save(using_db=client, update_fields=["parent_id", "version"])
        await recompute_subjects(client, above ^ await lineage(client, row.id))
        await audit.record(
            client,
            act,
            "organization.move",
            format_id("Organization", row.id),
            {"parent_id": before},
            {"parent_id": parent_id},
        )


async def _lock_tree(client: BaseDBAsyncClient) -> None:
    """The lock its trigger takes, taken before any row is: two moves wait, they never entangle."""
    await client.execute_query(
        "SELECT pg_advisory_xact_lock(hashtextextended('tree:organization', 0))"
    )
