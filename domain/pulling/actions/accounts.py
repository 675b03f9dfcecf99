"""An account's credential and its pause: what a person changes, and what a renewal does."""

from __future__ import annotations

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import Act, require_administrator
from domain.audit import actions as audit
from domain.changes import change, locked
from domain.database import transaction
from domain.gates import require_at
from domain.ids import format_id
from domain.partners.credentials import check_credential
from domain.partners.models import Account, Partner
from domain.partners.rules import Platform
from domain.permissions import Permission
from domain.pulling.rules import FailureKind
from domain.secrets import SecretBox

END_PAUSE = """
UPDATE account_pull SET paused_until = NULL, failures = 0, retired_revision = NULL
WHERE account_id = $1
"""
END_EXPIRY = f"{END_PAUSE} AND last_failure_kind = $2"
REPLACE = "UPDATE account SET credential = $2 WHERE id = $1"
KNOWN = "SELECT credential FROM account WHERE id = $1 FOR NO KEY UPDATE"
RENEW = "UPDATE account SET credential = $2 WHERE id = $1"
UNRETIRE = """
UPDATE account_pull SET paused_until = NULL, failures = 0, retired_revision = NULL
FROM account
WHERE account.id = account_pull.account_id AND account.platform = $1
    AND account_pull.retired_revision < $2
RETURNING account_id
"""

MANAGE = Permission.MANAGE_PARTNER


async def resume(act: Act, account_id: int) -> None:
    """Ends an account's pause, whatever its reason: a person knows better. Raises NotFound."""
    async with change(act, MANAGE) as client:
        await _own(client, act, account_id)
        await client.execute_query(END_PAUSE, [account_id])
        await audit.record(client, act, "account.resume", format_id("Account", account_id))


async def set_credential(act: Act, account_id: int, credential: str, box: SecretBox) -> None:
    """Replaces the account's credential, and ends the pause that the old one caused.

    credential: as NewAccount takes it. Raises Invalid or NotFound.
    """
    sealed = box.seal(check_credential(credential))
    async with change(act, MANAGE) as client:
        await _own(client, act, account_id)
        await client.execute_query(REPLACE, [account_id, sealed])
        await client.execute_query(END_EXPIRY, [account_id, FailureKind.EXPIRED.value])
        subject = format_id("Account", account_id)
        await audit.record(client, act, "account.set_credential", subject)


async def _own(client: BaseDBAsyncClient, act: Act, account_id: int) -> None:
    """Holds the account until the transaction ends. Raises NotFound, Forbidden."""
    row = await locked(client, Account, account_id)
    partner = await Partner.get(id=row.partner_id, using_db=client)
    await require_at(client, act, MANAGE, partner.organization_id, "id")


async def keep_renewed(
    act: Act, account_id: int, known: bytes, fresh: bytes, box: SecretBox
) -> bool:
    """Replaces the sealed credential that was known; False when another stands there by now.

    What is compared is the credential: sealed with another key meanwhile, it is the same one.
    """
    require_administrator(act.viewer)
    async with transaction() as client:
        (row,) = await client.execute_query_dict(KNOWN, [account_id])
        if row["credential"] is None or box.open(row["credential"]) != box.open(known):
            return False
        await client.execute_query(RENEW, [account_id, fresh])
        subject = format_id("Account", account_id)
        await audit.record(client, act, "account.renew_credential", subject)
    return True


async def end_retirements(
    client: BaseDBAsyncClient, platform: Platform, revision: int
) -> list[int]:
    """Accounts whose endpoint was retired are asked again where their adapter asks another now."""
    rows = await client.execute_query_dict(UNRETIRE, [platform.value, revision])
    return [row["account_id"] for row in rows]
