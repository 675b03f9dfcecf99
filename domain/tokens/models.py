"""Bearer tokens of applications and of partners."""

from __future__ import annotations

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model

from domain.columns import check
from domain.partners.models import Partner


class Token(Model):
    """A bearer token. Only its SHA-256 is kept; the token itself is shown once.

    partner: whose it is, where it is a partner's; else it is an application's, and its roles are
    grants. scopes: names of Scope. expires_at: empty when it does not expire by itself.
    """

    partner_id: int | None

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=100)
    partner: fields.ForeignKeyNullableRelation[Partner] = fields.ForeignKeyField(
        "domain.Partner", null=True, on_delete=fields.RESTRICT, related_name="tokens"
    )
    scopes: fields.Field[list[str]] = ArrayField(element_type="text", default=list)
    sha256 = fields.BinaryField()
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "token"
        constraints = (
            check("token", "named", "name <> ''"),
            check("token", "hashed", "octet_length(sha256) = 32"),
            check(
                "token",
                "scoped",
                "scopes <@ ARRAY['READ_PUBLIC', 'READ_INTERNAL', 'WRITE'] AND scopes <> '{}'",
            ),
        )
