"""The audit trail: what was done, by whom, and its place in the chain."""

from __future__ import annotations

from datetime import datetime

import strawberry

from domain.audit.access import visible
from schema.planner.declare import column, one
from schema.planner.readings import stands_on
from schema.relay import Node
from schema.scalars import BigInt


@stands_on("audit_link", visible, cost=0, number="{row}.position")
@strawberry.type(
    description="An entry's place in the chain of hashes, by which `./xinfeng audit verify` tells "
    "whether the trail was altered."
)
class AuditLink:
    position: BigInt = column("1 for the first entry that was committed, then without a gap.")
    previous: str = column(
        "Hash of the position before, in hexadecimal digits.", "encode({row}.previous, 'hex')"
    )
    hash: str = column(
        "SHA-256 over the hash before and this entry's content, in hexadecimal digits.",
        "encode({row}.hash, 'hex')",
    )


@stands_on("audit_entry", visible)
@strawberry.type(
    description="One thing that was done: written together with what it did, never altered."
)
class AuditEntry(Node):
    at: datetime = column("When.")
    actor: str = column("By whom, by name.")
    actor_id: str = column(
        "By which account or token, e.g. Token:3; empty for the system and its operators."
    )
    action: str = column("What: noun and verb, e.g. article.publish.")
    subject: str = column("Global id of what it was done to, e.g. Article:12.")
    before: str | None = column("What changed, as it was, as JSON.", "{row}.before::text")
    after: str | None = column("What changed, as it then was, as JSON.", "{row}.after::text")
    request_id: str = column("Id of the request it answered; empty where there was none.")
    link: AuditLink | None = one("{row}.entry_id = {parent}.id", "Its place in the chain.")
