"""What adapters share in reading answers: doubtful JSON, counters, moments, failures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from domain.engagement.definitions import Definition
from domain.engagement.rules import MAX_VALUE, Metric
from domain.pulling.rules import CounterValue
from workers.platforms.failures import Expired, PullFailure, Refused, Retryable, Throttled
from workers.platforms.protocol import Answer, AskedPost, Reading

USUAL_WAIT_SECONDS = 60.0
"""How long to stay away from a platform that says "too many" and no more."""

Row = tuple[str, Mapping[Metric, Any]]


def json_of(answer: Answer) -> Any:
    """Raises Retryable: what is no JSON today (an error page, half a body) may be tomorrow."""
    try:
        return msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Retryable("the answer is not JSON") from error


def object_of(value: Any) -> dict[str, Any]:
    """Raises Retryable when it is none."""
    if not isinstance(value, dict):
        raise Retryable("the answer has another shape than the platform's")
    return value


def objects_of(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, whatever else stands in it. Raises Retryable when it is no list."""
    if not isinstance(value, list):
        raise Retryable("the answer has another shape than the platform's")
    return [item for item in value if isinstance(item, dict)]


def text_id(value: Any) -> str:
    """An id as text, whether it came as a number or a string; empty when it is neither."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def counter(value: Any) -> int | None:
    """A counter given as a number or as a string of digits; None for anything else.

    Negative and absurd numbers are no counters: they are left unknown, never mended.
    """
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    # Not isinstance: a truth value is a number to it, and no counter.
    return value if type(value) is int and 0 <= value <= MAX_VALUE else None


def reading(
    posts: Iterable[AskedPost], rows: Iterable[Row], definitions: Mapping[Metric, Definition]
) -> Reading:
    """The counters of the posts that were asked about; of a post given twice, the first word.

    definitions: what each counts, as domain.engagement.definitions.definitions_on gives them.
    """
    wanted = {post.external_id for post in posts}
    values: dict[tuple[str, Metric], CounterValue] = {}
    unreadable = 0
    for external_id, counters in rows:
        if external_id not in wanted:
            continue
        for metric, given in counters.items():
            value = counter(given)
            unreadable += value is None
            if value is not None and (external_id, metric) not in values:
                code = definitions[metric].code
                values[external_id, metric] = CounterValue(external_id, metric, value, code)
    return Reading(tuple(values.values()), unreadable)


def present(row: Mapping[str, Any], names: Mapping[str, Metric]) -> dict[Metric, Any]:
    """The counters a row gives at all: a missing or null one is unknown, which is not zero."""
    return {metric: row[name] for name, metric in names.items() if row.get(name) is not None}


def wait_seconds(answer: Answer) -> float | None:
    """What Retry-After says, in seconds or as a date; None when it says nothing sensible."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return max((aware(moment) - answer.received_at).total_seconds(), 0.0)


def aware(moment: datetime) -> datetime:
    """A moment without a zone is meant in UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def throttled(answer: Answer, reason: str, until: datetime | None = None) -> Throttled:
    """Until what Retry-After says, else what the platform's own header said, else a minute."""
    wait = wait_seconds(answer)
    if wait is None and until is not None:
        return Throttled(reason, until)
    seconds = USUAL_WAIT_SECONDS if wait is None else wait
    return Throttled(reason, answer.received_at + timedelta(seconds=seconds))


def failure_of_status(answer: Answer) -> PullFailure | None:
    """What a status means wherever the platform's own words do not say more."""
    status = answer.status
    if 200 <= status < 300:
        return None
    reason = f"HTTP {status}"
    if status == 429:
        return throttled(answer, reason)
    if status >= 500 or status in (408, 425):
        return Retryable(reason, wait_seconds(answer))
    if status == 401:
        return Expired(reason)
    if 300 <= status < 400:
        return Refused(f"{reason}: redirects are not followed")
    return Refused(reason)
