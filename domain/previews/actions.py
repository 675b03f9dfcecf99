"""Makes and revokes links to previews: the only place that does."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from tortoise.backends.base.client import BaseDBAsyncClient

from domain import text
from domain.access import Act, Scope
from domain.articles.access import visible as article_visible
from domain.articles.models import Article
from domain.articles.rules import check_number
from domain.audit import actions as audit
from domain.audit.actions import actor_id
from domain.changes import change, changing, locked
from domain.gates import own, own_locked
from domain.ids import format_id
from domain.permissions import Permission, places
from domain.previews.access import visible
from domain.previews.models import PreviewLink
from domain.previews.rules import (
    LONGEST_RECIPIENT,
    SECRET_BYTES,
    USUAL_HOURS,
    check_revocable,
    expiry,
    fingerprint,
)
from domain.problems import Forbidden
from domain.users.rules import secret_text

EDIT = Permission.EDIT_DRAFT
KEPT = timedelta(days=90)
"""How long it can be seen that there was a link; the audit trail keeps it on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPreview:
    """revision: which is shown, the newest as of now if none is named. recipient: for whom it is.
    hours: how long the link holds."""

    article_id: int
    recipient: str
    revision: int | None = None
    hours: int = USUAL_HOURS


class Handed(NamedTuple):
    """A link's secret, shown this once."""

    link_id: int
    secret: str
    expires_at: datetime


async def create(
    act: Act, new: NewPreview, *, random: Callable[[int], bytes] = secrets.token_bytes
) -> Handed:
    """By who may edit the draft."""
    async with change(act, EDIT) as client:
        recipient = text.line(new.recipient, path=("recipient",), longest=LONGEST_RECIPIENT)
        expires_at = expiry(act.now, new.hours)
        article = await own_locked(client, act, EDIT, Article, new.article_id, article_visible)
        revision = article.head_number if new.revision is None else new.revision
        check_number(revision, article.head_number, "revision")
        secret = secret_text(random(SECRET_BYTES))
        row = await PreviewLink.create(
            using_db=client,
            article_id=article.id,
            revision=revision,
            recipient=recipient,
            sha256=fingerprint(secret),
            maker_id=actor_id(act.viewer),
            maker=act.viewer.name,
            created_at=act.now,
            expires_at=expires_at,
        )
        after = {
            "article": format_id("Article", article.id),
            "revision": revision,
            "recipient": recipient,
            "expires_at": expires_at,
        }
        subject = format_id("PreviewLink", row.id)
        await audit.record(client, act, "preview.create", subject, after=after)
        return Handed(int(row.id), secret, expires_at)


async def revoke(act: Act, link_id: int) -> None:
    """By who made it, and by who may edit the draft. Raises Conflict where it is revoked."""
    if Scope.WRITE not in act.viewer.scopes:
        raise Forbidden("this needs a role, and the scope WRITE")
    async with changing() as client:
        if not places(act.viewer, EDIT) and not places(act.viewer, Permission.SEE_DRAFTS):
            raise Forbidden(f"this needs a role with the permission {EDIT}")
        row = await locked(client, PreviewLink, link_id)
        if not _made(act, row):
            article = await Article.get(id=row.article_id, using_db=client)
            await own(client, act, EDIT, row, article.organization_id, visible)
        check_revocable(row.revoked_at)
        await _end(client, act, row)


def _made(act: Act, row: PreviewLink) -> bool:
    """Whether it is the viewer's own."""
    return bool(row.maker_id) and row.maker_id == actor_id(act.viewer)


async def end_all(client: BaseDBAsyncClient, act: Act, article_id: int) -> None:
    """Revokes all links that still could open; in the transaction in which the article is taken
    back."""
    rows = PreviewLink.filter(article_id=article_id, revoked_at=None, expires_at__gt=act.now)
    for row in await rows.using_db(client).select_for_update(no_key=True).order_by("id"):
        await _end(client, act, row)


async def _end(client: BaseDBAsyncClient, act: Act, row: PreviewLink) -> None:
    ended = {"revoked_at": act.now, "revoked_by": act.viewer.name}
    row.update_from_dict(ended)
    await row.save(using_db=client, update_fields=list(ended))
    subject = format_id("PreviewLink", row.id)
    await audit.record(client, act, "preview.revoke", subject, {"revoked_at": None}, ended)


async def forget_old(now: datetime) -> int:
    """Links that have been dead for long. Returns how many."""
    return int(await PreviewLink.filter(expires_at__lt=now - KEPT).delete())
