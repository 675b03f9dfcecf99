"""How lists of teams are ordered and narrowed."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from domain.teams.rules import TeamKind
from schema.described import described
from schema.engagement.orders import BY_ID
from schema.planner.declare import belonging, condition
from schema.planner.readings import Kept


class TeamOrder(StrEnum):
    ENTERED = "ENTERED"


described(
    TeamOrder,
    "Orders of teams.",
    ENTERED="As they were entered.",
)


TEAM_ORDERS = {"ENTERED": BY_ID}


@strawberry.input(description="Which teams; all conditions given must hold.")
class TeamFilter:
    kind: TeamKind | None = condition("Of this kind.", "{row}.kind = {value}", "text")
    organization_id: strawberry.ID | None = belonging(
        "Serving this organization.", "organization_id", "Organization"
    )
    within: strawberry.ID | None = condition(
        "This one and all below it.",
        "{row}.path <@ (SELECT top.path FROM team top WHERE top.id = {value})",
        "bigint",
        id_of=("Team",),
        kept=Kept("team_within", "team_id", "above_id", {"ENTERED": "team_id"}),
    )
