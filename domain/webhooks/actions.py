"""Writes endpoints: the only place that does."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from domain import text
from domain.access import Act
from domain.audit import actions as audit
from domain.changes import change, locked
from domain.engagement.rules import MAX_VALUE, Metric, SubjectKind
from domain.ids import format_id
from domain.problems import Conflict, Invalid
from domain.secrets import SecretBox
from domain.web_addresses import split_web_address
from domain.webhooks.models import WebhookEndpoint, WebhookMessage
from domain.webhooks.outbox import learn_crossings
from domain.webhooks.rules import (
    OVERLAP,
    PREFIX,
    MessageState,
    WebhookEventType,
    check_secret,
)
from domain.webhooks.sending import bury

BYTES = 32
KINDS = frozenset({SubjectKind.POST, SubjectKind.ARTICLE, SubjectKind.CAMPAIGN})


@dataclass(frozen=True, slots=True)
class Threshold:
    """Whose total of which metric must reach what."""

    kind: SubjectKind
    metric: Metric
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEndpoint:
    """secret: what messages to it are signed with."""

    url: str
    events: Sequence[WebhookEventType]
    secret: str = field(repr=False)
    description: str = ""
    threshold: Threshold | None = None


def new_secret(random: Callable[[int], bytes]) -> str:
    return PREFIX + base64.b64encode(random(BYTES)).decode()


async def register(act: Act, new: NewEndpoint, box: SecretBox) -> int:
    """It is told of what happens from now on. Raises Invalid."""
    async with change(act) as client:
        events = list(dict.fromkeys(new.events))
        if not events:
            raise Invalid("of what is it to be told?", path=("events",), code="EMPTY")
        url = split_web_address(new.url, path=("url",), longest=1000).geturl()
        threshold = _threshold(events, new.threshold)
        values = {
            "url": url,
            "description": text.line(
                new.description, path=("description",), longest=200, required=False
            ),
            "events": [event.value for event in events],
            "threshold_kind": threshold and threshold.kind,
            "threshold_metric": threshold and threshold.metric,
            "threshold_value": threshold and threshold.value,
        }
        secret = box.seal(check_secret(new.secret, path=("secret",)))
        row = await WebhookEndpoint.create(
            using_db=client, secret=secret, created_at=act.now, **values
        )
        if threshold:
            await learn_crossings(client, row.id)
        subject = format_id("WebhookEndpoint", row.id)
        await audit.record(client, act, "webhook.register", subject, after=values)
        return int(row.id)


def _threshold(events: list[WebhookEventType], given: Threshold | None) -> Threshold | None:
    if (given is not None) != (WebhookEventType.ENGAGEMENT_THRESHOLD in events):
        raise Invalid("ENGAGEMENT_THRESHOLD and a threshold belong together", path=("threshold",))
    if given is not None and given.kind not in KINDS:
        raise Invalid(
            "a threshold is a post's, an article's or a campaign's", path=("threshold", "kind")
        )
    if given is not None and not 0 < given.value <= MAX_VALUE:
        raise Invalid(f"a threshold lies between 1 and {MAX_VALUE:,}", path=("threshold", "value"))
    return given


async def rotate(act: Act, endpoint_id: int, secret: str, box: SecretBox) -> None:
    """Messages are signed with both, the older one for OVERLAP longer."""
    async with change(act) as client:
        row = await locked(client, WebhookEndpoint, endpoint_id)
        row.older_secret, row.older_until = row.secret, act.now + OVERLAP
        row.secret = box.seal(check_secret(secret, path=("secret",)))
        await row.save(using_db=client, update_fields=["secret", "older_secret", "older_until"])
        subject = format_id("WebhookEndpoint", row.id)
        after = {"older_until": row.older_until}
        await audit.record(client, act, "webhook.rotate", subject, after=after)


async def disable(act: Act, endpoint_id: int, why: str = "") -> None:
    """Nothing is sent to it any more; what waited is dead. Raises Conflict when it is disabled."""
    async with change(act) as client:
        row = await locked(client, WebhookEndpoint, endpoint_id)
        if row.disabled_at is not None:
            raise Conflict("the endpoint is disabled already", path=("id",), code="WRONG_STATUS")
        row.disabled_at = act.now
        row.disabled_why = text.line(why, path=("why",), longest=200, required=False)
        await row.save(using_db=client, update_fields=["disabled_at", "disabled_why"])
        await bury(client, row.id, act.now)
        subject = format_id("WebhookEndpoint", row.id)
        after = {"disabled_at": act.now, "disabled_why": row.disabled_why}
        await audit.record(client, act, "webhook.disable", subject, {"disabled_at": None}, after)


async def enable(act: Act, endpoint_id: int) -> None:
    """It is told of what happens from now on; what is dead stays so until it is replayed."""
    async with change(act) as client:
        row = await locked(client, WebhookEndpoint, endpoint_id)
        if row.disabled_at is None:
            raise Conflict("the endpoint is not disabled", path=("id",), code="WRONG_STATUS")
        before = {"disabled_at": row.disabled_at, "disabled_why": row.disabled_why}
        row.disabled_at, row.disabled_why = None, ""
        await row.save(using_db=client, update_fields=list(before))
        if row.threshold_value is not None:
            await learn_crossings(client, row.id)
        subject = format_id("WebhookEndpoint", row.id)
        after = {"disabled_at": None, "disabled_why": ""}
        await audit.record(client, act, "webhook.enable", subject, before, after)


async def replay(act: Act, message_id: int) -> None:
    """Sends it again at once, under the same webhook-id, with the whole schedule before it.

    Raises Conflict for one that is still on its way, or whose endpoint is disabled.
    """
    async with change(act) as client:
        row = await locked(client, WebhookMessage, message_id)
        endpoint = await WebhookEndpoint.get(id=row.endpoint_id, using_db=client)
        if row.state is MessageState.PENDING:
            raise Conflict("the message is still on its way", path=("id",), code="WRONG_STATUS")
        if endpoint.disabled_at is not None:
            raise Conflict("its endpoint is disabled", path=("id",), code="ENDPOINT_DISABLED")
        before = {"state": row.state, "attempts": row.attempts}
        row.state, row.attempts, row.next_at, row.ended_at = MessageState.PENDING, 0, act.now, None
        await row.save(using_db=client, update_fields=["state", "attempts", "next_at", "ended_at"])
        subject = format_id("WebhookMessage", row.id)
        after = {"state": row.state, "attempts": 0}
        await audit.record(client, act, "webhook.replay", subject, before, after)


async def replay_dead(act: Act, endpoint_id: int) -> int:
    """Sends all that was given up again; returns how many. Raises Conflict when disabled."""
    async with change(act) as client:
        row = await locked(client, WebhookEndpoint, endpoint_id)
        if row.disabled_at is not None:
            raise Conflict("the endpoint is disabled", path=("id",), code="ENDPOINT_DISABLED")
        dead = WebhookMessage.filter(endpoint_id=endpoint_id, state=MessageState.DEAD)
        replayed = await dead.using_db(client).update(
            state=MessageState.PENDING, attempts=0, next_at=act.now, ended_at=None
        )
        subject = format_id("WebhookEndpoint", row.id)
        after = {"replayed": replayed}
        await audit.record(client, act, "webhook.replay_dead", subject, after=after)
        return replayed
