"""The due posts of one claim, and which of them the next request is about."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from domain.pulling.due import DuePost
from domain.pulling.rules import FRESH_SECONDS
from workers.platforms.protocol import AskedPost

Choose = Callable[[Sequence[AskedPost]], Sequence[AskedPost]]


class Waiting:
    """Newest first. Made once for a claim, so that a request about one of a thousand posts does not
    look at the other 999."""

    def __init__(self, posts: Sequence[DuePost]) -> None:
        self._known = {post.external_id: post for post in posts}
        self._asked = [asked(post) for post in posts]

    def __len__(self) -> int:
        return len(self._asked)

    def take(self, choose: Choose) -> list[AskedPost]:
        """Those that the next request is about; they wait no longer. choose: see Adapter.choose."""
        chosen = list(choose(self._asked))
        if self._asked[: len(chosen)] == chosen:
            del self._asked[: len(chosen)]
        else:
            taken = {post.external_id for post in chosen}
            self._asked = [post for post in self._asked if post.external_id not in taken]
        return chosen

    def known(self, posts: Sequence[AskedPost]) -> list[DuePost]:
        """What we know of posts that were taken."""
        return [self._known[post.external_id] for post in posts]

    def requests(self, batch_size: int, now: datetime) -> int:
        """How many requests those of the first one's freshness take, at least one."""
        since = now - timedelta(seconds=FRESH_SECONDS)
        fresh = bisect_left(self._asked, True, key=lambda post: post.posted_at < since)
        return -(-(fresh or len(self._asked)) // batch_size)


def asked(post: DuePost) -> AskedPost:
    """A post as an adapter sees it."""
    return AskedPost(post.external_id, post.posted_at, post.url, post.seen_at)
