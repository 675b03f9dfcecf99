"""What checks look for and find, and what is public as 64 bits each."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from domain.reviews.checks.documents import TermKind
from domain.reviews.checks.steps import CheckKind
from domain.reviews.rules import SubjectOfReview
from domain.tables import CreateTables, told

QUARTERS = [
    f"CREATE INDEX review_fingerprint_{by} ON review_fingerprint (((hash >> {by}) & 65535))"
    for by in (0, 16, 32, 48)
]
"""Of two that differ in at most three bits, one quarter at least is the same."""


class Migration(migrations.Migration):
    dependencies = [("domain", "0018_reviews")]

    operations = [
        CreateTables(
            ops.CreateModel(
                name="ReviewFinding",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "review",
                        fields.ForeignKeyField(
                            "domain.Review",
                            source_field="review_id",
                            related_name="findings",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("revision", fields.IntField()),
                    ("check_kind", fields.CharEnumField(enum_type=CheckKind, max_length=16)),
                    ("block", fields.CharField(default="", max_length=64)),
                    ("excerpt", fields.CharField(default="", max_length=300)),
                    ("message", fields.CharField(max_length=300)),
                    ("suggestion", fields.CharField(default="", max_length=300)),
                    ("created_at", fields.DatetimeField()),
                    ("overridden_at", fields.DatetimeField(null=True)),
                    ("overridden_by", fields.CharField(default="", max_length=200)),
                    ("reason", fields.CharField(default="", max_length=1000)),
                ],
                options={
                    "table": "review_finding",
                    "constraints": [
                        CheckConstraint(
                            check="check_kind IN ('MISSING_ALT', 'UNSET_SOURCE', 'TERM', 'LEADER', 'TYPOGRAPHY', 'DUPLICATE', 'DEAD_LINK')",
                            name="review_finding_check_kind_known",
                        ),
                        CheckConstraint(
                            check="(overridden_at IS NULL) = (reason = '')", name="review_finding_reasoned"
                        ),
                    ],
                    "indexes": [
                        Index(fields=["review_id", "revision", "id"], name="review_finding_review"),
                    ],
                    "table_description": "What a check found in one revision. overridden_*: who let it stand, and why.",
                },
            ),
            ops.CreateModel(
                name="ReviewFingerprint",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    ("subject_kind", fields.CharEnumField(enum_type=SubjectOfReview, max_length=16)),
                    ("subject_id", fields.BigIntField()),
                    ("revision", fields.IntField()),
                    ("hash", fields.BigIntField(null=True)),
                ],
                options={
                    "table": "review_fingerprint",
                    "constraints": [
                        UniqueConstraint(
                            fields=("subject_kind", "subject_id"), name="review_fingerprint_once"
                        ),
                        CheckConstraint(
                            check="subject_kind IN ('ARTICLE')", name="review_fingerprint_subject_kind_known"
                        ),
                    ],
                    "table_description": "What something public says, as 64 bits (checks/simhash.py). hash: none for a short text.",
                },
            ),
            ops.CreateModel(
                name="ReviewTerm",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "organization",
                        fields.ForeignKeyField(
                            "domain.Organization",
                            source_field="organization_id",
                            null=True,
                            related_name="review_terms",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("kind", fields.CharEnumField(enum_type=TermKind, max_length=16)),
                    ("word", fields.CharField(max_length=100)),
                    ("suggestion", fields.CharField(default="", max_length=100)),
                    ("created_at", fields.DatetimeField()),
                ],
                options={
                    "table": "review_term",
                    "constraints": [
                        CheckConstraint(
                            check="kind IN ('SENSITIVE', 'INCORRECT', 'LEADER')",
                            name="review_term_kind_known",
                        ),
                        CheckConstraint(check="word <> ''", name="review_term_worded"),
                        CheckConstraint(
                            check="kind <> 'LEADER' OR suggestion <> ''", name="review_term_titled"
                        ),
                    ],
                    "indexes": [
                        Index(fields=["organization_id", "id"], name="review_term_organization"),
                        Index(fields=["word", "id"], name="review_term_word"),
                    ],
                    "table_description": "A word that checks look for. organization: for it and all below it; none: everywhere.",
                },
            ),
        ),
        ops.RunSQL([*QUARTERS, *told("review_finding", "review_fingerprint", "review_term")]),
    ]
