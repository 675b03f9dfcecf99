"""Queries for accounts of people: administrators see them, for others there are none."""

from __future__ import annotations

import strawberry

from schema.planner.declare import page
from schema.relay import Connection
from schema.users.lists import USER_ORDERS, UserFilter, UserOrder
from schema.users.types import User


@strawberry.type
class UserQueries:
    users: Connection[User] = page(
        "Accounts of people; for administrators.",
        orders=UserOrder,
        by=USER_ORDERS,
        filters=UserFilter,
    )
