"""How lists of accounts of people are ordered and narrowed."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from domain.users.rules import UserState
from schema.described import described
from schema.engagement.orders import BY_ID
from schema.planner.declare import condition
from schema.planner.readings import Order


class UserOrder(StrEnum):
    NAME = "NAME"
    ENTERED = "ENTERED"


described(
    UserOrder, "Orders of accounts.", NAME="By name.", ENTERED="As they were made, oldest first."
)

USER_ORDERS = {"NAME": Order("{row}.name", "text", descending=False), "ENTERED": BY_ID}


@strawberry.input(description="Which accounts; all conditions given must hold.")
class UserFilter:
    state: UserState | None = condition("In this state.", "{row}.state = {value}", "text")
    email: str | None = condition(
        "With this e-mail address, in any letter case.", "{row}.email = lower({value})", "text"
    )
