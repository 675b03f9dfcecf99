"""Takes a partner's push: its observations and the memory of having taken it, or neither."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import IntegrityError

from domain.access import Act
from domain.changes import overtaken
from domain.database import transaction
from domain.deliveries.answers import Answer, Registered, answer_of, rejection
from domain.deliveries.judging import Judged, judge
from domain.deliveries.memory import recall, remember
from domain.deliveries.models import Delivery, Restatement
from domain.deliveries.push import Push
from domain.deliveries.rules import PushedItem, is_settled
from domain.engagement.actions.record import record
from domain.ids import format_id
from domain.problems import Conflict
from domain.webhooks.outbox import emit
from domain.webhooks.rules import WebhookEventType


@dataclass(frozen=True, slots=True)
class Receipt:
    """answer: what the sender is told. replayed: it was told that before.

    delivery_id: where it is kept; None for a dry run.
    """

    answer: Answer
    replayed: bool
    delivery_id: int | None


class _DryRun(Exception):
    """Undoes everything a dry run did, and carries what it would have answered."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer


async def receive(act: Act, push: Push) -> Receipt:
    """What it answers is in the database by then; a dry run leaves nothing there.

    act: who is speaking; that it may speak for the partner is the caller's to know. Raises
    Conflict when the webhook_id was used for another payload, or another writer came between.
    """
    try:
        async with transaction() as client:
            await _wait_for_twins(client, push)
            known = await recall(client, push.partner_id, push.webhook_id)
            if known is not None:
                return _replay(known, push)
            delivery = await _take(client, act, push)
            if push.dry_run:
                raise _DryRun(answer_of(delivery))
            return Receipt(answer_of(delivery), replayed=False, delivery_id=delivery.id)
    except _DryRun as done:
        return Receipt(done.answer, replayed=False, delivery_id=None)
    except (IntegrityError, asyncpg.UniqueViolationError) as error:
        # A post that was to be registered was registered meanwhile: nothing else can collide.
        raise overtaken() from error


async def _wait_for_twins(client: BaseDBAsyncClient, push: Push) -> None:
    """The same push may arrive twice at once: the second waits and finds the first's answer.
    Pushes that may register the same posts wait for each other too."""
    keys = [f"delivery:{push.partner_id}:{push.webhook_id}"]
    if push.upserts_posts:
        keys.insert(0, f"registering:{push.partner_id}")
    for key in keys:
        await client.execute_query(
            "SELECT pg_advisory_xact_lock(hashtextextended($1, 0)) IS NULL", [key]
        )


def _replay(known: Delivery, push: Push) -> Receipt:
    if bytes(known.payload_sha256) != push.payload_sha256:
        raise Conflict(
            "this webhook-id was used for another payload; a new payload needs a new id",
            path=("webhook-id",),
            code="WEBHOOK_ID_REUSED",
        )
    return Receipt(answer_of(known), replayed=True, delivery_id=known.id)


async def _take(client: BaseDBAsyncClient, act: Act, push: Push) -> Delivery:
    judged = await judge(client, act, push)
    delivery_id = await _reserve_delivery(client)
    good = judged.observations(delivery_id)
    new = await record(client, [given for _, given in good], now=act.now)
    accepted = {index for (index, _), is_new in zip(good, new, strict=True) if is_new}
    restatements = _restatements(push, judged, accepted, delivery_id, act.now)
    delivery = Delivery(
        id=delivery_id,
        partner_id=push.partner_id,
        source=push.source,
        webhook_id=push.webhook_id,
        payload_sha256=push.payload_sha256,
        items=len(push.items),
        accepted=len(accepted),
        duplicates=len(new) - len(accepted),
        restated=len(restatements),
        registered=_registered(judged) if push.upserts_posts else None,
        rejected=[
            rejection(index, fault, push.items[index]) for index, fault in judged.faults.items()
        ],
        received_at=act.now,
        request_id=act.request_id,
    )
    await delivery.save(using_db=client, force_create=True)
    await Restatement.bulk_create(restatements, using_db=client)
    await remember(client, delivery)
    if delivery.rejected:
        await emit(client, WebhookEventType.DELIVERY_REJECTED, _told(delivery), act=act)
    return delivery


def _told(delivery: Delivery) -> dict[str, Any]:
    """What webhooks say of a delivery of which something was not taken."""
    codes = Counter(str(entry["code"]) for entry in delivery.rejected)
    return {
        "delivery": format_id("Delivery", delivery.id),
        "partner": format_id("Partner", delivery.partner_id),
        "webhookId": delivery.webhook_id,
        "source": delivery.source.value,
        "items": delivery.items,
        "rejected": len(delivery.rejected),
        "codes": dict(codes),
    }


async def _reserve_delivery(client: BaseDBAsyncClient) -> int:
    """Its number: the observations carry it, and its row, written once and for ever, holds the
    counts that only the observations give. So it comes last, and is looked for at the end."""
    await client.execute_query("SET CONSTRAINTS observation_delivery_id_fkey DEFERRED")
    rows = await client.execute_query_dict("SELECT nextval('delivery_id_seq') AS id")
    return int(rows[0]["id"])


def _registered(judged: Judged) -> list[Registered]:
    return [{"index": index, "post": number} for index, number in judged.registered.items()]


def _restatements(
    push: Push, judged: Judged, accepted: set[int], delivery_id: int, now: datetime
) -> list[Restatement]:
    """One for each new observation that changes what was settled."""
    found = []
    for index in sorted(accepted):
        item, made = push.items[index], judged.made[index]
        assert isinstance(item, PushedItem)
        if is_settled(item, sent_at=push.sent_at, now=now, open_days=push.open_days):
            found.append(
                Restatement(
                    delivery_id=delivery_id,
                    index=index,
                    post_id=made.post_id,
                    metric=made.metric.value,
                    observed_at=made.observed_at,
                    reason=item.reason,
                )
            )
    return found
