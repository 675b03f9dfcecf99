"""Writes the queue: what the rules find goes in once, and a person decides."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

from tortoise.backends.base.client import BaseDBAsyncClient

from domain import text
from domain.access import Act
from domain.audit import actions as audit
from domain.changes import change, check_version, locked
from domain.engagement.rules import SubjectKind
from domain.gates import own
from domain.ids import format_id, parse_id
from domain.inflation.access import visible
from domain.inflation.flags import Flag
from domain.inflation.models import EngagementDiscount, InflationFlag
from domain.inflation.states import InflationState
from domain.permissions import Permission
from domain.posts.models import Post
from domain.problems import Conflict, Invalid

DECIDE = Permission.DECIDE_INFLATION
ENTER = """
INSERT INTO inflation_flag (post_id, kind, metric, bucket, bucket_hours, observed, low, high, score,
    inputs, rule_version, found_at, state, reason, decided_by, version)
SELECT f.*, $12, 'OPEN', '', '', 1
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[], $5::int[], $6::float[],
    $7::float[], $8::float[], $9::float[], $10::jsonb[], $11::text[]) f
ON CONFLICT (post_id, metric, kind, bucket, bucket_hours) DO NOTHING
RETURNING id
"""

LEFT = """
SELECT t.value - coalesce((
    SELECT sum(d.value) FROM engagement_discount d WHERE d.post_id = $2 AND d.metric = $3
), 0)::bigint AS left_over
FROM engagement_total t
WHERE t.subject_kind = $1 AND t.subject_id = $2 AND t.metric = $3
"""


async def enter(client: BaseDBAsyncClient, act: Act, flags: Sequence[Flag]) -> int:
    """How many are new. A flag that was found before stays as it was, whatever was decided."""
    if not flags:
        return 0
    columns = zip(*map(_columns, flags), strict=True)
    rows = await client.execute_query_dict(ENTER, [*map(list, columns), act.now])
    for row in rows:
        await audit.record(client, act, "inflation.find", format_id("InflationFlag", row["id"]))
    return len(rows)


async def confirm(act: Act, flag_id: int, version: int, reason: str, discount: int) -> None:
    """The discount stands as an entry of its own. Raises Invalid when it is more than is left of
    the post's total, Conflict when the flag is decided already."""
    async with change(act, DECIDE) as client:
        row = await _open(client, act, flag_id, version)
        # Two flags of one post are confirmed one after the other, or both could take the rest.
        await client.execute_query("SELECT FROM post WHERE id = $1 FOR UPDATE", [row.post_id])
        of = [SubjectKind.POST.value, row.post_id, row.metric.value]
        found = await client.execute_query_dict(LEFT, of)
        left = (found[0]["left_over"] or 0) if found else 0
        if not 1 <= discount <= left:
            raise Invalid(
                f"a discount lies between 1 and what is left of the total, {left:,}",
                path=("discount",),
            )
        await _decide(client, act, row, InflationState.CONFIRMED, reason)
        await EngagementDiscount.create(
            using_db=client,
            flag_id=row.id,
            post_id=row.post_id,
            metric=row.metric,
            value=discount,
            reason=row.reason,
            confirmed_by=act.viewer.name,
            confirmed_at=act.now,
        )
        after = {"state": row.state, "reason": row.reason, "discount": discount}
        subject = format_id("InflationFlag", row.id)
        await audit.record(client, act, "inflation.confirm", subject, {"state": "OPEN"}, after)


async def dismiss(act: Act, flag_id: int, version: int, reason: str) -> None:
    """Raises Conflict when the flag is decided already."""
    async with change(act, DECIDE) as client:
        row = await _open(client, act, flag_id, version)
        await _decide(client, act, row, InflationState.DISMISSED, reason)
        after = {"state": row.state, "reason": row.reason}
        subject = format_id("InflationFlag", row.id)
        await audit.record(client, act, "inflation.dismiss", subject, {"state": "OPEN"}, after)


async def _open(client: BaseDBAsyncClient, act: Act, flag_id: int, version: int) -> InflationFlag:
    row = await locked(client, InflationFlag, flag_id)
    home = await Post.filter(id=row.post_id).using_db(client).values_list("organization_id")
    await own(client, act, DECIDE, row, int(home[0][0]), visible)
    check_version(row, version)
    if row.state is not InflationState.OPEN:
        raise Conflict("the flag is decided already", path=("id",), code="WRONG_STATUS")
    return row


async def _decide(
    client: BaseDBAsyncClient, act: Act, row: InflationFlag, state: InflationState, reason: str
) -> None:
    row.reason = text.line(reason, path=("reason",), longest=500)
    row.state, row.decided_by, row.decided_at = state, act.viewer.name, act.now
    row.version += 1
    fields = ["reason", "state", "decided_by", "decided_at", "version"]
    await row.save(using_db=client, update_fields=fields)


def _columns(flag: Flag) -> tuple[object, ...]:
    return (
        parse_id(flag.post, "Post")[1],
        flag.kind.value,
        flag.metric.value,
        flag.bucket,
        flag.length // timedelta(hours=1),
        flag.observed,
        flag.low,
        flag.high,
        flag.score,
        json.dumps(flag.inputs),
        flag.rule_version,
    )
