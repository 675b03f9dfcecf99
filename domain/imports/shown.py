"""How a file was understood, for people and programs; pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.deliveries.rules import PostName, PushedItem, WrongItem
from domain.ids import format_id
from domain.imports.actions import File, Result
from domain.imports.rows import items_of
from domain.imports.values import text_of

FIRST = 5


def shown_rows(file: File, *, now: datetime, most: int = FIRST) -> list[dict[str, Any]]:
    """The figures of the first rows as they are understood, or what is wrong with them."""
    return [
        _shown(row.number, item)
        for row in file.table.rows[:most]
        for item in items_of(row, file.columns, file.reading, now=now)
    ]


def _shown(number: int, item: PushedItem | WrongItem) -> dict[str, Any]:
    if isinstance(item, WrongItem):
        empty = {"post": "", "metric": "", "value": "", "when": ""}
        return {"row": number, **empty, "problem": item.fault.message}
    if item.period:
        when = " to ".join(moment.isoformat() for moment in item.period)
    else:
        when = item.observed_at.isoformat() if item.observed_at else ""
    bound = "at least " if item.bound == "AT_LEAST" else ""
    return {
        "row": number,
        "post": _post(item.post),
        "metric": item.metric.value,
        "value": f"{bound}{item.value}",
        "when": when,
        "problem": "",
    }


def _post(post: int | PostName) -> str:
    if isinstance(post, int):
        return format_id("Post", post)
    return f"{post.platform.value} {post.external_id or post.url}"


def told(result: Result, first_rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What became of a file, as JSON has it."""
    return {
        "rows": result.rows,
        "accepted": result.accepted,
        "duplicates": result.duplicates,
        "restated": result.restated,
        "registered": result.registered,
        "portions": result.portions,
        "knownPortions": result.known,
        "columns": {field.value: place for field, place in result.columns.places.items()},
        "unused": list(result.columns.unused),
        "firstRows": first_rows,
        "rejected": [
            {
                "row": entry.row.number,
                "code": entry.code,
                "message": entry.message,
                "cells": [text_of(cell) for cell in entry.row.cells],
            }
            for entry in result.rejected
        ],
    }
