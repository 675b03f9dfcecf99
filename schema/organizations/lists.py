"""How lists of organizations are ordered and narrowed."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from domain.organizations.rules import OrganizationKind
from schema.described import described
from schema.engagement.orders import BY_ID, most_read
from schema.planner.declare import belonging, condition
from schema.planner.readings import Order


class OrganizationOrder(StrEnum):
    ENTERED = "ENTERED"
    NAME = "NAME"
    MOST_READ = "MOST_READ"


described(
    OrganizationOrder,
    "Orders of organizations.",
    ENTERED="As they were entered.",
    NAME="By name, in code point order.",
    MOST_READ="Most reads in its subtree first.",
)


ORGANIZATION_ORDERS = {
    "ENTERED": BY_ID,
    "NAME": Order("{row}.name", "text", descending=False),
    "MOST_READ": most_read("ORGANIZATION"),
}


@strawberry.input(description="Which organizations; all conditions given must hold.")
class OrganizationFilter:
    kind: OrganizationKind | None = condition("Of this kind.", "{row}.kind = {value}", "text")
    parent_id: strawberry.ID | None = belonging(
        "Right below this one.", "parent_id", "Organization"
    )
    within: strawberry.ID | None = condition(
        "This one and all below it.",
        "{row}.path <@ (SELECT top.path FROM organization top WHERE top.id = {value})",
        "bigint",
        id_of=("Organization",),
    )
    name_starts: str | None = condition(
        "Whose name begins so.", "starts_with({row}.name, {value})", "text"
    )
