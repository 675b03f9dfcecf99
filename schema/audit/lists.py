"""How the audit trail is ordered and narrowed. Each condition has an index in the order of time."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import strawberry

from schema.described import described
from schema.planner.declare import condition
from schema.planner.readings import Order


class AuditEntryOrder(StrEnum):
    NEWEST = "NEWEST"
    OLDEST = "OLDEST"


described(
    AuditEntryOrder,
    "Orders of audit entries.",
    NEWEST="What happened last comes first.",
    OLDEST="What happened first comes first.",
)

AUDIT_ORDERS = {
    "NEWEST": Order("{row}.at", "timestamptz"),
    "OLDEST": Order("{row}.at", "timestamptz", descending=False),
}


@strawberry.input(description="Which audit entries; all conditions given must hold.")
class AuditEntryFilter:
    actor: str | None = condition("By whom, as `actor` shows it.", "{row}.actor = {value}", "text")
    actor_id: strawberry.ID | None = condition(
        "By this account or token, e.g. Token:3.", "{row}.actor_id = {value}", "text"
    )
    action: str | None = condition(
        "What was done, e.g. article.publish.", "{row}.action = {value}", "text"
    )
    subject: strawberry.ID | None = condition(
        "To this object, e.g. Article:12.", "{row}.subject = {value}", "text"
    )
    request_id: str | None = condition(
        "In answer to this request.", "{row}.request_id = {value}", "text"
    )
    happened_since: datetime | None = condition(
        "Then or later.", "{row}.at >= {value}", "timestamptz"
    )
    happened_before: datetime | None = condition(
        "Before then.", "{row}.at < {value}", "timestamptz"
    )
