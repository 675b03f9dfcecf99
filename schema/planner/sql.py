"""The few forms of SQL everything is made of: JSON is assembled by PostgreSQL, row by row."""

from __future__ import annotations

from collections.abc import Iterable

Columns = list[tuple[str, str]]


def select(columns: Columns, source: str = "", where: Iterable[str] = ()) -> str:
    listed = ", ".join(f'{sql} AS "{key}"' for key, sql in columns)
    conditions = [condition for condition in where if condition not in ("", "TRUE")]
    from_ = f" FROM {source}" if source else ""
    return f"SELECT {listed}{from_}" + (f" WHERE {' AND '.join(conditions)}" if conditions else "")


def as_object(columns: Columns, source: str = "", where: Iterable[str] = ()) -> str:
    """One JSON object, or NULL when no row fits."""
    return f"(SELECT row_to_json(j) FROM ({select(columns, source, where)}) j)"


def as_list(
    columns: Columns, source: str, where: Iterable[str], order_by: str, limit: int = 0
) -> str:
    """A JSON array, empty when no row fits."""
    end = f" LIMIT {limit}" if limit else ""
    rows = f"{select(columns, source, where)} ORDER BY {order_by}{end}"
    return f"(SELECT coalesce(json_agg(row_to_json(j)), '[]'::json) FROM ({rows}) j)"
