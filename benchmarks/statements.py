"""A workload's statement taken out of its plan, to be run without us."""

from __future__ import annotations

import base64
import pickle
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement with its values; it gives one row with one JSON column per key."""

    sql: str
    values: tuple[Any, ...]
    keys: tuple[str, ...]

    def body(self, row: Any) -> bytes:
        """The GraphQL response the row stands for, put together the plainest way."""
        fields = [b'"%b":%b' % (key.encode(), row[at]) for at, key in enumerate(self.keys)]
        return b'{"data":{' + b",".join(fields) + b"}}"


def packed(statements: dict[str, Statement]) -> str:
    """As text for another process of ours: values are of many types, JSON would lose them."""
    return base64.b64encode(pickle.dumps(statements)).decode()


def unpacked(text: str) -> dict[str, Statement]:
    found: dict[str, Statement] = pickle.loads(base64.b64decode(text))
    return found


CONNECTION = {
    "statement_cache_size": 1_000,
    "max_cached_statement_lifetime": 0,
    "server_settings": {
        "default_transaction_read_only": "on",
        "jit": "off",
        "random_page_cost": "1.1",
        "timezone": "UTC",
    },
}
"""How the comparators connect: what the server asks of its connections, nothing more."""


async def read_bytes(connection: Any) -> None:
    """JSON arrives as the bytes the database sent."""
    await connection.set_type_codec(
        "json", schema="pg_catalog", encoder=bytes, decoder=bytes, format="binary"
    )
