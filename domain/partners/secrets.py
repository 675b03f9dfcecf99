"""The secrets partners sign their pushes with: issued, rotated, and read to check a signature."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from tortoise.expressions import Q

from domain.access import Act
from domain.audit import actions as audit
from domain.changes import change
from domain.gates import own_locked
from domain.ids import format_id
from domain.partners.access import visible
from domain.partners.models import Partner, SigningSecret
from domain.permissions import Permission
from domain.problems import Invalid
from domain.secrets import SecretBox

log = structlog.get_logger()

MANAGE = Permission.MANAGE_PARTNER
SECRET_BYTES = 32
"""Standard Webhooks allows 24 to 64."""

OVERLAP = timedelta(hours=24)
LONGEST_OVERLAP = timedelta(days=30)


async def issue_secret(
    act: Act,
    box: SecretBox,
    partner_id: int,
    *,
    overlap: timedelta = OVERLAP,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> str:
    """A new secret, "whsec_…", shown this once. Older ones are accepted for `overlap` longer."""
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise Invalid(
            f"an older secret is accepted for 0 to {LONGEST_OVERLAP.days} days longer",
            path=("overlap",),
            code="OUT_OF_RANGE",
        )
    text = "whsec_" + base64.b64encode(random(SECRET_BYTES)).decode()
    async with change(act, MANAGE) as client:
        await own_locked(client, act, MANAGE, Partner, partner_id, visible)
        ends_at = act.now + overlap
        older = SigningSecret.filter(Q(expires_at=None) | Q(expires_at__gt=ends_at))
        retired = (
            await older.filter(partner_id=partner_id).using_db(client).update(expires_at=ends_at)
        )
        row = await SigningSecret.create(
            using_db=client, partner_id=partner_id, secret=box.seal(text), created_at=act.now
        )
        await audit.record(
            client,
            act,
            "partner.issue_secret",
            format_id("Partner", partner_id),
            after={"signing_secret_id": row.id, "retired": retired, "retired_at": ends_at},
        )
    return text


async def current_secrets(box: SecretBox, partner_id: int, *, now: datetime) -> list[str]:
    """Those accepted now, newest first; none for a partner that is not there or has none.

    One that no key opens any more is left out, and logged: the others still hold.
    """
    rows = await SigningSecret.filter(
        Q(expires_at=None) | Q(expires_at__gt=now), partner_id=partner_id
    ).order_by("-id")
    texts = []
    for row in rows:
        try:
            texts.append(box.open(row.secret))
        except ValueError:
            log.error("signing secret cannot be opened", secret=row.id, partner=partner_id)
    return texts
