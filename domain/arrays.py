"""Long columns of a statement, as the text that PostgreSQL reads an array from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime


def array(values: Iterable[int | datetime | None]) -> str:
    """For `$1::text::bigint[]`, or another type of numbers or moments. Moments are aware.

    asyncpg asks of each element of a list whether it is a list itself, which takes it longer than
    everything else it does for a statement of hundreds of rows.
    """
    parts = ["NULL" if value is None else str(value) for value in values]
    return "{" + ",".join(parts) + "}"
