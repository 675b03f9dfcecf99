"""The table metric_definition, kept equal to the files of domain/engagement/definitions."""

from __future__ import annotations

import msgspec

from domain.database import transaction
from domain.engagement.definitions import Definition, all_definitions

TYPES = {
    "valid_from": "date",
    "valid_until": "date",
    "rounds_to": "bigint",
    "newest_for_hours": "integer",
    "by_name_only": "boolean",
    "counts_reposts": "boolean",
}
NAMES = [field.name for field in msgspec.structs.fields(Definition)]
COLUMNS = ", ".join(NAMES)
GIVEN = ", ".join(f"${number}::{TYPES.get(name, 'text')}[]" for number, name in enumerate(NAMES, 1))

DROP = "DELETE FROM metric_definition WHERE code <> ALL($1::text[]) RETURNING code"
PUT = f"""
INSERT INTO metric_definition AS kept ({COLUMNS}) SELECT * FROM unnest({GIVEN})
ON CONFLICT (code) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in NAMES)}
WHERE ROW({", ".join(f"kept.{name}" for name in NAMES)})
    IS DISTINCT FROM ROW({", ".join(f"excluded.{name}" for name in NAMES)})
RETURNING code
"""


async def keep_definitions() -> int:
    """Write what differs; how many rows changed. Observations keep their codes, whatever goes."""
    given = all_definitions()
    async with transaction() as client:
        gone = await client.execute_query_dict(DROP, [[each.code for each in given]])
        columns = [[getattr(each, name) for each in given] for name in NAMES]
        put = await client.execute_query_dict(PUT, columns)
    return len(gone) + len(put)
