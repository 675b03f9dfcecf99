"""A row of engagement_total, as values."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from domain.engagement.definitions import by_code
from domain.engagement.derivation import Derived, stale_at
from domain.engagement.rules import Addition


class Figures(NamedTuple):
    """The columns of engagement_total, in the order every statement here names them.

    Of a post: people is 1 where it counts people; definition, breaks and addition are its own.
    Above posts: people, reposts: posts that have a value, but one that is not added, and why.
    """

    value: int | None
    as_of: datetime | None
    stale_at: datetime | None
    known: int
    counted: int
    at_least: int
    provisional: int
    people: int = 0
    reposts: int = 0
    definition: str | None = None
    breaks: int = 0
    addition: str = Addition.ALWAYS.value


COLUMNS = Figures._fields
TYPES = {
    "value": "bigint",
    "as_of": "timestamptz",
    "stale_at": "timestamptz",
    "known": "integer",
    "counted": "integer",
    "at_least": "integer",
    "provisional": "integer",
    "people": "integer",
    "reposts": "integer",
    "definition": "text",
    "breaks": "integer",
    "addition": "text",
}
UNOPENED = Figures(None, None, None, 0, 0, 0, 0)
"""A subject at its first moment, before any roll-up."""

# SQL: whether the value of a post `p` is added to what it counts for, a row `s` of post_subject.
ADDS = "(p.addition = 'ALWAYS' OR (p.addition = 'UNLESS_ORIGINAL' AND s.original_id IS NULL))"

IS_REPOST = "(p.addition = 'UNLESS_ORIGINAL' AND s.original_id IS NOT NULL)"

SUMS = f"""
    coalesce(sum(p.counted) FILTER (WHERE {ADDS}), 0)::integer AS counted,
    sum(p.value) FILTER (WHERE {ADDS})::bigint AS value,
    max(p.as_of) FILTER (WHERE {ADDS}) AS as_of,
    max(p.stale_at) FILTER (WHERE {ADDS}) AS stale_at,
    sum(p.known)::integer AS known,
    coalesce(sum(p.at_least) FILTER (WHERE {ADDS}), 0)::integer AS at_least,
    coalesce(sum(p.provisional) FILTER (WHERE {ADDS}), 0)::integer AS provisional,
    sum(p.people)::integer AS people,
    coalesce(sum(p.counted) FILTER (WHERE {IS_REPOST}), 0)::integer AS reposts
"""
"""SQL: the figures of a subject, of the rows `p` of its posts and its rows `s` of post_subject."""


def status_sql(row: str, moment: str) -> str:
    """SQL of what the value of a row of totals is worth at a moment: a MetricStatus."""
    return (
        f"CASE WHEN {row}.value IS NULL THEN 'UNAVAILABLE'"
        f" WHEN {row}.stale_at < {moment} THEN 'STALE'"
        f" WHEN {row}.at_least > 0 THEN 'AT_LEAST'"
        f" WHEN {row}.provisional > 0 THEN 'PROVISIONAL'"
        " ELSE 'EXACT' END"
    )


def figures_of(derived: Derived, *, posted_at: datetime, gone: bool) -> Figures:
    """What the row of a post says: the post itself is the one that is known and perhaps counted."""
    total = derived.total
    if total is None:
        return UNOPENED._replace(known=1)
    return Figures(
        total.value,
        total.as_of,
        stale_at(total.as_of, posted_at, gone, _newest_for_hours(total.definition)),
        known=1,
        counted=1,
        at_least=int(total.at_least),
        provisional=int(total.provisional),
        people=int(total.addition is Addition.NEVER),
        definition=total.definition,
        breaks=len(derived.breaks),
        addition=total.addition.value,
    )


def _newest_for_hours(code: str | None) -> int:
    """0 for a partner's own wording too: what is pushed is taken as of its own moment."""
    definition = by_code(code) if code else None
    return definition.newest_for_hours if definition else 0
