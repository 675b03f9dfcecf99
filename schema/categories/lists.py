"""How lists of categories are ordered and narrowed."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from schema.described import described
from schema.planner.declare import belonging, condition
from schema.planner.readings import Order


class CategoryOrder(StrEnum):
    POSITION = "POSITION"
    NAME = "NAME"


described(
    CategoryOrder,
    "Orders of categories.",
    POSITION="As editors placed those beside each other.",
    NAME="By name, in code point order.",
)

CATEGORY_ORDERS = {
    "POSITION": Order("{row}.position", "bigint", descending=False),
    "NAME": Order("{row}.name", "text", descending=False),
}


@strawberry.input(description="Which categories; all conditions given must hold.")
class CategoryFilter:
    parent_id: strawberry.ID | None = belonging("Right below this one.", "parent_id", "Category")
    within: strawberry.ID | None = condition(
        "This one and all below it.",
        "{row}.path <@ (SELECT top.path FROM category top WHERE top.id = {value})",
        "bigint",
        id_of=("Category",),
    )
    is_top: bool | None = condition(
        "Whether it stands below no other.", "({row}.parent_id IS NULL) = {value}", "boolean"
    )
