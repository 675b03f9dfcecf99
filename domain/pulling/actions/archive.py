"""What platforms answered, kept for audit: each answer, and its body once however often given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.partners.rules import Platform

# A body that is there already is not written again, unless it had expired.
KEEP = """
WITH given AS MATERIALIZED (
    SELECT nextval('raw_answer_id_seq') AS id, given.*
    FROM unnest($1::bigint[], $2::text[], $3::text[], $4::int[], $5::bytea[], $6::timestamptz[])
        WITH ORDINALITY
        AS given (account_id, platform, request, status, sha256, received_at, place)
), bodies AS (
    INSERT INTO raw_body AS known (sha256, body, received_at)
    SELECT * FROM unnest($7::bytea[], $8::bytea[], $9::timestamptz[])
    ON CONFLICT (sha256) DO UPDATE
    SET body = coalesce(known.body, excluded.body),
        received_at = greatest(known.received_at, excluded.received_at)
    RETURNING id, sha256
), kept AS (
    INSERT INTO raw_answer (id, account_id, platform, request, status, body_id, received_at)
    SELECT given.id, account_id, platform, request, status, bodies.id, received_at
    FROM given JOIN bodies USING (sha256)
)
SELECT id FROM given ORDER BY place
"""


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer to keep for audit. `request` shows no credential."""

    account_id: int
    platform: Platform
    request: str
    status: int
    body: bytes
    received_at: datetime


async def keep_all(client: BaseDBAsyncClient, answers: Sequence[GivenAnswer]) -> list[int]:
    """Archives them; returns their numbers, in the order given."""
    digests = [sha256(answer.body).digest() for answer in answers]
    bodies: dict[bytes, GivenAnswer] = {}
    for digest, answer in zip(digests, answers, strict=True):
        if digest not in bodies or bodies[digest].received_at < answer.received_at:
            bodies[digest] = answer
    # In one order for all, so that two who keep the same bodies never wait in a circle.
    once = sorted(bodies)
    rows = await client.execute_query_dict(
        KEEP,
        [
            [answer.account_id for answer in answers],
            [answer.platform.value for answer in answers],
            [answer.request for answer in answers],
            [answer.status for answer in answers],
            digests,
            [answer.received_at for answer in answers],
            once,
            [bodies[digest].body for digest in once],
            [bodies[digest].received_at for digest in once],
        ],
    )
    return [row["id"] for row in rows]


async def keep(client: BaseDBAsyncClient, answer: GivenAnswer) -> int:
    (kept,) = await keep_all(client, [answer])
    return kept
