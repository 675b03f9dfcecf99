"""What a push holds, item by item, and every reason why an item is not taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.engagement.checks import NewObservation, check_observation
from domain.engagement.rules import Bound, Finality, Metric, Source, ValueKind
from domain.partners.rules import Platform
from domain.problems import Invalid

MOST_ITEMS = 500


class Rejection(StrEnum):
    """Why an item is not taken."""

    MALFORMED = "MALFORMED"
    UNKNOWN_POST = "UNKNOWN_POST"
    AMBIGUOUS_POST = "AMBIGUOUS_POST"
    VALUE_OUT_OF_RANGE = "VALUE_OUT_OF_RANGE"
    INVALID_TIME = "INVALID_TIME"
    INVALID_PERIOD = "INVALID_PERIOD"
    INVALID_DEFINITION = "INVALID_DEFINITION"


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
    """A post by its platform's own identifier; base_url: the server, where it matters."""

    platform: Platform
    external_id: str
    base_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PushedItem:
    """One counter value as a partner says it.

    observed_at: when a cumulative value held; for an interval, when it was reported (else: sent).
    value_kind: follows from the period when it is not given.
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


def observation_of(
    item: PushedItem, post_id: int, *, sent_at: datetime, now: datetime
) -> NewObservation | Fault:
    """The observation an item makes of its post, or what is wrong with the item."""
    implied = ValueKind.CUMULATIVE if item.period is None else ValueKind.INTERVAL
    if item.value_kind not in (None, implied):
        return Fault(Rejection.INVALID_PERIOD, "An INTERVAL value has a period, others have none.")
    if item.period is None and item.observed_at is None:
        return Fault(Rejection.INVALID_TIME, "observedAt or a period is needed.")
    starts_at, ends_at = item.period or (None, None)
    made = NewObservation(
        post_id=post_id,
        metric=item.metric,
        value=item.value,
        observed_at=item.observed_at or sent_at,
        definition=item.definition or f"partner.{item.metric.value.lower()}",
        source=Source.PUSH,
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
    return made
