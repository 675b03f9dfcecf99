"""Roles at organizations, as they are granted."""

from __future__ import annotations

from datetime import datetime

import strawberry

from domain.access import Role
from domain.grants.access import visible
from schema.organizations.types import Organization
from schema.planner.declare import column, to_one
from schema.planner.readings import stands_on


@stands_on("role_grant", visible)
@strawberry.type(description="A role of one holder at an organization and everything below it.")
class RoleGrant:
    id: strawberry.ID = column("Global id, e.g. RoleGrant:5.", "'RoleGrant:' || {row}.id")
    role: Role = column("Which role.")
    holder_id: strawberry.ID = column(
        "Who holds it: a User's or a Token's id.",
        "coalesce('User:' || {row}.user_id, 'Token:' || {row}.token_id)",
    )
    holder_name: str = column(
        "The holder's name.",
        "coalesce((SELECT u.name FROM app_user u WHERE u.id = {row}.user_id),"
        " (SELECT k.name FROM token k WHERE k.id = {row}.token_id))",
    )
    organization: Organization | None = to_one(
        "organization_id", "Where it holds, with all below; null for the whole network."
    )
    starts_at: datetime = column("From when it holds.")
    ends_at: datetime | None = column("Until when it holds; null until it is ended.")
    granted_by: str = column("Who gave it, as the audit trail names them.")
    delegated_from: RoleGrant | None = to_one(
        "delegated_from_id",
        "The role of whoever handed it on, without which it does not hold; null for one that was"
        " granted, or when that one is not yours to see.",
    )
    is_delegated: bool = column("Whether it was handed on.", "{row}.delegated_from_id IS NOT NULL")
    created_at: datetime = column("When it was given.")
    ended_at: datetime | None = column("When it was taken back before its time; null when not.")
    ended_by: str = column("Who took it back; empty when nobody did.")
