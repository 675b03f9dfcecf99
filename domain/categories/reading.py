"""The tree of categories as names, for what comes from elsewhere and for what is written out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from tortoise.connection import get_connection

NamePath: TypeAlias = tuple[str, ...]
"""The names of a category's ancestors, from the top down, and its own."""

PATHS = """
SELECT c.id, array_agg(above.name ORDER BY nlevel(above.path)) AS names
FROM category c JOIN category above ON above.path @> c.path GROUP BY c.id ORDER BY c.id
"""


async def name_paths() -> Mapping[int, NamePath]:
    """Of every category, by number."""
    rows = await get_connection("default").execute_query_dict(PATHS)
    return {row["id"]: tuple(row["names"]) for row in rows}
