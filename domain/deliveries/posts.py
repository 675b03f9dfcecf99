"""Which posts the items of a push speak of: those of its sender, known or just registered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.deliveries.rules import Fault, PostName, Rejection

NAMED = """
SELECT p.id, a.platform, a.base_url, a.external_id AS account, a.handle, p.external_id, p.url
FROM post p JOIN account a ON a.id = p.account_id
WHERE a.partner_id = $1
AND (p.id = ANY($2::bigint[]) OR p.external_id = ANY($3::text[]))
"""
ADDRESSED = """
SELECT p.id, a.platform, a.base_url, a.external_id AS account, a.handle, p.external_id, p.url
FROM post p JOIN account a ON a.id = p.account_id
WHERE a.partner_id = $1 AND p.url = ANY($2::text[])
"""

UNKNOWN = Fault(Rejection.UNKNOWN_POST, "This is no post of the partner's accounts.")
AMBIGUOUS = Fault(
    Rejection.AMBIGUOUS_POST,
    "Several accounts have a post of this name: say baseUrl, account, or our id of the post.",
)


@dataclass(frozen=True, slots=True)
class KnownPost:
    """A post and the names it goes by. account, handle: its account's."""

    id: int
    platform: str
    base_url: str
    account: str
    handle: str
    external_id: str
    url: str

    def is_named(self, name: PostName) -> bool:
        own, given = (
            (self.external_id, name.external_id) if name.external_id else (self.url, name.url)
        )
        return (
            own == given
            and self.platform == name.platform
            and name.base_url in (None, self.base_url)
            and name.account in ("", self.account, self.handle)
        )


class KnownPosts:
    """The posts that a push names."""

    def __init__(self, posts: Iterable[KnownPost] = ()) -> None:
        self._numbers: set[int] = set()
        self._by_name: dict[str, list[KnownPost]] = {}
        for post in posts:
            self.add(post)

    def add(self, post: KnownPost) -> None:
        if post.id in self._numbers:
            return
        self._numbers.add(post.id)
        for name in {post.external_id, post.url} - {""}:
            self._by_name.setdefault(name, []).append(post)

    def find(self, post: int | PostName) -> int | Fault:
        """Its number, or why there is none. A post of somebody else is as unknown as no post."""
        if isinstance(post, int):
            return post if post in self._numbers else UNKNOWN
        near = self._by_name.get(post.external_id or post.url, ())
        found = [known.id for known in near if known.is_named(post)]
        if len(found) > 1:
            return AMBIGUOUS
        return found[0] if found else UNKNOWN


async def known_posts(
    client: BaseDBAsyncClient, partner_id: int, asked: Sequence[int | PostName]
) -> KnownPosts:
    """Those of the partner that are asked for and there."""
    names = [post for post in asked if isinstance(post, PostName)]
    numbers = [post for post in asked if isinstance(post, int)]
    external_ids = [name.external_id for name in names if name.external_id]
    urls = [name.url for name in names if not name.external_id]
    rows: list[dict[str, Any]] = []
    if numbers or external_ids:
        rows += await client.execute_query_dict(NAMED, [partner_id, numbers, external_ids])
    if urls:
        rows += await client.execute_query_dict(ADDRESSED, [partner_id, urls])
    return KnownPosts(KnownPost(**row) for row in rows)
