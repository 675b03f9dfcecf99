"""Queries for accounts of people: for administrators of the whole network."""

from __future__ import annotations

import strawberry

from schema.planner.declare import page
from schema.planner.restrictions import Restriction, restricted
from schema.relay import Connection
from schema.users.lists import USER_ORDERS, UserFilter, UserOrder
from schema.users.types import User


@strawberry.type
class UserQueries:
    users: Connection[User] = restricted(
        Restriction.NETWORK,
        page("Accounts of people.", orders=UserOrder, by=USER_ORDERS, filters=UserFilter),
    )
