"""Whether everything is there that was acknowledged, and both ways tell the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tortoise.connection import get_connection

from benchmarks.chaos.world import PUSHED, World
from domain.engagement.actions.verify import verify

LOST = """
SELECT count(*) FROM unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[])
    AS told (external_id, metric, value, observed_at)
WHERE NOT EXISTS (
    SELECT FROM observation o JOIN post p ON p.id = o.post_id JOIN account a ON a.id = p.account_id
    WHERE a.platform = $5 AND p.external_id = told.external_id AND o.metric = told.metric
        AND o.value = told.value AND o.observed_at = told.observed_at AND o.source = 'PUSH'
)
"""
UNRECORDED = """
SELECT count(*) FROM raw_answer r JOIN raw_body b ON b.id = r.body_id
WHERE r.status = 200 AND r.request LIKE '%count_sp%' AND b.body <> '[]'
    AND NOT EXISTS (SELECT FROM observation o WHERE o.raw_answer_id = r.id)
"""
TOTALS = """
SELECT p.external_id, t.metric, t.value
FROM engagement_total t JOIN post p ON t.subject_kind = 'POST' AND t.subject_id = p.id
JOIN account a ON a.id = p.account_id
WHERE a.partner_id = $1 AND t.value IS NOT NULL
"""
PARTNER = """
SELECT metric, value FROM engagement_total
WHERE subject_kind = 'PARTNER' AND subject_id = $1 AND value IS NOT NULL
"""

Totals = dict[tuple[str, str], int]


async def lost(acknowledged: Sequence[dict[str, Any]]) -> int:
    """How many acknowledged items are not in the ledger."""
    columns = [
        [item["post"]["externalId"] for item in acknowledged],
        [item["metric"] for item in acknowledged],
        [item["value"] for item in acknowledged],
        [datetime.fromisoformat(item["observedAt"]) for item in acknowledged],
    ]
    return int((await _rows(LOST, *columns, PUSHED.value))[0]["count"])


async def unrecorded() -> int:
    """How many kept answers that tell something have no observation: half of a transaction."""
    return int((await _rows(UNRECORDED))[0]["count"])


async def differing_figures(zone: ZoneInfo) -> list[str]:
    """What `engagement verify` finds."""
    found = await verify(zone=zone, report=lambda done, of: None)
    return [str(difference) for difference in found]


async def totals(world: World) -> tuple[Totals, Totals]:
    """By pull and by push: of each topic and metric, and of the partner as ("", metric)."""
    return await _totals(world.pulled), await _totals(world.pushed)


async def _totals(partner_id: int) -> Totals:
    topics = await _rows(TOTALS, partner_id)
    whole = await _rows(PARTNER, partner_id)
    return {
        **{(row["external_id"], row["metric"]): row["value"] for row in topics},
        **{("", row["metric"]): row["value"] for row in whole},
    }


async def counted() -> dict[str, int]:
    """Observations by source."""
    rows = await _rows("SELECT source, count(*) FROM observation GROUP BY source")
    return {row["source"]: row["count"] for row in rows}


async def _rows(statement: str, *values: Any) -> list[dict[str, Any]]:
    return await get_connection("default").execute_query_dict(statement, list(values))
