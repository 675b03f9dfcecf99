"""The small objects of which an article keeps a list in one of its columns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

from schema.planner.declare import column, rows
from schema.planner.readings import stands_on

USUAL = 5
"""What the credits or corrections of one article count for: they come with its own row."""


@stands_on("(SELECT)", cost=0)
@strawberry.type(description="Somebody who took part in an article beside its author.")
class Credit:
    role: str = column("As what, e.g. 摄影.")
    name: str = column("Who.")


@stands_on("(SELECT)", cost=0)
@strawberry.type(description="What readers are told was corrected.")
class ArticleCorrection:
    at: datetime = column("When it was corrected.", "({row}.at)::timestamptz")
    text: str = column("What was wrong, and what is right.")


def _items(source: str, *names: str) -> str:
    columns = ", ".join(f"item->>'{name}' AS {name}" for name in names)
    listed = f"jsonb_array_elements({source}) WITH ORDINALITY AS listed (item, place)"
    return f"(SELECT place, {columns} FROM {listed})"


def credits(source: str) -> Any:
    """source: SQL of the JSON, on {parent}."""
    return rows(
        "Who else took part, in the order given.",
        table=_items(source, "role", "name"),
        order_by="{row}.place",
        expected=USUAL,
    )


def corrections(source: str) -> Any:
    """source: SQL of the JSON, on {parent}."""
    return rows(
        "What readers are told was corrected, in the order of time.",
        table=_items(source, "at", "text"),
        order_by="{row}.place",
        expected=USUAL,
    )
