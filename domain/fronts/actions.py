"""Writes fronts: the only place that does. A front is set as a whole, so that nobody reorders what
another has just replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain import moments, text
from domain.access import Act
from domain.articles.access import visible
from domain.articles.models import Article
from domain.audit import actions as audit
from domain.changes import change, check_version, missing, must_exist
from domain.fronts.models import Front, FrontEntry
from domain.fronts.rules import Entry, check_entries, check_name
from domain.gates import require_at, sees
from domain.ids import format_id
from domain.organizations.models import Organization
from domain.permissions import Permission

PUBLISH = Permission.PUBLISH_ARTICLE


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFront:
    """A front as it is to be. version: the one the caller saw; 0 for one that is not there yet."""

    organization_id: int
    name: str
    title: str
    version: int
    entries: Sequence[Entry]


async def set_front(act: Act, new: NewFront) -> int:
    """Raises Conflict when the front is no longer the `version` the editor saw."""
    async with change(act, PUBLISH) as client:
        name = check_name(new.name)
        title = text.line(new.title, path=("title",), longest=100)
        entries = [_checked(place, entry) for place, entry in enumerate(new.entries)]
        check_entries(entries)
        await must_exist(client, Organization, new.organization_id, "organization_id")
        await require_at(client, act, PUBLISH, new.organization_id, "organization_id")
        await _check_articles(client, act, entries)
        row = await _held(client, act, new, name, title)
        before = [_told(entry) for entry in await _entries(client, row.id)]
        await FrontEntry.filter(front_id=row.id).using_db(client).delete()
        made = [FrontEntry(front_id=row.id, **entry._asdict()) for entry in entries]
        await FrontEntry.bulk_create(made, using_db=client)
        after = [_told(entry) for entry in entries]
        subject = format_id("Front", row.id)
        told = {"name": name, "title": title}
        await audit.record(
            client, act, "front.set", subject, {"entries": before}, {**told, "entries": after}
        )
        return int(row.id)


def _checked(place: int, entry: Entry) -> Entry:
    """Raises Invalid."""
    return entry._replace(
        starts_at=_moment(place, "starts_at", entry.starts_at),
        ends_at=_moment(place, "ends_at", entry.ends_at),
    )


def _moment(place: int, name: str, value: datetime | None) -> datetime | None:
    return None if value is None else moments.moment(value, path=("entries", str(place), name))


async def _check_articles(client: BaseDBAsyncClient, act: Act, entries: Sequence[Entry]) -> None:
    """Those the viewer sees, drafts too: they show once they are public. Raises NotFound."""
    ids = {entry.article_id for entry in entries}
    rows = {row.id: row for row in await Article.filter(id__in=ids).using_db(client)}
    for place, entry in enumerate(entries):
        row = rows.get(entry.article_id)
        if row is None or not await sees(client, act.viewer, visible, row):
            problem = missing("article_id")
            problem.path = ("entries", str(place), "article_id")
            raise problem


async def _held(client: BaseDBAsyncClient, act: Act, new: NewFront, name: str, title: str) -> Front:
    """The front's row, with its next version. Raises Conflict."""
    known = Front.select_for_update(no_key=True, using_db=client)
    row = await known.get_or_none(organization_id=new.organization_id, name=name)
    if row is None:
        if new.version != 0:
            raise missing("name", "front")
        return await Front.create(
            using_db=client,
            organization_id=new.organization_id,
            name=name,
            title=title,
            created_at=act.now,
            updated_at=act.now,
        )
    check_version(row, new.version)
    row.update_from_dict({"title": title, "version": row.version + 1, "updated_at": act.now})
    await row.save(using_db=client)
    return row


async def _entries(client: BaseDBAsyncClient, front_id: int) -> list[Entry]:
    rows = await FrontEntry.filter(front_id=front_id).using_db(client).order_by("slot", "id")
    return [Entry(row.slot, row.article_id, row.starts_at, row.ends_at) for row in rows]


def _told(entry: Entry) -> dict[str, Any]:
    times = {"starts_at": entry.starts_at, "ends_at": entry.ends_at}
    return {
        "slot": entry.slot,
        "article": format_id("Article", entry.article_id),
        **{name: at.isoformat() for name, at in times.items() if at is not None},
    }
