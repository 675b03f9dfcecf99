"""What adapters share in reading the answer to a renewal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Any

from domain.partners.credentials import TOKEN, Secrets
from workers.platforms.failures import Retryable
from workers.platforms.protocol import EXPIRES_AT, Answer
from workers.platforms.reading import counter

REFRESH_TOKEN = "refresh_token"
MARGIN = timedelta(minutes=5)
"""A token is given up before its end: a request takes time, and clocks differ."""
SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=400)
EARLIEST_MOMENT = 10**9
"""What ends "in" more than thirty years is a moment, in unix seconds."""


def fresh_token(given: Mapping[str, Any], answer: Answer) -> Secrets:
    """The access token, its end, and the refresh token where there is a new one.

    given: the part of the answer that has `access_token`, `expires_in` and `refresh_token`.
    A token without an end that makes sense is used for an hour. Raises Retryable.
    """
    token, refresh = given.get("access_token"), given.get(REFRESH_TOKEN)
    if not isinstance(token, str) or not token:
        raise Retryable("the answer holds no token")
    lifetime = _lifetime(counter(given.get("expires_in")), answer)
    ends_at = answer.received_at + lifetime - min(MARGIN, lifetime / 2)
    return {
        TOKEN: token,
        EXPIRES_AT: ends_at.astimezone(UTC).isoformat(),
        **({REFRESH_TOKEN: refresh} if isinstance(refresh, str) and refresh else {}),
    }


def _lifetime(given: int | None, answer: Answer) -> timedelta:
    if given is None:
        return SHORTEST
    seconds = given - answer.received_at.timestamp() if given >= EARLIEST_MOMENT else float(given)
    if seconds <= 0:
        raise Retryable("the token is over already")
    return timedelta(seconds=min(seconds, LONGEST.total_seconds()))
