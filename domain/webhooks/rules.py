"""What is told to others, when it is tried again, and what an answer means; pure."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from domain.problems import Invalid


class WebhookEventType(StrEnum):
    """What is told of."""

    ARTICLE_PUBLISHED = "ARTICLE_PUBLISHED"
    ARTICLE_WITHDRAWN = "ARTICLE_WITHDRAWN"
    ENGAGEMENT_THRESHOLD = "ENGAGEMENT_THRESHOLD"
    DELIVERY_REJECTED = "DELIVERY_REJECTED"
    REVIEW_OVERDUE = "REVIEW_OVERDUE"

    @property
    def wire_name(self) -> str:
        """As it stands in the message, e.g. article.published."""
        return self.value.lower().replace("_", ".")


class MessageState(StrEnum):
    """PENDING: still to be sent. DELIVERED: answered with 2xx. DEAD: given up."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    DEAD = "DEAD"


class Outcome(StrEnum):
    """What an attempt came to."""

    DELIVERED = "DELIVERED"
    RETRY = "RETRY"
    SLOW_DOWN = "SLOW_DOWN"
    GONE = "GONE"


MINUTE, HOUR = 60, 3600
SCHEDULE = (0, 5, 5 * MINUTE, 30 * MINUTE, *(hours * HOUR for hours in (2, 5, 10, 14, 20, 24)))
"""Seconds to wait before each attempt, the first one too: Standard Webhooks 1.0.0, some 75 hours
in all."""

JITTER = 0.1
"""Up to this part of a wait is added to it, so that what failed together does not return so."""

LONGEST_WAIT = timedelta(hours=24)
OVERLAP = timedelta(hours=24)
"""How long an older secret signs beside the new one."""

SECRET_BYTES = range(24, 65)
PREFIX = "whsec_"


def outcome_of(status: int) -> Outcome:
    """Redirects are not followed: they are failures like any other."""
    if 200 <= status < 300:
        return Outcome.DELIVERED
    if status == 410:
        return Outcome.GONE
    return Outcome.SLOW_DOWN if status in {429, 502, 504} else Outcome.RETRY


def next_attempt(
    attempts: int, *, now: datetime, chance: float, retry_after: timedelta | None = None
) -> datetime | None:
    """When to try again after `attempts` of them; None when that was the last.

    chance: from 0 to 1. retry_after: what the receiver asked for; never less than that, and never
    more than LONGEST_WAIT.
    """
    if attempts >= len(SCHEDULE):
        return None
    wait = timedelta(seconds=SCHEDULE[attempts] * (1 + JITTER * chance))
    if retry_after is not None:
        wait = max(wait, min(retry_after, LONGEST_WAIT))
    return now + wait


def body_of(event_type: WebhookEventType, at: datetime, data: Mapping[str, Any]) -> bytes:
    """The same bytes for every attempt: {"type", "timestamp", "data"}."""
    content = {"type": event_type.wire_name, "timestamp": at.isoformat(), "data": dict(data)}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def check_secret(secret: str, *, path: tuple[str, ...]) -> str:
    """whsec_ and 24 to 64 bytes in base64. Raises Invalid, never with the secret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or len(key) not in SECRET_BYTES:
        raise Invalid(
            f"a secret is {PREFIX} and {SECRET_BYTES[0]} to {SECRET_BYTES[-1]} bytes in base64",
            path=path,
            code="INVALID_SECRET",
        )
    return secret
