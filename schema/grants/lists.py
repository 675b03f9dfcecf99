"""How lists of granted roles are ordered and narrowed."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from domain.access import Role
from schema.described import described
from schema.lookups import within
from schema.planner.declare import condition
from schema.planner.readings import Order


class RoleGrantOrder(StrEnum):
    LATEST = "LATEST"


described(RoleGrantOrder, "Orders of granted roles.", LATEST="The latest granted first.")

GRANT_ORDERS = {"LATEST": Order("{row}.id", "bigint")}

HOLDS = (
    "({row}.ended_at IS NULL AND now() >= {row}.starts_at"
    " AND now() < coalesce({row}.ends_at, 'infinity'))"
)


@strawberry.input(description="Which granted roles; all conditions given must hold.")
class RoleGrantFilter:
    within: strawberry.ID | None = within("At this organization or one below it.")
    role: Role | None = condition("Of this role.", "{row}.role = {value}", "text")
    user_id: strawberry.ID | None = condition(
        "Held by this user.", "{row}.user_id = {value}", "bigint", id_of=("User",)
    )
    token_id: strawberry.ID | None = condition(
        "Held by this token.", "{row}.token_id = {value}", "bigint", id_of=("Token",)
    )
    in_term: bool | None = condition("Whether its own term runs now.", f"{HOLDS} = {{value}}", "")
