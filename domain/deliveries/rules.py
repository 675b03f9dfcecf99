"""What a push holds, item by item, and every reason why an item is not taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.engagement.checks import NewObservation, check_observation
from domain.engagement.rules import Bound, Finality, Metric, Source, ValueKind
from domain.partners.rules import Platform
from domain.problems import Invalid

MOST_ITEMS = 500
REMEMBERED_DAYS = 7
"""A webhook-id is never forgotten earlier: the longest retry schedule in use takes 75 hours."""

LONGEST_REASON = 300
SPEAKERS = {Source.PUSH: "partner", Source.CSV: "file"}
"""By whose word a figure stands that names no definition."""


class Rejection(StrEnum):
    """Why an item is not taken."""

    MALFORMED = "MALFORMED"
    UNKNOWN_POST = "UNKNOWN_POST"
    AMBIGUOUS_POST = "AMBIGUOUS_POST"
    UNKNOWN_ACCOUNT = "UNKNOWN_ACCOUNT"
    AMBIGUOUS_ACCOUNT = "AMBIGUOUS_ACCOUNT"
    INVALID_POST = "INVALID_POST"
    VALUE_OUT_OF_RANGE = "VALUE_OUT_OF_RANGE"
    INVALID_TIME = "INVALID_TIME"
    INVALID_PERIOD = "INVALID_PERIOD"
    INVALID_DEFINITION = "INVALID_DEFINITION"
    REASON_NEEDED = "REASON_NEEDED"


REASONS = {
    "value": Rejection.VALUE_OUT_OF_RANGE,
    "observed_at": Rejection.INVALID_TIME,
    "period_starts_at": Rejection.INVALID_PERIOD,
    "period_ends_at": Rejection.INVALID_PERIOD,
    "definition": Rejection.INVALID_DEFINITION,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one item."""

    code: Rejection
    message: str


@dataclass(frozen=True, slots=True)
class PostName:
    """A post by its platform's own identifier, or by its address where that is left out.

    base_url: the server, where it matters. account: its external_id or handle, where it matters.
    title, posted_at: only said of a post that may have to be registered.
    """

    platform: Platform
    external_id: str = ""
    base_url: str | None = None
    url: str = ""
    account: str = ""
    title: str = ""
    posted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PushedItem:
    """One counter value as a partner says it.

    observed_at: when a cumulative value held; for an interval, when it was reported (else: sent).
    value_kind: follows from the period when it is not given.
    item_id: the sender's own name for it. reason: why it changes what was settled.
    text: as it was sent.
    """

    post: int | PostName
    metric: Metric
    value: int
    observed_at: datetime | None = None
    period: tuple[datetime, datetime] | None = None
    value_kind: ValueKind | None = None
    bound: Bound = Bound.EXACT
    finality: Finality = Finality.FINAL
    definition: str | None = None
    item_id: str = ""
    reason: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class WrongItem:
    """An item that cannot be read; item_id and text as far as they can."""

    fault: Fault
    item_id: str = ""
    text: str = ""


def settled_at(item: PushedItem, sent_at: datetime) -> datetime:
    """The last moment an item says something about."""
    return item.period[1] if item.period else item.observed_at or sent_at


def is_settled(item: PushedItem, *, sent_at: datetime, now: datetime, open_days: int) -> bool:
    """Whether the item lies before the open window, so that it restates what reports were made
    of. A moment exactly at the window's start is still open."""
    return settled_at(item, sent_at) < now - timedelta(days=open_days)


def observation_of(
    item: PushedItem, *, sent_at: datetime, now: datetime, open_days: int, source: Source
) -> NewObservation | Fault:
    """The observation an item makes, of post 0 until its post is found; or what is wrong with
    it."""
    implied = ValueKind.CUMULATIVE if item.period is None else ValueKind.INTERVAL
    if item.value_kind not in (None, implied):
        return Fault(Rejection.INVALID_PERIOD, "An INTERVAL value has a period, others have none.")
    if item.period is None and item.observed_at is None:
        return Fault(Rejection.INVALID_TIME, "observedAt or a period is needed.")
    starts_at, ends_at = item.period or (None, None)
    made = NewObservation(
        post_id=0,
        metric=item.metric,
        value=item.value,
        observed_at=item.observed_at or sent_at,
        definition=item.definition or f"{SPEAKERS[source]}.{item.metric.value.lower()}",
        source=source,
        value_kind=implied,
        period_starts_at=starts_at,
        period_ends_at=ends_at,
        bound=item.bound,
        finality=item.finality,
    )
    try:
        check_observation(made, now=now)
    except Invalid as problem:
        return Fault(REASONS[problem.path[-1]], problem.message)
    if is_settled(item, sent_at=sent_at, now=now, open_days=open_days) and not item.reason:
        return Fault(
            Rejection.REASON_NEEDED,
            f"This is older than {open_days} days and restates what was settled: say why (reason).",
        )
    return made
