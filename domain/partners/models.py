"""Partners, their accounts, and the secrets they sign with."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from domain.columns import check, one_of
from domain.organizations.models import Organization
from domain.partners.rules import PartnerKind, Platform


class Partner(Model):
    """A person or body that carries content.

    organization: the organization that looks after it; posts of no article or campaign count there.
    """

    organization_id: int

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharEnumField(PartnerKind, max_length=20)
    name = fields.CharField(max_length=200)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "domain.Organization", on_delete=fields.RESTRICT, related_name="partners"
    )
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()

    class Meta:
        table = "partner"
        indexes = (
            Index(fields=("name", "id"), name="partner_name"),
            Index(fields=("kind", "id"), name="partner_kind"),
            Index(fields=("organization_id", "id"), name="partner_organization"),
        )
        constraints = (
            one_of("partner", "kind", PartnerKind),
            check("partner", "named", "name <> ''"),
        )


class Account(Model):
    """A partner's account on a platform.

    external_id: the platform's own identifier of the account.
    base_url: the server it lives on, where the platform has many (Mastodon); else empty.
    credential: the platform's token, encrypted; never leaves through the graph, logs or errors.
    options: what the adapter must know of the account, e.g. {"media": true} (Weibo).
    """

    partner_id: int

    id = fields.BigIntField(primary_key=True)
    partner: fields.ForeignKeyRelation[Partner] = fields.ForeignKeyField(
        "domain.Partner", on_delete=fields.RESTRICT, related_name="accounts"
    )
    platform = fields.CharEnumField(Platform, max_length=16)
    external_id = fields.CharField(max_length=200)
    handle = fields.CharField(max_length=200)
    base_url = fields.CharField(max_length=300, default="")
    credential = fields.BinaryField(null=True)
    options: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()

    class Meta:
        table = "account"
        indexes = (
            Index(fields=("partner_id", "id"), name="account_partner"),
            Index(fields=("platform", "id"), name="account_platform"),
        )
        constraints = (
            UniqueConstraint(fields=("platform", "base_url", "external_id"), name="account_known"),
            one_of("account", "platform", Platform),
            check("account", "identified", "external_id <> '' AND handle <> ''"),
        )


class SigningSecret(Model):
    """A secret a partner signs its pushes with; several hold at once while one replaces another.

    secret: encrypted. expires_at: when it stops being accepted; empty while it is the current one.
    """

    id = fields.BigIntField(primary_key=True)
    partner: fields.ForeignKeyRelation[Partner] = fields.ForeignKeyField(
        "domain.Partner", on_delete=fields.CASCADE, related_name="secrets"
    )
    secret = fields.BinaryField()
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)

    class Meta:
        table = "signing_secret"
        indexes = (Index(fields=("partner_id", "id"), name="signing_secret_partner"),)
