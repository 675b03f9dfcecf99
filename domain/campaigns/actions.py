"""Writes campaigns: the only place that does. Posts join one through domain/posts/actions.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain import text
from domain.access import Act
from domain.audit import actions as audit
from domain.campaigns.models import Campaign
from domain.campaigns.rules import check_goal, check_period
from domain.changes import change, must_exist
from domain.gates import require_at
from domain.ids import format_id
from domain.organizations.models import Organization
from domain.permissions import Permission
from domain.search.actions import index
from domain.search.rules import SearchKind


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCampaign:
    """starts_at, ends_at: the period, ends_at excluded. goal_reads: none when it aims for none."""

    title: str
    organization_id: int
    starts_at: datetime
    ends_at: datetime
    summary: str = ""
    goal_reads: int | None = None


async def create(act: Act, new: NewCampaign) -> int:
    async with change(act, Permission.CREATE_CAMPAIGN) as client:
        starts_at, ends_at = check_period(new.starts_at, new.ends_at)
        values = {
            "title": text.line(new.title, path=("title",), longest=300),
            "summary": text.prose(new.summary, path=("summary",), longest=1000),
            "organization_id": new.organization_id,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "goal_reads": check_goal(new.goal_reads),
        }
        await must_exist(client, Organization, new.organization_id, "organization_id")
        await require_at(
            client, act, Permission.CREATE_CAMPAIGN, new.organization_id, "organization_id"
        )
        row = await Campaign.create(using_db=client, created_at=act.now, **values)
        await index(client, SearchKind.CAMPAIGN, row.id)
        await audit.record(
            client, act, "campaign.create", format_id("Campaign", row.id), after=values
        )
        return int(row.id)
