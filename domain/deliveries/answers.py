"""What the sender of a push is told, now and whenever it sends the same again; pure."""

from __future__ import annotations

from typing import Any, TypedDict

from domain.deliveries.models import Delivery
from domain.deliveries.rules import Fault, PushedItem, WrongItem
from domain.ids import format_id

Answer = dict[str, Any]
MOST_LETTERS = 2_000
"""Of a rejected item, kept for the log."""


class Registered(TypedDict):
    """Which item made a post known; post: its number."""

    index: int
    post: int


def rejection(index: int, fault: Fault, item: PushedItem | WrongItem) -> dict[str, Any]:
    """One rejected item as the log keeps it."""
    kept = {"index": index, "code": fault.code.value, "message": fault.message}
    if item.item_id:
        kept["itemId"] = item.item_id
    return {**kept, "item": item.text[:MOST_LETTERS]}


def answer_of(delivery: Delivery) -> Answer:
    """`restated` stands there only when something was, `registered` when that was asked for."""
    answer: Answer = {
        "accepted": delivery.accepted,
        "duplicates": delivery.duplicates,
        "rejected": [_told(entry) for entry in delivery.rejected],
    }
    if delivery.restated:
        answer["restated"] = delivery.restated
    if delivery.registered is not None:
        answer["registered"] = [
            {"index": entry["index"], "post": format_id("Post", entry["post"])}
            for entry in delivery.registered
        ]
    return answer


def _told(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name != "item"}
