"""SQL that keeps list_size beside the rows (decision 0014): triggers for a table, and the view that
counts everything anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Counted(NamedTuple):
    """columns: those whose parents have lists. public: which rows `r` everybody may see."""

    columns: tuple[str, ...]
    public: str


def triggers(table: str, counted: Counted) -> list[str]:
    seen = {
        "INSERT": "NEW TABLE AS added",
        "DELETE": "OLD TABLE AS removed",
        "UPDATE": "NEW TABLE AS added OLD TABLE AS removed",
    }
    return [
        function(table, counted),
        *(
            f"CREATE TRIGGER {table}_size_{event.lower()} AFTER {event} ON {table}"
            f" REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {table}_size()"
            for event, tables in seen.items()
        ),
    ]


def function(table: str, counted: Counted) -> str:
    """What the triggers of a table call."""
    added, removed = _rows(table, counted, "added", 1), _rows(table, counted, "removed", -1)
    return f"""
        CREATE FUNCTION {table}_size() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE lists text[]; parents bigint[];
        BEGIN
            IF TG_OP = 'INSERT' THEN {_keep(added)}
            ELSIF TG_OP = 'DELETE' THEN {_keep(removed)}
            ELSE {_keep(f"{added} UNION ALL {removed}")}
            END IF;
            IF lists IS NOT NULL THEN
                PERFORM list_size_gather(lists, parents);
            END IF;
            RETURN NULL;
        END $$
    """


def counted_anew(lists: Mapping[str, Counted]) -> str:
    """SELECT of what list_size has to hold."""
    return " UNION ALL ".join(
        _summed(_rows(table, counted, table, 1)) for table, counted in lists.items()
    )


def _lists_of(table: str, counted: Counted) -> str:
    """SQL of (list, parent) for one row r: each list it stands in."""
    columns = (f"('{table}.{name}', r.{name})" for name in counted.columns)
    listed = [f"('{table}', 0::bigint)", *columns]
    return f"LATERAL (VALUES {', '.join(listed)}) k (list, parent)"


def _rows(table: str, counted: Counted, source: str, sign: int) -> str:
    return (
        f"SELECT k.list, k.parent, {sign} AS n,"
        f" CASE WHEN {counted.public} THEN {sign} ELSE 0 END AS p"
        f" FROM {source} r, {_lists_of(table, counted)} WHERE k.parent IS NOT NULL"
    )


def _summed(rows: str) -> str:
    return (
        "SELECT list, parent, sum(n)::integer AS everything, sum(p)::integer AS public"
        f" FROM ({rows}) row GROUP BY list, parent HAVING sum(n) <> 0 OR sum(p) <> 0"
    )


def _keep(rows: str) -> str:
    """PL/pgSQL that adds the summands of a statement. Of many lists only the first are looked
    after, whole tables before all others: the rest gathers little in one statement."""
    return f"""
        WITH summand AS (INSERT INTO list_size {_summed(rows)} RETURNING list, parent)
        SELECT array_agg(list), array_agg(parent) INTO lists, parents
            FROM (SELECT list, parent FROM summand ORDER BY parent LIMIT 100) first;
    """
