"""Teams of the volunteer corps."""

from __future__ import annotations

from datetime import datetime

import strawberry

from domain.teams.access import visible
from domain.teams.rules import TeamKind
from schema.organizations.types import Organization
from schema.planner.declare import column, page, rows, to_one
from schema.planner.readings import stands_on
from schema.relay import Connection, Node
from schema.teams.lists import TEAM_ORDERS, TeamFilter, TeamOrder


@stands_on("team", visible, max_age_seconds=60)
@strawberry.type(description="A node of the volunteer corps.")
class Team(Node):
    kind: TeamKind = column("What it is.")
    name: str = column("Its name.")
    created_at: datetime = column("When it was entered.")
    organization: Organization | None = to_one("organization_id", "Whom it serves.")
    parent: Team | None = to_one("parent_id", "The team it stands below.")
    ancestors: list[Team] = rows(
        "All teams above it, from the root down.",
        where="{row}.path @> {parent}.path AND {row}.id <> {parent}.id",
        order_by="nlevel({row}.path)",
        expected=5,
    )
    children: Connection[Team] = page(
        "The teams right below it.",
        orders=TeamOrder,
        by=TEAM_ORDERS,
        filters=TeamFilter,
        where="{row}.parent_id = {parent}.id",
        size="team.parent_id",
    )
