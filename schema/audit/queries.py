"""Queries for the audit trail: administrators see it, for others there is none."""

from __future__ import annotations

import strawberry

from schema.audit.lists import AUDIT_ORDERS, AuditEntryFilter, AuditEntryOrder
from schema.audit.types import AuditEntry
from schema.planner.declare import page
from schema.planner.restrictions import Restriction, restricted
from schema.relay import Connection


@strawberry.type
class AuditQueries:
    audit_entries: Connection[AuditEntry] = restricted(
        Restriction.NETWORK,
        page(
            "Who did what, and what changed; for administrators.",
            orders=AuditEntryOrder,
            by=AUDIT_ORDERS,
            filters=AuditEntryFilter,
            size="audit_entry",
        ),
    )
