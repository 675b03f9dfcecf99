"""Tokens of programs, and the roles that users and tokens have at organizations.

What changes of them is told, as whoever is known must be asked for anew.
"""

from tortoise import fields, migrations
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from domain.access import Role
from domain.tables import CreateTables, told

LAST_USE = """
    CREATE TABLE token_use (
        token_id bigint PRIMARY KEY REFERENCES token (id) ON DELETE CASCADE,
        used_at timestamptz NOT NULL
    )
"""
"""When a token was last used, to the minute. Apart from the token, so that using one does not tell
everybody that tokens changed."""


class Migration(migrations.Migration):
    dependencies = [("domain", "0004_users")]

    operations = [
        CreateTables(
            ops.CreateModel(
                name="Token",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    ("name", fields.CharField(max_length=100)),
                    (
                        "partner",
                        fields.ForeignKeyField(
                            "domain.Partner",
                            source_field="partner_id",
                            null=True,
                            related_name="tokens",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("scopes", ArrayField(default=list, element_type="TEXT")),
                    ("sha256", fields.BinaryField()),
                    ("created_at", fields.DatetimeField()),
                    ("expires_at", fields.DatetimeField(null=True)),
                    ("revoked_at", fields.DatetimeField(null=True)),
                ],
                options={
                    "table": "token",
                    "constraints": [
                        CheckConstraint(check="name <> ''", name="token_named"),
                        CheckConstraint(check="octet_length(sha256) = 32", name="token_hashed"),
                        CheckConstraint(
                            check="scopes <@ ARRAY['READ_PUBLIC', 'READ_INTERNAL', 'WRITE'] AND scopes <> '{}'",
                            name="token_scoped",
                        ),
                    ],
                    "table_description": "A bearer token. Only its SHA-256 is kept; the token itself is shown once.",
                },
            ),
            ops.CreateModel(
                name="RoleGrant",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    ("role", fields.CharEnumField(enum_type=Role, max_length=16)),
                    (
                        "user",
                        fields.ForeignKeyField(
                            "domain.User",
                            source_field="user_id",
                            null=True,
                            related_name="grants",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "token",
                        fields.ForeignKeyField(
                            "domain.Token",
                            source_field="token_id",
                            null=True,
                            related_name="grants",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "organization",
                        fields.ForeignKeyField(
                            "domain.Organization",
                            source_field="organization_id",
                            null=True,
                            related_name="grants",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "delegated_from",
                        fields.ForeignKeyField(
                            "domain.RoleGrant",
                            source_field="delegated_from_id",
                            null=True,
                            related_name="delegations",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("starts_at", fields.DatetimeField()),
                    ("ends_at", fields.DatetimeField(null=True)),
                    ("granted_by", fields.CharField(max_length=200)),
                    ("created_at", fields.DatetimeField()),
                    ("ended_at", fields.DatetimeField(null=True)),
                    ("ended_by", fields.CharField(default="", max_length=200)),
                ],
                options={
                    "table": "role_grant",
                    "constraints": [
                        CheckConstraint(
                            check="role IN ('AUTHOR', 'REVIEWER', 'PUBLISHER', 'DISPATCHER', 'ANALYST', 'ADMINISTRATOR')",
                            name="role_grant_role_known",
                        ),
                        CheckConstraint(check="num_nonnulls(user_id, token_id) = 1", name="role_grant_held"),
                        CheckConstraint(check="ends_at > starts_at", name="role_grant_period"),
                        CheckConstraint(
                            check="(ended_at IS NULL) = (ended_by = '')", name="role_grant_ended"
                        ),
                        CheckConstraint(
                            check="delegated_from_id IS NULL OR ends_at IS NOT NULL",
                            name="role_grant_delegated_for_a_while",
                        ),
                    ],
                    "indexes": [
                        Index(fields=["user_id", "id"], name="role_grant_user"),
                        Index(fields=["token_id", "id"], name="role_grant_token"),
                        Index(fields=["organization_id", "id"], name="role_grant_organization"),
                        Index(fields=["delegated_from_id"], name="role_grant_delegated"),
                    ],
                    "table_description": "A role of one holder, a user or a token, at an organization and everything below it.",
                },
            ),
        ),
        ops.RunSQL(
            [
                "CREATE UNIQUE INDEX token_once ON token (sha256)",
                LAST_USE,
                *told("role_grant", "token"),
            ]
        ),
    ]
