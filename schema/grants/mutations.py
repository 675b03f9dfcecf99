"""Granting roles, handing them on, ending them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from domain.access import Role
from domain.grants import actions
from domain.ids import parse_id
from schema.execution.context import Info
from schema.grants.types import RoleGrant
from schema.inputs import number_of, number_or_none
from schema.payloads import Payload, mutation
from schema.planner.declare import to_one
from schema.planner.readings import stands_on
from schema.problems import Conflict, Forbidden, Invalid, NotFound


@strawberry.input(description="A role to grant.")
class GrantRoleInput:
    role: Role = strawberry.field(description="Which role.")
    holder_id: strawberry.ID = strawberry.field(
        description="Who is to hold it: a User's or a Token's id; only administrators of the whole"
        " network grant roles to tokens."
    )
    organization_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Where, with all below it; null for the whole network.",
    )
    starts_at: datetime | None = strawberry.field(default=None, description="From when; now.")
    ends_at: datetime | None = strawberry.field(
        default=None, description="Until when; null until it is ended."
    )


@strawberry.input(description="A role of your own to hand on, for a while.")
class DelegateRoleInput:
    grant_id: strawberry.ID = strawberry.field(description="Your role: a RoleGrant's id.")
    holder_id: strawberry.ID = strawberry.field(
        description="Who is to hold it too: a User's or a Token's id."
    )
    ends_at: datetime = strawberry.field(description="Until when; no longer than you hold it.")
    organization_id: strawberry.ID | None = strawberry.field(
        default=None, description="A part of where you hold it; null for all of it."
    )
    starts_at: datetime | None = strawberry.field(default=None, description="From when; now.")


@strawberry.input(description="A role that ends.")
class EndRoleInput:
    id: strawberry.ID = strawberry.field(description="Which: a RoleGrant's id.")


@stands_on("(SELECT)")
@strawberry.type(description="The role as it now is.")
class RoleGrantPayload(Payload):
    grant: RoleGrant | None = to_one(
        "grant_id", "The role; null when it is not yours to see any more."
    )


RoleGrantResult = Annotated[
    RoleGrantPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("RoleGrantResult", description="The role, or why nothing changed."),
]


def _holder(id_: str) -> actions.Holder:
    """Raises Invalid."""
    type_name, number = parse_id(id_, "User", "Token", path=("holder_id",))
    if type_name == "User":
        return actions.Holder(user_id=number)
    return actions.Holder(token_id=number)


@strawberry.type
class GrantMutations:
    @mutation("Grants a role at an organization.")
    async def grant_role(self, info: Info, input: GrantRoleInput) -> RoleGrantResult:
        new = actions.NewGrant(
            role=input.role,
            holder=_holder(input.holder_id),
            organization_id=number_or_none(
                "Organization", input.organization_id, "organization_id"
            ),
            starts_at=input.starts_at,
            ends_at=input.ends_at,
        )
        return RoleGrantPayload.of(grant_id=await actions.grant(info.context.act, new))

    @mutation("Hands a role of your own, or a part of it, on to another for a while.")
    async def delegate_role(self, info: Info, input: DelegateRoleInput) -> RoleGrantResult:
        new = actions.Delegation(
            grant_id=number_of("RoleGrant", input.grant_id, "grant_id"),
            holder=_holder(input.holder_id),
            organization_id=number_or_none(
                "Organization", input.organization_id, "organization_id"
            ),
            starts_at=input.starts_at,
            ends_at=input.ends_at,
        )
        return RoleGrantPayload.of(grant_id=await actions.delegate(info.context.act, new))

    @mutation("Ends a role, and what was handed on from it.")
    async def end_role(self, info: Info, input: EndRoleInput) -> RoleGrantResult:
        number = number_of("RoleGrant", input.id, "id")
        await actions.end(info.context.act, number)
        return RoleGrantPayload.of(grant_id=number)
