"""As whom somebody counts in a review: nobody acts twice by another account, by another's role that
was handed on to them, or by somebody they invited."""

from __future__ import annotations

from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Kind, Viewer
from domain.audit.actions import actor_id
from domain.reviews.states import People

COUNTED = "SELECT review_people($1, $2, $3, $4) AS names"
"""Of a user or a token: their account, the person it belongs to, and both of whoever has handed a
role on to them that holds at the organization now. The function is the database's, because lists
ask it of every row."""


async def people_of(
    client: BaseDBAsyncClient, viewer: Viewer, organization_id: int, *, now: datetime
) -> People:
    if viewer.kind not in (Kind.USER, Kind.APPLICATION):
        return frozenset({actor_id(viewer) or viewer.name})
    user = viewer.number if viewer.kind is Kind.USER else None
    token = viewer.number if viewer.kind is Kind.APPLICATION else None
    rows = await client.execute_query_dict(COUNTED, [user, token, organization_id, now])
    return frozenset(rows[0]["names"])


def guest(name: str) -> str:
    """Somebody without an account, by the name they were invited under."""
    return f"Guest:{''.join(name.split()).casefold()}"
