"""A file joins an organization's library. What it has already is not stored twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act
from domain.audit import actions as audit
from domain.changes import change, must_exist, overtaken
from domain.gates import require_at
from domain.ids import format_id
from domain.media.actions.values import check_texts
from domain.media.incoming import Received
from domain.media.models import Media
from domain.media.quotas import hold_room, require_room
from domain.media.rules import MediaKind, MediaState, file_name, original_key
from domain.media.storage import Storage
from domain.organizations.models import Organization
from domain.permissions import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMedia:
    """name: as its sender calls it. alt: what a picture shows, for those who do not see it."""

    organization_id: int
    name: str = ""
    alt: str = ""
    caption: str = ""
    credit: str = ""
    licence: str = ""


class Uploaded(NamedTuple):
    """is_new: whether the library did not have it yet; what it had stays as it was."""

    media_id: int
    is_new: bool


async def upload(act: Act, received: Received, new: NewMedia, storage: Storage) -> Uploaded:
    """The file is in the store before its row is there: a row never leads nowhere. Raises Invalid,
    Forbidden, NotFound, Conflict where the library is full, before anything is stored."""
    texts = check_texts(alt=new.alt, caption=new.caption, credit=new.credit, licence=new.licence)
    async with change(act, Permission.UPLOAD_MEDIA) as client:
        known = await _checked(client, act, received, new)
        if known is None:
            await require_room(client, new.organization_id, received.size)
    if known is not None:
        return Uploaded(known, is_new=False)
    key = original_key(received.sha256)
    await storage.put(key, received.path)
    async with change(act, Permission.UPLOAD_MEDIA) as client:
        await hold_content(client, received.sha256)
        known = await _checked(client, act, received, new)
        if known is not None:
            return Uploaded(known, is_new=False)
        if await storage.look(key) is None:
            raise overtaken()  # a sweeper had looked at it before it was written anew
        await hold_room(client, new.organization_id, received.size)
        values = _values(act, received, new) | texts
        row = await Media.create(using_db=client, **values)
        told = {name: values[name] for name in ("name", "mime", "size", "sha256", *texts)}
        await audit.record(client, act, "media.upload", format_id("Media", row.id), after=told)
        return Uploaded(int(row.id), is_new=True)


async def hold_content(client: BaseDBAsyncClient, sha256: str) -> None:
    """Whoever names this content, or removes its file, waits until the transaction ends."""
    await client.execute_query(
        "SELECT pg_advisory_xact_lock(hashtextextended('media:' || $1, 0))", [sha256]
    )


async def _checked(
    client: BaseDBAsyncClient, act: Act, received: Received, new: NewMedia
) -> int | None:
    """The row of this content in that library, if it has one."""
    await must_exist(client, Organization, new.organization_id, "organization_id")
    await require_at(client, act, Permission.UPLOAD_MEDIA, new.organization_id, "organization_id")
    found = (
        await Media.filter(organization_id=new.organization_id, sha256=received.sha256)
        .using_db(client)
        .first()
        .only("id")
    )
    return None if found is None else int(found.id)


def _values(act: Act, received: Received, new: NewMedia) -> dict[str, Any]:
    is_picture = received.content.kind is MediaKind.IMAGE
    return {
        "organization_id": new.organization_id,
        "kind": received.content.kind,
        "mime": received.content.mime,
        "name": file_name(new.name, received.content.extension),
        "sha256": received.sha256,
        "size": received.size,
        "width": received.width,
        "height": received.height,
        "state": MediaState.RENDERING if is_picture else MediaState.READY,
        "due_at": act.now if is_picture else None,
        "uploaded_by": act.viewer.name,
        "created_at": act.now,
        "updated_at": act.now,
    }
