"""Scalars: what a value looks like on the wire, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

BigInt = NewType("BigInt", int)
Block = NewType("Block", object)
"""One block of a body, as JSON has it."""


def _refused(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "BAD_USER_INPUT"})


def _parse_datetime(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise _refused("not a date and time, e.g. 2026-11-23T08:00:00+08:00") from error
    if moment.tzinfo is None:
        raise _refused("a date and time needs its offset, e.g. 2026-11-23T08:00:00+08:00")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise _refused("a date and time from the year 1 to 9999, in UTC too") from error


def _parse_date(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise _refused("not a date, e.g. 2026-11-23") from error


def _parse_bigint(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise _refused("not a whole number of 64 bits")
    return value


def _parse_block(value: Any) -> Any:
    if not isinstance(value, dict):
        raise _refused('not a block, e.g. {"type": "paragraph", "text": [{"text": "新风"}]}')
    return value


def _iso(value: date) -> str:
    return value.isoformat()


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment, ISO 8601 with its offset; answers are in UTC.",
        parse_value=_parse_datetime,
        serialize=_iso,
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
    ),
    date: strawberry.scalar(
        name="Date",
        description="A day of the deployment's time zone, ISO 8601.",
        parse_value=_parse_date,
        serialize=_iso,
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
    ),
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A whole number of 64 bits, as a JSON number: counters exceed 32 bits.",
        parse_value=_parse_bigint,
        serialize=int,
    ),
    Block: strawberry.scalar(
        name="Block",
        description="One block of an article's body, a JSON object with its `type` and `id`, e.g."
        ' {"type": "paragraph", "id": "a1", "text": [{"text": "新风"}]}. docs/newsroom.md has all'
        " of them.",
        parse_value=_parse_block,
        serialize=lambda value: value,
    ),
}
