"""An account as workers see it: its credential opened, its address the one to ask."""

from __future__ import annotations

from domain.partners.credentials import secrets_of
from domain.partners.models import Account
from workers.platforms.failures import Expired
from workers.platforms.protocol import PulledAccount
from workers.tools import Tools


def pulled_account(tools: Tools, row: Account) -> PulledAccount:
    """Raises Expired when no key in use opens its credential."""
    try:
        credential = tools.box.open(row.credential) if row.credential else ""
    except ValueError:
        raise Expired("no secret key in use opens the account's credential") from None
    base_url = tools.platform_urls.get(row.platform.value) or row.base_url
    return PulledAccount(
        id=row.id,
        platform=row.platform,
        external_id=row.external_id,
        base_url=base_url.rstrip("/"),
        secrets=secrets_of(credential),
        options=row.options,
    )
