"""What was believed at a past moment: the derived rows as they stood then, from their history.

Each reading is one look into an index, so that a past moment is read as quickly as the present.
"""

from __future__ import annotations

from schema.engagement.of_subject import of_subject
from schema.planner.arguments import Arguments
from schema.planner.statement import Statement

COUNTS = ("known", "counted", "at_least", "provisional", "people", "reposts")


def moment_sql(statement: Statement, arguments: Arguments) -> str:
    """SQL of the moment asked for; now by default."""
    given = arguments.get("asOf")
    return "now()" if given is None else statement.bind(given, "timestamptz")


def totals_then(statement: Statement, arguments: Arguments) -> str:
    """FROM text of a subject's totals, all metrics; empty when the present ones are asked for."""
    if arguments.get("asOf") is None:
        return ""
    return f"({past_totals(moment_sql(statement, arguments))} WHERE {of_subject('t')})"


def past_totals(moment: str) -> str:
    """SELECT text, to be narrowed on `t`: as engagement_total, at a moment. What was not there yet
    is unknown."""
    counts = ", ".join(f"coalesce(h.{name}, 0) AS {name}" for name in COUNTS)
    return (
        "SELECT t.subject_kind, t.subject_id, t.metric, h.value, h.as_of, h.stale_at, h.definition,"
        f" coalesce(h.value, -1) AS rank, coalesce(h.addition, 'ALWAYS') AS addition, {counts}"
        " FROM engagement_total t LEFT JOIN LATERAL ("
        "SELECT * FROM engagement_total_history h WHERE h.subject_kind = t.subject_kind"
        " AND h.subject_id = t.subject_id AND h.metric = t.metric"
        f" AND h.believed_from <= {moment} ORDER BY h.believed_from DESC LIMIT 1) h ON TRUE"
    )


def past_gains(table: str, bucket: str, condition: str, moment: str) -> str:
    """SELECT text: as engagement_daily or engagement_hourly, at a moment. condition: on `h`."""
    keys = f"h.subject_kind, h.subject_id, h.metric, h.{bucket}"
    return (
        f"SELECT * FROM (SELECT DISTINCT ON ({keys}) {keys}, h.value"
        f" FROM engagement_{table}_history h WHERE {condition} AND h.believed_from <= {moment}"
        f" ORDER BY {keys}, h.believed_from DESC) believed WHERE value IS NOT NULL"
    )
