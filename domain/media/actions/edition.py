"""What is said of a file changes; its content never does."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from domain.access import Act
from domain.audit import actions as audit
from domain.changes import change
from domain.gates import own_locked
from domain.ids import format_id
from domain.media.access import visible
from domain.media.actions.values import check_texts
from domain.media.models import Media
from domain.permissions import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaChanges:
    """None: stays as it is."""

    alt: str | None = None
    caption: str | None = None
    credit: str | None = None
    licence: str | None = None


async def update(act: Act, media_id: int, version: int, changes: MediaChanges) -> None:
    """Raises Conflict when it is no longer the `version` the editor saw."""
    needed = Permission.UPLOAD_MEDIA
    async with change(act, needed) as client:
        values = check_texts(**asdict(changes))
        row = await own_locked(client, act, needed, Media, media_id, visible, version)
        before, after = audit.changed({name: getattr(row, name) for name in values}, values)
        row.update_from_dict({**after, "version": row.version + 1, "updated_at": act.now})
        await row.save(using_db=client, update_fields=[*after, "version", "updated_at"])
        await audit.record(client, act, "media.update", format_id("Media", row.id), before, after)
