"""Who stands above an organization, as the database's paths tell it."""

from __future__ import annotations

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.engagement.rules import SubjectKind
from domain.organizations.models import Organization

Subjects = set[tuple[SubjectKind, int]]


async def lineage(client: BaseDBAsyncClient, organization_id: int) -> Subjects:
    """The organization and all above it, as subjects of totals; empty when there is none such."""
    path = (
        await Organization.filter(id=organization_id)
        .using_db(client)
        .values_list("path", flat=True)
    )
    numbers = str(path[0]).split(".") if path else []
    return {(SubjectKind.ORGANIZATION, int(number)) for number in numbers}
