"""Queries for granted roles."""

from __future__ import annotations

import strawberry

from schema.grants.lists import GRANT_ORDERS, RoleGrantFilter, RoleGrantOrder
from schema.grants.types import RoleGrant
from schema.planner.declare import page
from schema.relay import Connection


@strawberry.type
class GrantQueries:
    role_grants: Connection[RoleGrant] = page(
        "Roles that were granted: your own, those you handed on, and all at organizations where you"
        " grant roles.",
        orders=RoleGrantOrder,
        by=GRANT_ORDERS,
        filters=RoleGrantFilter,
    )
