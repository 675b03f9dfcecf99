"""Cursors: where a page ended, as the values of its order's keys. Opaque to clients."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from schema.planner.errors import BadInput
from schema.planner.readings import Order
from schema.planner.texts import plain_text

NOT_A_CURSOR = "`after` is not a cursor of this list; take it from pageInfo.endCursor or edges"

LONGEST = 4_000


def cursor_sql(name: str, order: Order, key: str, tie: str) -> str:
    """The cursor of a row: base64 of [order's name, key, tie]."""
    values = f"json_build_array('{name}', {key}, {tie})"
    return f"translate(encode(convert_to({values}::text, 'UTF8'), 'base64'), E'\\n', '')"


@lru_cache(maxsize=1_000)
def decode(text: str, name: str, order: Order) -> tuple[Any, int]:
    """The key and the tie a cursor stands for. Raises BadInput that says what is wrong with it."""
    if len(text) > LONGEST:
        raise BadInput(NOT_A_CURSOR)
    try:
        parts = json.loads(base64.b64decode(text, validate=True))
        (order_name, key, tie) = parts
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise BadInput(NOT_A_CURSOR) from error
    if order_name != name:
        raise BadInput(f"`after` is a cursor of another order, not of {name}")
    if not isinstance(tie, int) or isinstance(tie, bool) or not 0 <= tie < 2**63:
        raise BadInput(NOT_A_CURSOR)
    return _key(key, order), tie


def _key(key: Any, order: Order) -> Any:
    if order.sql_type == "timestamptz":
        try:
            moment = datetime.fromisoformat(key)
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
        except (TypeError, ValueError, OverflowError) as error:
            raise BadInput(NOT_A_CURSOR) from error
        raise BadInput(NOT_A_CURSOR)
    wanted = {"bigint": int, "text": str}[order.sql_type]
    if not isinstance(key, wanted) or isinstance(key, bool):
        raise BadInput(NOT_A_CURSOR)
    if isinstance(key, int) and not -(2**63) <= key < 2**63:
        raise BadInput(NOT_A_CURSOR)
    return plain_text(key) if isinstance(key, str) else key
