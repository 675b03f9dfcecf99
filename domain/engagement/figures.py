"""A row of engagement_total, as values."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from domain.engagement.derivation import Total, stale_at


class Figures(NamedTuple):
    """The columns of engagement_total, in the order every statement here names them."""

    value: int | None
    as_of: datetime | None
    stale_at: datetime | None
    known: int
    counted: int
    at_least: int
    provisional: int


COLUMNS = Figures._fields
UNOPENED = Figures(None, None, None, 0, 0, 0, 0)
"""A subject at its first moment, before any roll-up."""


def figures_of(total: Total | None, *, posted_at: datetime, gone: bool) -> Figures:
    """What the row of a post says: the post itself is the one that is known and perhaps counted."""
    if total is None:
        return UNOPENED._replace(known=1)
    return Figures(
        total.value,
        total.as_of,
        stale_at(total.as_of, posted_at, gone),
        1,
        1,
        int(total.at_least),
        int(total.provisional),
    )
