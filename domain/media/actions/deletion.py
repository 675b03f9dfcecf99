"""A file that nothing uses leaves the library. The store forgets its content later (sweeping)."""

from __future__ import annotations

from domain.access import Act
from domain.audit import actions as audit
from domain.changes import change
from domain.gates import own_locked
from domain.ids import format_id
from domain.media.access import visible
from domain.media.models import ArticleMedia, Media
from domain.permissions import Permission
from domain.problems import Conflict

NEEDED = Permission.UPLOAD_MEDIA


async def delete(act: Act, media_id: int, version: int) -> None:
    """Raises Conflict while an article uses it, in whichever revision: these can be restored."""
    async with change(act, NEEDED) as client:
        row = await own_locked(client, act, NEEDED, Media, media_id, visible, version)
        if await ArticleMedia.filter(media_id=media_id).using_db(client).exists():
            raise Conflict("an article uses this file", path=("id",), code="IN_USE")
        told = {name: getattr(row, name) for name in ("name", "mime", "size", "sha256")}
        await row.delete(using_db=client)
        await audit.record(client, act, "media.delete", format_id("Media", media_id), before=told)
