"""Queries for the media library."""

from __future__ import annotations

import strawberry

from schema.lookups import has_id
from schema.media.lists import MEDIA_ORDERS, MediaFilter, MediaOrder
from schema.media.types import Media
from schema.planner.declare import argument, one, page
from schema.planner.restrictions import Restriction, restricted
from schema.relay import Connection


@strawberry.type
class MediaQueries:
    media: Media | None = one(
        has_id("Media"),
        "One file of the library; null when there is none, or it is not yours to see.",
        arguments=(argument("id", strawberry.ID, "Its global id, e.g. Media:12."),),
    )
    media_library: Connection[Media] = restricted(
        Restriction.LIBRARY,
        page(
            "Files of the libraries you work with, and public ones.",
            orders=MediaOrder,
            by=MEDIA_ORDERS,
            filters=MediaFilter,
        ),
    )
