"""Bearer tokens of applications."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from domain.access import Role
from domain.columns import check, one_of


class Token(Model):
    """A bearer token. Only its SHA-256 is kept; the token itself is shown once.

    expires_at: empty when it does not expire by itself.
    """

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=100)
    role = fields.CharEnumField(Role, max_length=16)
    sha256 = fields.BinaryField()
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "token"
        constraints = (
            one_of("token", "role", Role),
            check("token", "named", "name <> ''"),
            check("token", "hashed", "octet_length(sha256) = 32"),
        )
