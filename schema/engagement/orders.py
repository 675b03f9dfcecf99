"""Orders by a total: most read first."""

from __future__ import annotations

from schema.planner.readings import Order

BY_ID = Order("{row}.id", "bigint", descending=False)


def most_read(kind: str) -> Order:
    """By total reads; what is unknown stands last. The index engagement_total_rank gives it."""
    return Order(
        key="{total}.rank",
        sql_type="bigint",
        join=(
            f"JOIN engagement_total {{total}} ON {{total}}.subject_kind = '{kind}'"
            " AND {total}.metric = 'READS' AND {total}.subject_id = {row}.id"
        ),
        tie="{total}.subject_id",
    )
