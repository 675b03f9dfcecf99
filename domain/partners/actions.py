"""Writes partners and their accounts: the only place that does. Secrets: secrets.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain import text
from domain.access import Act
from domain.audit import actions as audit
from domain.changes import change, missing, must_exist
from domain.gates import require_at
from domain.ids import format_id
from domain.organizations.models import Organization
from domain.partners.credentials import check_credential
from domain.partners.models import Account, Partner
from domain.partners.rules import PartnerKind, Platform, check_base_url, check_options
from domain.permissions import Permission
from domain.search.actions import index
from domain.search.rules import SearchKind
from domain.secrets import SecretBox

MANAGE = Permission.MANAGE_PARTNER


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPartner:
    """organization_id: the organization that looks after it."""

    kind: PartnerKind
    name: str
    organization_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """external_id: the platform's own identifier of the account.

    base_url: the server it lives on, where the platform has many (Mastodon).
    credential: the platform's token, or a JSON object of texts where it has several parts;
    stored encrypted and never shown again.
    options: what the adapter must know of the account, e.g. {"media": True} (Weibo).
    """

    partner_id: int
    platform: Platform
    external_id: str
    handle: str
    base_url: str = ""
    credential: str | None = field(default=None, repr=False)
    options: Mapping[str, Any] = field(default_factory=dict)


async def register(act: Act, new: NewPartner) -> int:
    async with change(act, MANAGE) as client:
        values = {
            "kind": new.kind,
            "name": text.line(new.name, path=("name",), longest=200),
            "organization_id": new.organization_id,
        }
        await must_exist(client, Organization, new.organization_id, "organization_id")
        await require_at(client, act, MANAGE, new.organization_id, "organization_id")
        row = await Partner.create(using_db=client, created_at=act.now, **values)
        await index(client, SearchKind.PARTNER, row.id)
        subject = format_id("Partner", row.id)
        await audit.record(client, act, "partner.register", subject, after=values)
        return int(row.id)


async def register_account(act: Act, new: NewAccount, box: SecretBox | None = None) -> int:
    """box: needed where there is a credential to seal. Raises Conflict for one known already."""
    async with change(act, MANAGE) as client:
        values = _account_values(new)
        sealed = _sealed(new.credential, box)
        partner = await Partner.get_or_none(id=new.partner_id, using_db=client)
        if partner is None:
            raise missing("partner_id")
        await require_at(client, act, MANAGE, partner.organization_id, "partner_id")
        row = await Account.create(using_db=client, created_at=act.now, credential=sealed, **values)
        await index(client, SearchKind.PARTNER, partner.id)
        subject = format_id("Account", row.id)
        shown = {**values, "has_credential": sealed is not None}
        await audit.record(client, act, "account.register", subject, after=shown)
        return int(row.id)


def _account_values(new: NewAccount) -> dict[str, Any]:
    return {
        "partner_id": new.partner_id,
        "platform": new.platform,
        "external_id": text.line(new.external_id, path=("external_id",), longest=200),
        "handle": text.line(new.handle, path=("handle",), longest=200),
        "base_url": check_base_url(new.base_url, new.platform),
        "options": check_options(new.options),
    }


def _sealed(credential: str | None, box: SecretBox | None) -> bytes | None:
    if credential is None:
        return None
    if box is None:
        raise ValueError("a credential needs a secret box to be sealed in")
    return box.seal(check_credential(credential))
