"""Writes the audit trail, in the transaction of what it tells of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act, Kind, Viewer
from domain.audit.models import AuditEntry
from domain.ids import format_id

Values = Mapping[str, Any]
NOUNS = {Kind.USER: "User", Kind.APPLICATION: "Token", Kind.PARTNER: "Partner"}
"""What the number of a viewer is a number of."""


async def record(
    client: BaseDBAsyncClient | None,
    act: Act,
    action: str,
    subject: str,
    before: Values | None = None,
    after: Values | None = None,
) -> None:
    """One entry; without a client, in the transaction that is open.

    action: noun and verb, e.g. "article.publish". subject: the row's id, e.g. "Article:12".
    before, after: the changed columns. Secrets never stand in them: that is the caller's duty.
    """
    await AuditEntry.create(
        using_db=client,
        at=act.now,
        actor_id=actor_id(act.viewer),
        actor=act.viewer.name,
        action=action,
        subject=subject,
        before=_plain(before),
        after=_plain(after),
        request_id=act.request_id,
    )


def actor_id(viewer: Viewer) -> str:
    """Global id of who acts; empty for the system, its operators and strangers."""
    noun = NOUNS.get(viewer.kind)
    return format_id(noun, viewer.number) if noun else ""


def changed(before: Values, after: Values) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both reduced to the columns in which they differ."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}


def _plain(values: Values | None) -> dict[str, Any] | None:
    if values is None:
        return None
    return {name: _json(value) for name, value in values.items()}


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return value
