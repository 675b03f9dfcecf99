"""Queries for teams."""

from __future__ import annotations

import strawberry

from schema.planner.declare import page
from schema.relay import Connection
from schema.teams.lists import TEAM_ORDERS, TeamFilter, TeamOrder
from schema.teams.types import Team


@strawberry.type
class TeamQueries:
    teams: Connection[Team] = page(
        "Volunteer teams.", orders=TeamOrder, by=TEAM_ORDERS, filters=TeamFilter, size="team"
    )
