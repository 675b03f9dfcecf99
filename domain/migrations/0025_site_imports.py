"""Which archives of a site were entered here, and how far."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint


class Migration(migrations.Migration):
    dependencies = [("domain", "0024_told_withdrawals")]

    operations = [
        ops.CreateModel(
            name="SiteImport",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("sha256", fields.BinaryField()),
                (
                    "entered",
                    fields.JSONField(
                        encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("started_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "site_import",
                "app": "domain",
                "constraints": [
                    UniqueConstraint(fields=("sha256",), name="site_import_known"),
                    CheckConstraint(
                        check="octet_length(sha256) = 32", name="site_import_hashed"
                    ),
                ],
                "pk_attr": "id",
                "table_description": "An archive that is being entered, or was: known by the"
                " SHA-256 of its manifest.",
            },
            bases=["Model"],
        )
    ]
