"""What becomes of each item of a push: an observation of a post, or a fault."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act
from domain.deliveries.posts import UNKNOWN, KnownPosts, known_posts
from domain.deliveries.push import Push
from domain.deliveries.registration import Registrar, Unregistered, accounts_of
from domain.deliveries.rules import Fault, PostName, PushedItem, WrongItem, observation_of
from domain.engagement.checks import NewObservation


@dataclass(slots=True)
class Judged:
    """By index of the item: what it made, or what is wrong with it; and the number of the post
    that was registered for it."""

    made: dict[int, NewObservation] = field(default_factory=dict)
    faults: dict[int, Fault] = field(default_factory=dict)
    registered: dict[int, int] = field(default_factory=dict)

    def observations(self, delivery_id: int) -> list[tuple[int, NewObservation]]:
        return [
            (index, made._replace(delivery_id=delivery_id)) for index, made in self.made.items()
        ]


async def judge(client: BaseDBAsyncClient, act: Act, push: Push) -> Judged:
    """Posts are looked for, and registered, only for items that are right in themselves."""
    judged = Judged()
    right: dict[int, tuple[PushedItem, NewObservation]] = {}
    for index, item in enumerate(push.items):
        found = _observation(item, push, act.now)
        if isinstance(found, Fault):
            judged.faults[index] = found
        else:
            right[index] = found
    posts = await known_posts(client, push.partner_id, [item.post for item, _ in right.values()])
    registrar = None
    if push.upserts_posts:
        accounts = await accounts_of(client, push.partner_id)
        registrar = Registrar(client, act, accounts, posts)
    for index, (item, made) in right.items():
        await _place(judged, index, item, made, posts, registrar, push.sent_at)
    judged.faults = dict(sorted(judged.faults.items()))
    return judged


def _observation(
    item: PushedItem | WrongItem, push: Push, now: datetime
) -> tuple[PushedItem, NewObservation] | Fault:
    if isinstance(item, WrongItem):
        return item.fault
    made = observation_of(
        item, sent_at=push.sent_at, now=now, open_days=push.open_days, source=push.source
    )
    return made if isinstance(made, Fault) else (item, made)


async def _place(
    judged: Judged,
    index: int,
    item: PushedItem,
    made: NewObservation,
    posts: KnownPosts,
    registrar: Registrar | None,
    sent_at: datetime,
) -> None:
    post = posts.find(item.post)
    if post is UNKNOWN and registrar is not None and isinstance(item.post, PostName):
        start = item.period[0] if item.period else item.observed_at or sent_at
        post = await registrar.register(Unregistered(item.post, start))
        if isinstance(post, int):
            judged.registered[index] = post
    if isinstance(post, Fault):
        judged.faults[index] = post
    else:
        judged.made[index] = made._replace(post_id=post)
