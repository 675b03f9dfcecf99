"""What the platforms share that answer with HTTP 200 and an error code of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from workers.platforms.failures import PullFailure, Retryable
from workers.platforms.protocol import Answer
from workers.platforms.reading import failure_of_status, json_of, object_of, text_id

UNKNOWN_CODE = -999_999
"""Stands for a code that is no number, or an absurd one."""


def code_of(value: Any) -> int:
    """An error code given as a number or as text; 0, which is success, where there is none."""
    text = "0" if value is None else text_id(value)
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 12):
        return UNKNOWN_CODE
    return int(text)


def content_of(
    answer: Answer,
    code: Callable[[Mapping[str, Any]], int],
    failure: Callable[[Answer, int], PullFailure],
) -> dict[str, Any]:
    """What a good answer holds. The platform's own code goes before the status, whatever that is.

    code: the code within an answer, 0 where it says none. failure: what another code means.
    Raises PullFailure.
    """
    try:
        content = object_of(json_of(answer))
    except Retryable as error:
        raise failure_of_status(answer) or error from None
    found = code(content)
    if found:
        raise failure(answer, found)
    failed = failure_of_status(answer)
    if failed is not None:
        raise failed
    return content


def midnight_after(moment: datetime, zone: ZoneInfo) -> datetime:
    """When the next day begins there."""
    day = moment.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, time(), zone).astimezone(UTC)
