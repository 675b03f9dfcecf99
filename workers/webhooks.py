"""Sends the messages that are due, each signed as Standard Webhooks says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import structlog
from aiohttp import ClientError, ClientSession
from standardwebhooks import Webhook
from structlog.contextvars import bind_contextvars

from domain.database import transaction
from domain.secrets import SecretBox
from domain.spans import Kind, span
from domain.webhooks.sending import Attempt, Due, claim, conclude
from outgoing.guards import Guard, NotAllowed
from workers.guarded import guarded_session
from workers.metrics import WEBHOOKS
from workers.tools import Tools

AT_ONCE = 20
ROUNDS = 20
"""Portions a job sends before others have a turn."""

log = structlog.get_logger()


async def send_due(tools: Tools) -> int:
    """Until nothing is due, or others should have a turn; returns how many were sent."""
    sent = 0
    async with guarded_session(Guard(tools.private_networks)) as session:
        for _ in range(ROUNDS):
            async with transaction() as client:
                due = await claim(client, now=tools.clock(), most=AT_ONCE)
            await asyncio.gather(*(_send(tools, session, message) for message in due))
            sent += len(due)
            if len(due) < AT_ONCE:
                break
    return sent


async def _send(tools: Tools, session: ClientSession, due: Due) -> None:
    """What it logs has the id of the request that caused the message."""
    if due.request_id:
        bind_contextvars(request_id=due.request_id)  # of this message's own task
    told_of = {"xinfeng.webhook_message_id": due.id, "xinfeng.attempt": due.attempts}
    with span("webhook", Kind.CLIENT, told_of, due.request_id) as told:
        attempt = await attempt_of(session, tools.box, due, tools.clock)
        if attempt.status is None:
            told.fail("no_answer")
        else:
            told.add({"http.response.status_code": attempt.status})
    async with transaction() as client:
        outcome = await conclude(client, due, attempt, now=tools.clock(), chance=tools.chance())
    WEBHOOKS.labels(outcome.value).inc()
    log.info(
        "webhook_sent",
        message=due.id,
        endpoint=due.endpoint_id,
        attempt=due.attempts,
        status=attempt.status,
        outcome=outcome.value,
    )


async def attempt_of(
    session: ClientSession,
    box: SecretBox,
    due: Due,
    clock: Callable[[], datetime],
) -> Attempt:
    """Never raises for what the receiver, or the way there, did."""
    try:
        async with session.post(
            due.url,
            data=due.body,
            headers=headers_for(box, due, clock()),
            allow_redirects=False,
        ) as answer:
            wait = retry_after(answer.headers.get("retry-after", ""), now=clock())
            return Attempt(answer.status, retry_after=wait)
    except NotAllowed as fault:
        return Attempt(None, str(fault))
    except TimeoutError:
        return Attempt(None, "no answer in time")
    except (ClientError, OSError, ValueError) as error:
        if isinstance(error.__cause__, NotAllowed):
            return Attempt(None, str(error.__cause__))
        # The text of these errors shows addresses; the type says enough.
        return Attempt(None, f"no answer: {type(error).__name__}")


def headers_for(box: SecretBox, due: Due, now: datetime) -> dict[str, str]:
    """The signature's, and the id of the request that caused the message, if one did."""
    caused = {"x-request-id": due.request_id} if due.request_id else {}
    return {"content-type": "application/json", **caused, **signed(box, due, now)}


def signed(box: SecretBox, due: Due, now: datetime) -> dict[str, str]:
    """The three headers; each secret that holds now signs."""
    signatures = [
        Webhook(box.open(secret)).sign(due.webhook_id, now, due.body.decode())
        for secret in due.secrets
    ]
    return {
        "webhook-id": due.webhook_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def retry_after(header: str, *, now: datetime) -> timedelta | None:
    """Seconds or a date; None for what is neither."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 10**8))
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return max(at.replace(tzinfo=at.tzinfo or UTC) - now, timedelta(0))
