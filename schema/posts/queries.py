"""Queries for posts."""

from __future__ import annotations

import strawberry

from schema.lookups import has_id
from schema.planner.declare import argument, one, page
from schema.posts.lists import POST_ORDERS, PostFilter, PostOrder
from schema.posts.types import Post
from schema.relay import Connection


@strawberry.type
class PostQueries:
    post: Post | None = one(
        has_id("Post"),
        "One post; null when there is none, or it is not yours to see.",
        arguments=(argument("id", strawberry.ID, "Its global id, e.g. Post:12."),),
    )
    posts: Connection[Post] = page(
        "Posts.", orders=PostOrder, by=POST_ORDERS, filters=PostFilter, size="post"
    )
