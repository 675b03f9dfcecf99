"""Bearer tokens, as those who hand them out see them. None of them shows what it is."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import strawberry

from domain.access import Scope
from domain.tokens.access import visible
from schema.described import described
from schema.grants.types import RoleGrant
from schema.partners.types import Partner
from schema.planner.declare import column, condition, page, rows, to_one
from schema.planner.readings import Order, stands_on
from schema.planner.restrictions import Restriction, restricted
from schema.relay import Connection


class TokenOrder(StrEnum):
    LATEST = "LATEST"


described(TokenOrder, "Orders of tokens.", LATEST="The latest made first.")
LATEST = {"LATEST": Order("{row}.id", "bigint")}


@strawberry.input(description="Which tokens; all conditions given must hold.")
class TokenFilter:
    is_revoked: bool | None = condition(
        "Whether it was revoked.", "({row}.revoked_at IS NOT NULL) = {value}", ""
    )
    partner_id: strawberry.ID | None = condition(
        "Of this partner.", "{row}.partner_id = {value}", "bigint", id_of=("Partner",)
    )


@stands_on("token", visible)
@strawberry.type(description="A bearer token of an application or a partner.")
class Token:
    id: strawberry.ID = column("Global id, e.g. Token:3.", "'Token:' || {row}.id")
    name: str = column("Whose it is, or what for; the audit trail shows it.")
    partner: Annotated[Partner, strawberry.lazy("schema.partners.types")] | None = to_one(
        "partner_id", "The partner whose it is; null for an application's."
    )
    scopes: list[Scope] = column("What it may be used for.", "to_json({row}.scopes)")
    roles: list[RoleGrant] = rows(
        "Roles that were granted to it, the latest 100.",
        where="{row}.token_id = {parent}.id",
        order_by="{row}.id DESC",
        limit=100,
        expected=5,
    )
    created_at: datetime = column("When it was made.")
    expires_at: datetime | None = column("When it expires; null when it does not by itself.")
    revoked_at: datetime | None = column("When it was revoked; null when it was not.")
    last_used_at: datetime | None = column(
        "When it was last used, to the minute; null when never.",
        "(SELECT u.used_at FROM token_use u WHERE u.token_id = {row}.id)",
    )


@strawberry.type
class TokenQueries:
    tokens: Connection[Token] = restricted(
        Restriction.NETWORK,
        page("Bearer tokens.", orders=TokenOrder, by=LATEST, filters=TokenFilter),
    )
