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

WORDS = "concat_ws(' ', {row}.name, {row}.alt, {row}.caption, {row}.credit)"


@strawberry.input(description="Which files; all conditions given must hold.")
class MediaFilter:
    organization_id: strawberry.ID | None = belonging(
        "Of this organization's library.", "organization_id", "Organization"
    )
    within: strawberry.ID | None = within("Of this organization's library, or of one below it.")
    kind: MediaKind | None = condition("Of this kind.", "{row}.kind = {value}", "text")
    unused: bool | None = condition(
        "Whether no article uses it, in whichever revision.",
        "(NOT EXISTS (SELECT FROM article_media u WHERE u.media_id = {row}.id)) = {value}",
        "",
    )
    text: str | None = condition(
        "With this in its name, alternative text, caption or credit, in any letter case.",
        f"strpos(lower({WORDS}), lower({{value}})) > 0",
        "text",
    )
