"""How the library's list is ordered and narrowed."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from domain.media.rules import MediaKind
from schema.described import described
from schema.engagement.orders import BY_ID
from schema.lookups import within
from schema.planner.declare import belonging, condition
from schema.planner.readings import Order


class MediaOrder(StrEnum):
    LATEST = "LATEST"
    ENTERED = "ENTERED"


described(
    MediaOrder,
    "Orders of files.",
    LATEST="The latest uploaded first.",
    ENTERED="As they were uploaded, oldest first.",
)

MEDIA_ORDERS = {"LATEST": Order("{row}.id", "bigint"), "ENTERED": BY_ID}

WORDS = "lower({row}.name || ' ' || {row}.alt || ' ' || {row}.caption || ' ' || {row}.credit)"
LETTERS = "letter_pairs(lower({value}), CASE length(lower({value})) WHEN 1 THEN 1 ELSE 2 END)"
"""What a file that has the text has in its letters: an index finds it."""


@strawberry.input(description="Which files; all conditions given must hold.")
class MediaFilter:
    organization_id: strawberry.ID | None = belonging(
        "Of this organization's library.", "organization_id", "Organization"
    )
    within: strawberry.ID | None = within("Of this organization's library, or of one below it.")
    kind: MediaKind | None = condition("Of this kind.", "{row}.kind = {value}", "text")
    unused: bool | None = condition(
        "Whether no article uses it, in whichever revision.",
        "{row}.is_used = (NOT {value})",
        "boolean",
    )
    text: str | None = condition(
        "With this in its name, alternative text, caption or credit, in any letter case.",
        f"{{row}}.letters @> {LETTERS} AND strpos({WORDS}, lower({{value}})) > 0",
        "text",
    )
