"""Partners, their accounts, and how the pulls of each account are going.

What stops or starts an account's pulls is told, so that shared reads of it end; each success is not:
it comes with every answer, and a reader may learn of it a second later.
"""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from domain.partners.rules import PartnerKind, Platform
from domain.tables import CreateTables, told

TOLD = "paused_until, failures, last_failure_at"
CHANGED = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in TOLD.split(", "))
PULLS_TOLD = [
    "CREATE TRIGGER account_pull_made AFTER INSERT OR DELETE ON account_pull"
    " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()",
    f"CREATE TRIGGER account_pull_changed AFTER UPDATE OF {TOLD} ON account_pull"
    f" FOR EACH ROW WHEN ({CHANGED}) EXECUTE FUNCTION tell_change()",
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0002_organizations")]

    operations = [
        CreateTables(
            ops.CreateModel(
                name="Partner",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    ("kind", fields.CharEnumField(enum_type=PartnerKind, max_length=20)),
                    ("name", fields.CharField(max_length=200)),
                    (
                        "organization",
                        fields.ForeignKeyField(
                            "domain.Organization",
                            source_field="organization_id",
                            related_name="partners",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("version", fields.IntField(default=1)),
                    ("created_at", fields.DatetimeField()),
                ],
                options={
                    "table": "partner",
                    "constraints": [
                        CheckConstraint(
                            check="kind IN ('BLOGGER', 'SELF_MEDIA', 'GOVERNMENT_MEDIA', 'MEDIA_CENTRE')",
                            name="partner_kind_known",
                        ),
                        CheckConstraint(check="name <> ''", name="partner_named"),
                    ],
                    "indexes": [
                        Index(fields=["name", "id"], name="partner_name"),
                        Index(fields=["kind", "id"], name="partner_kind"),
                        Index(fields=["organization_id", "id"], name="partner_organization"),
                    ],
                    "table_description": "A person or body that carries content.",
                },
            ),
            ops.CreateModel(
                name="SigningSecret",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "partner",
                        fields.ForeignKeyField(
                            "domain.Partner",
                            source_field="partner_id",
                            related_name="secrets",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("secret", fields.BinaryField()),
                    ("created_at", fields.DatetimeField()),
                    ("expires_at", fields.DatetimeField(null=True)),
                ],
                options={
                    "table": "signing_secret",
                    "indexes": [
                        Index(fields=["partner_id", "id"], name="signing_secret_partner"),
                    ],
                    "table_description": "A secret a partner signs its pushes with; several hold at once while one replaces another.",
                },
            ),
            ops.CreateModel(
                name="Account",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "partner",
                        fields.ForeignKeyField(
                            "domain.Partner",
                            source_field="partner_id",
                            related_name="accounts",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("platform", fields.CharEnumField(enum_type=Platform, max_length=16)),
                    ("external_id", fields.CharField(max_length=200)),
                    ("handle", fields.CharField(max_length=200)),
                    ("base_url", fields.CharField(default="", max_length=300)),
                    ("credential", fields.BinaryField(null=True)),
                    ("options", fields.JSONField(default=dict)),
                    ("version", fields.IntField(default=1)),
                    ("created_at", fields.DatetimeField()),
                ],
                options={
                    "table": "account",
                    "constraints": [
                        UniqueConstraint(
                            fields=("platform", "base_url", "external_id"), name="account_known"
                        ),
                        CheckConstraint(
                            check="platform IN ('WECHAT', 'WEIBO', 'BILIBILI', 'DOUYIN', 'KUAISHOU', 'TOUTIAO', 'ZHIHU', 'MASTODON', 'YOUTUBE', 'PLAUSIBLE', 'WORDPRESS', 'OTHER')",
                            name="account_platform_known",
                        ),
                        CheckConstraint(
                            check="external_id <> '' AND handle <> ''", name="account_identified"
                        ),
                    ],
                    "indexes": [
                        Index(fields=["partner_id", "id"], name="account_partner"),
                        Index(fields=["platform", "id"], name="account_platform"),
                    ],
                    "table_description": "A partner's account on a platform.",
                },
            ),
            ops.CreateModel(
                name="AccountPull",
                fields=[
                    (
                        "account",
                        fields.OneToOneField(
                            "domain.Account",
                            source_field="account_id",
                            primary_key=True,
                            related_name="pull",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("failures", fields.IntField(default=0)),
                    ("paused_until", fields.DatetimeField(null=True)),
                    ("last_success_at", fields.DatetimeField(null=True)),
                    ("last_failure_at", fields.DatetimeField(null=True)),
                    ("last_failure", fields.CharField(default="", max_length=300)),
                    ("last_failure_kind", fields.CharField(db_default="", max_length=16)),
                    ("retired_revision", fields.IntField(null=True)),
                    ("budget_scope", fields.CharField(db_default="", max_length=200)),
                    ("budget_units", fields.IntField(null=True)),
                    ("budget_starts_at", fields.DatetimeField(null=True)),
                    ("budget_ends_at", fields.DatetimeField(null=True)),
                ],
                options={
                    "table": "account_pull",
                    "constraints": [
                        CheckConstraint(check="failures >= 0", name="account_pull_failures"),
                    ],
                    "table_description": "How an account's pulls are going: the circuit breaker's memory.",
                    "pk_attr": "account_id",
                },
            ),
            ops.CreateModel(
                name="Budget",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    ("scope", fields.CharField(max_length=200)),
                    ("window_starts_at", fields.DatetimeField()),
                    ("used", fields.IntField(default=0)),
                ],
                options={
                    "table": "pull_budget",
                    "unique_together": (("scope", "window_starts_at"),),
                    "constraints": [
                        CheckConstraint(check="used >= 0", name="pull_budget_used"),
                    ],
                    "table_description": "Calls used of a platform's allowance in one window; survives restarts.",
                },
            ),
        ),
        ops.RunSQL([*told("partner", "account"), *PULLS_TOLD]),
    ]
