"""Takes a partner's push: its observations and the memory of having taken it, or neither."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.database import transaction
from domain.deliveries.models import Delivery
from domain.deliveries.posts import KnownPosts, known_posts
from domain.deliveries.rules import Fault, PushedItem, observation_of
from domain.engagement.actions.record import record
from domain.engagement.checks import NewObservation
from domain.problems import Conflict

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One push whose signature was checked.

    webhook_id: the sender's key: the same push sent again carries the same one.
    items: what each holds, or what is wrong with it already.
    """

    partner_id: int
    webhook_id: str
    payload_sha256: bytes
    sent_at: datetime
    items: Sequence[PushedItem | Fault]
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """answer: what the sender is told. replayed: it was told that before."""

    answer: Answer
    replayed: bool


class _DryRun(Exception):
    """Undoes everything a dry run did, and carries what it would have answered."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer


async def receive(push: Push, *, now: datetime) -> Receipt:
    """What it answers is in the database by then; a dry run leaves nothing there.

    Raises Conflict when the webhook_id was used for another payload.
    """
    try:
        async with transaction() as client:
            await _wait_for_twins(client, push)
            known = await Delivery.get_or_none(
                partner_id=push.partner_id, webhook_id=push.webhook_id, using_db=client
            )
            if known is not None:
                return _replay(known, push)
            answer = await _take(client, push, now)
            if push.dry_run:
                raise _DryRun(answer)
            return Receipt(answer, replayed=False)
    except _DryRun as done:
        return Receipt(done.answer, replayed=False)


async def _wait_for_twins(client: BaseDBAsyncClient, push: Push) -> None:
    """The same push may arrive twice at once: the second waits and finds the first's answer."""
    await client.execute_query(
        "SELECT pg_advisory_xact_lock(hashtextextended('delivery:' || $1::bigint || ':' || $2, 0))",
        [push.partner_id, push.webhook_id],
    )


def _replay(known: Delivery, push: Push) -> Receipt:
    if known.payload_sha256 != push.payload_sha256:
        raise Conflict(
            "this webhook-id was used for another payload; a new payload needs a new id",
            path=("webhook-id",),
            code="WEBHOOK_ID_REUSED",
        )
    return Receipt(known.answer, replayed=True)


async def _take(client: BaseDBAsyncClient, push: Push, now: datetime) -> Answer:
    posts = await known_posts(
        client, push.partner_id, [item for item in push.items if isinstance(item, PushedItem)]
    )
    judged = [_judge(item, posts, push.sent_at, now) for item in push.items]
    delivery_id = await _reserve_delivery(client)
    new = await record(
        client,
        [
            replace(made, delivery_id=delivery_id)
            for made in judged
            if isinstance(made, NewObservation)
        ],
        now=now,
    )
    answer = _answer(judged, new)
    await Delivery.create(
        using_db=client,
        id=delivery_id,
        partner_id=push.partner_id,
        webhook_id=push.webhook_id,
        payload_sha256=push.payload_sha256,
        answer=answer,
        received_at=now,
    )
    return answer


async def _reserve_delivery(client: BaseDBAsyncClient) -> int:
    """Its number: the observations carry it, and its row, written once and for ever, holds the
    answer that only the observations give. So it comes last, and is looked for at the end."""
    await client.execute_query("SET CONSTRAINTS observation_delivery_id_fkey DEFERRED")
    rows = await client.execute_query_dict("SELECT nextval('delivery_id_seq') AS id")
    return int(rows[0]["id"])


def _judge(
    item: PushedItem | Fault, posts: KnownPosts, sent_at: datetime, now: datetime
) -> NewObservation | Fault:
    if isinstance(item, Fault):
        return item
    post = posts.find(item.post)
    if isinstance(post, Fault):
        return post
    return observation_of(item, post, sent_at=sent_at, now=now)


def _answer(judged: Sequence[NewObservation | Fault], new: Sequence[bool]) -> Answer:
    return {
        "accepted": sum(new),
        "duplicates": len(new) - sum(new),
        "rejected": [
            {"index": index, "code": fault.code.value, "message": fault.message}
            for index, fault in enumerate(judged)
            if isinstance(fault, Fault)
        ],
    }
