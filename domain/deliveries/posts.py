"""Which of a partner's posts the items of its push speak of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.deliveries.rules import Fault, PostName, PushedItem, Rejection

POSTS = """
SELECT p.id, a.platform, a.base_url, p.external_id
FROM post p JOIN account a ON a.id = p.account_id
WHERE a.partner_id = $1 AND (p.id = ANY($2::bigint[]) OR p.external_id = ANY($3::text[]))
"""

UNKNOWN = Fault(Rejection.UNKNOWN_POST, "This is no post of the partner's accounts.")
AMBIGUOUS = Fault(
    Rejection.AMBIGUOUS_POST, "Several accounts have a post of this id: name baseUrl, or the post."
)


class KnownPosts:
    """The posts of one partner that a push names."""

    def __init__(self, rows: Sequence[dict[str, object]]) -> None:
        self._numbers = {row["id"] for row in rows}
        self._named: dict[PostName, list[int]] = defaultdict(list)
        for row in rows:
            platform, server = row["platform"], row["base_url"]
            for base_url in (server, None):
                name = PostName(platform, row["external_id"], base_url)  # type: ignore[arg-type]
                self._named[name].append(row["id"])  # type: ignore[arg-type]

    def find(self, post: int | PostName) -> int | Fault:
        """Its number, or why there is none. A post of somebody else is as unknown as no post."""
        if isinstance(post, int):
            return post if post in self._numbers else UNKNOWN
        found = self._named.get(post, [])
        if len(found) > 1:
            return AMBIGUOUS
        return found[0] if found else UNKNOWN


async def known_posts(
    client: BaseDBAsyncClient, partner_id: int, items: Sequence[PushedItem]
) -> KnownPosts:
    numbers = [item.post for item in items if isinstance(item.post, int)]
    names = [item.post.external_id for item in items if isinstance(item.post, PostName)]
    return KnownPosts(await client.execute_query_dict(POSTS, [partner_id, numbers, names]))
