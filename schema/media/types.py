"""Files of the library."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.media.access import visible
from domain.media.rules import ALIKE_BITS, MediaKind, MediaState, RenditionFormat
from schema.organizations.types import Organization
from schema.planner.declare import column, rows, to_one
from schema.planner.readings import stands_on
from schema.planner.restrictions import Restriction, restricted
from schema.relay import Node
from schema.scalars import BigInt

if TYPE_CHECKING:
    from schema.articles.types import Article

MOST_USERS = 100
MOST_ALIKE = 10

ORIGINAL = r"'/media/' || {row}.sha256 || '/original.' || substring({row}.name from '[^.]*$')"
JPEG = (
    "(SELECT '/media/' || {row}.sha256 || '/renditions/' || r.width || '.jpeg'"
    " FROM media_rendition r WHERE r.media_id = {row}.id AND r.format = 'JPEG')"
)
SHOWN = (
    f"CASE WHEN {{row}}.kind = 'IMAGE' AND {{row}}.mime <> 'image/gif' THEN {JPEG}"
    f" ELSE {ORIGINAL} END"
)
ALIKE = (
    "{row}.bands && {parent}.bands AND {row}.id <> {parent}.id"
    f" AND bit_count(({{row}}.look # {{parent}}.look)::bit(64)) <= {ALIKE_BITS}"
)


@stands_on("media_rendition")
@strawberry.type(
    description="A picture in one size and format, without what its camera wrote into it. Reached "
    "through its file only, so that who sees one sees the other."
)
class MediaRendition:
    format: RenditionFormat = column("How it is encoded.")
    width: int = column("In pixels.")
    height: int = column("In pixels.")
    bytes: BigInt = column("How large the file is.", "{row}.size")
    url: str = column(
        "Its address on this server; what is there never changes.",
        "(SELECT '/media/' || m.sha256 || '/renditions/' || {row}.width || '.'"
        " || lower({row}.format) FROM media m WHERE m.id = {row}.media_id)",
    )


@stands_on("media", visible)
@strawberry.type(
    description="A picture, film, sound or document of an organization's library. It is public "
    "while something published uses it."
)
class Media(Node):
    organization: Organization = to_one("organization_id", "Whose library it is in.")
    kind: MediaKind = column("What it is.")
    mime: str = column("Its type, as its content says, e.g. image/jpeg.")
    name: str = column("Its file's name.")
    bytes: BigInt = column("How large the file is that was uploaded.", "{row}.size")
    width: int | None = column("Of a picture as it is to be seen, in pixels.")
    height: int | None = column("Of a picture as it is to be seen, in pixels.")
    alt: str = column("What a picture shows, for those who do not see it; may be empty.")
    caption: str = column("What stands below it; may be empty.")
    credit: str = column("Who made it; may be empty.")
    licence: str = column("Under which terms it may be used; may be empty.")
    state: MediaState = column("Whether it can be shown.")
    why: str = column("What is wrong with a broken one; empty otherwise.")
    url: str | None = column(
        "Its address on this server: of a picture a JPEG of middle size, null until it is made; of "
        "anything else, and of a GIF, the file itself.",
        SHOWN,
    )
    original_url: str = column(
        "The file as it was uploaded. Of pictures it is for those who work with the library: it "
        "tells where and when they were taken.",
        ORIGINAL,
    )
    renditions: list[MediaRendition] = rows(
        "A picture in other sizes and formats, the narrowest first.",
        where="{row}.media_id = {parent}.id",
        order_by="{row}.width, {row}.format",
        expected=9,
        limit=20,
    )
    is_public: bool = column("Whether something published uses it.")
    used_by: list[Annotated[Article, strawberry.lazy("schema.articles.types")]] = rows(
        f"The articles that use it, in whichever revision; those you see, the latest {MOST_USERS}.",
        where="{row}.id IN (SELECT u.article_id FROM article_media u"
        " WHERE u.media_id = {parent}.id)",
        order_by="{row}.id DESC",
        expected=5,
        limit=MOST_USERS,
    )
    similar: list[Media] = restricted(
        Restriction.LIBRARY,
        rows(
            f"Pictures that look nearly the same; those you see, the latest {MOST_ALIKE}.",
            where=ALIKE,
            order_by="{row}.id DESC",
            expected=2,
            limit=MOST_ALIKE,
        ),
    )
    uploaded_by: str = restricted(Restriction.LIBRARY, column("Who uploaded it."))
    version: int = column("Grows with every change; an update carries the one it saw.")
    created_at: datetime = column("When it was uploaded.")
    updated_at: datetime = column("When what is said of it was last changed.")
