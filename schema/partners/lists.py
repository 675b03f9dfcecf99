"""How lists of partners and accounts are ordered and narrowed."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from domain.partners.rules import PartnerKind, Platform
from schema.described import described
from schema.engagement.orders import BY_ID, most_read
from schema.lookups import within
from schema.planner.declare import condition
from schema.planner.readings import Order


class PartnerOrder(StrEnum):
    ENTERED = "ENTERED"
    NAME = "NAME"
    MOST_READ = "MOST_READ"


described(
    PartnerOrder,
    "Orders of partners.",
    ENTERED="As they were registered.",
    NAME="By name, in code point order.",
    MOST_READ="Most reads first; unknown last.",
)


PARTNER_ORDERS = {
    "ENTERED": BY_ID,
    "NAME": Order("{row}.name", "text", descending=False),
    "MOST_READ": most_read("PARTNER"),
}


@strawberry.input(description="Which partners; all conditions given must hold.")
class PartnerFilter:
    kind: PartnerKind | None = condition("Of this kind.", "{row}.kind = {value}", "text")
    within: strawberry.ID | None = within("Looked after by this organization or one below it.")
    platform: Platform | None = condition(
        "With an account on this platform.",
        "EXISTS (SELECT FROM account x WHERE x.partner_id = {row}.id AND x.platform = {value})",
        "text",
    )
    name_starts: str | None = condition(
        "Whose name begins so.", "starts_with({row}.name, {value})", "text"
    )


class AccountOrder(StrEnum):
    ENTERED = "ENTERED"
    MOST_READ = "MOST_READ"


described(
    AccountOrder,
    "Orders of accounts.",
    ENTERED="As they were registered.",
    MOST_READ="Most reads first; unknown last.",
)


ACCOUNT_ORDERS = {"ENTERED": BY_ID, "MOST_READ": most_read("ACCOUNT")}


@strawberry.input(description="Which accounts; all conditions given must hold.")
class AccountFilter:
    platform: Platform | None = condition("On this platform.", "{row}.platform = {value}", "text")
