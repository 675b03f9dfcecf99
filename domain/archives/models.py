"""Which archives were entered here, and how far."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from domain.columns import check


class SiteImport(Model):
    """An archive that is being entered, or was: known by the SHA-256 of its manifest.

    entered: rows that are in, by table. ended_at: empty while something is still to be done.
    """

    id = fields.BigIntField(primary_key=True)
    sha256 = fields.BinaryField()
    entered: fields.Field[dict[str, int]] = fields.JSONField()
    started_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "site_import"
        constraints = (
            UniqueConstraint(fields=("sha256",), name="site_import_known"),
            check("site_import", "hashed", "octet_length(sha256) = 32"),
        )
