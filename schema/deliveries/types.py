"""What partners pushed, and what became of each item."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.deliveries.access import visible, visible_restatements
from domain.deliveries.rules import MOST_ITEMS, Rejection
from domain.engagement.rules import Metric, Source
from schema.planner.declare import column, one, rows, to_one
from schema.planner.readings import stands_on
from schema.relay import Node

if TYPE_CHECKING:
    from schema.partners.types import Partner
    from schema.posts.types import Post

USUAL_FAULTS = 25
"""What the rejections of one delivery count for, of the MOST_ITEMS there can be: a delivery with
more is rare, and they are read from the delivery's own row."""

REJECTED = (
    "(SELECT (entry->>'index')::integer AS place, entry->>'code' AS code,"
    " entry->>'message' AS message, entry->>'itemId' AS item_id, entry->>'item' AS item"
    " FROM jsonb_array_elements({parent}.rejected) AS entry)"
)
Posts = Annotated["Post", strawberry.lazy("schema.posts.types")]
Partners = Annotated["Partner", strawberry.lazy("schema.partners.types")]


@stands_on("(SELECT)", cost=0)
@strawberry.type(description="An item that was not taken, and why.")
class RejectedItem:
    index: int = column("Its place in the push, counted from 0.", "{row}.place")
    code: Rejection = column("For programs: why it was not taken.")
    message: str = column("For people: what is wrong with it.")
    item_id: str | None = column("The sender's own id of it, where it said one.")
    item: str = column("As it was sent, its first 2,000 letters.")


@stands_on("restatement", visible_restatements)
@strawberry.type(description="A figure of a settled time that was changed, and why.")
class Restatement:
    index: int = column("The item's place in the push, counted from 0.")
    post: Posts | None = one("{row}.id = {parent}.post_id", "Whose figure it is.")
    metric: Metric = column("Which figure.")
    observed_at: datetime = column("When the counter stood there, or was reported.")
    reason: str = column("Why it was changed, in the sender's words.")


@stands_on("delivery", visible)
@strawberry.type(description="One push of a partner, or one portion of an imported file.")
class Delivery(Node):
    source: Source = column("How it reached us.")
    webhook_id: str = column("The sender's id of it: the same push sent again carries the same.")
    received_at: datetime = column("When it was taken.")
    items: int = column("How many items it held.")
    accepted: int = column("How many of them were new.")
    duplicates: int = column("How many of them were known, word for word.")
    restated: int = column("How many of the accepted ones changed a settled figure.")
    rejected: int = column("How many were not taken.", "jsonb_array_length({row}.rejected)")
    partner: Partners | None = to_one("partner_id", "Who sent it.")
    rejections: list[RejectedItem] = rows(
        f"The items that were not taken, {MOST_ITEMS} at most.",
        table=REJECTED,
        order_by="{row}.place",
        expected=USUAL_FAULTS,
    )
    restatements: list[Restatement] = rows(
        f"The settled figures it changed, {MOST_ITEMS} at most.",
        where="{row}.delivery_id = {parent}.id",
        order_by="{row}.index",
        expected=USUAL_FAULTS,
    )
