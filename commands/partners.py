"""Partners' signing secrets: issue, rotate, list."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from commands.runtime import Json, on_database, running, say
from domain.access import SYSTEM, Act
from domain.ids import parse_id
from domain.partners.models import SigningSecret
from domain.partners.secrets import issue_secret
from domain.secrets import SecretBox

Hours = Annotated[float, Parameter(validator=Number(gte=0, lte=720))]


def issue(partner_id: str) -> None:
    """Make a partner's signing secret and print it; it is shown this once.

    A secret the partner has already is accepted for 24 hours longer.

    Parameters
    ----------
    partner_id
        The partner's id, like Partner:7.
    """
    rotate(partner_id)


def rotate(partner_id: str, *, overlap_hours: Hours = 24.0) -> None:
    """Replace a partner's signing secret and print the new one; it is shown this once.

    Parameters
    ----------
    partner_id
        The partner's id, like Partner:7.
    overlap_hours
        How long older secrets are still accepted; 0 ends them now.
    """
    _, number = parse_id(partner_id, "Partner", path=("partner_id",))
    with running(needs_key=True) as settings:
        box = SecretBox(settings.secret_keys)
        act = Act(SYSTEM, datetime.now(UTC))
        issuing = issue_secret(act, box, number, overlap=timedelta(hours=overlap_hours))
        text = on_database(settings.database_url, issuing)
    say(f"the signing secret of {partner_id}; keep it, it is not shown again:")
    print(text)


def list_secrets(partner_id: str, *, as_json: Json = False) -> None:
    """List when a partner's secrets were made and when they end; never the secrets themselves.

    Parameters
    ----------
    partner_id
        The partner's id, like Partner:7.
    as_json
        A list of objects instead of lines.
    """
    _, number = parse_id(partner_id, "Partner", path=("partner_id",))
    with running() as settings:
        rows = on_database(settings.database_url, _list(number))
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    for row in rows:
        end = f"ends {row['expiresAt']}" if row["expiresAt"] else "in use"
        print(f"made {row['createdAt']}, {end}")


async def _list(partner_id: int) -> list[dict[str, str | None]]:
    secrets = await SigningSecret.filter(partner_id=partner_id).order_by("id")
    return [
        {
            "createdAt": secret.created_at.isoformat(),
            "expiresAt": secret.expires_at.isoformat() if secret.expires_at else None,
        }
        for secret in secrets
    ]
