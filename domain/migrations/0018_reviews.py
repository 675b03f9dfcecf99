"""What is reviewed, by which workflow, and everything that happened in each review, for ever."""

from tortoise import fields, migrations
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import SqlDefault
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from domain.access import Role
from domain.reviews.rules import EntryKind, ReviewState, SubjectOfReview
from domain.tables import CreateTables, append_only, told

PEOPLE = """
    CREATE FUNCTION review_people(of_user bigint, of_token bigint, place bigint, moment timestamptz)
    RETURNS text[] LANGUAGE sql STABLE AS $$
        WITH handed AS (
            SELECT b.user_id, b.token_id
            FROM role_grant g
            JOIN role_grant b ON b.id = g.delegated_from_id
            LEFT JOIN organization o ON o.id = g.organization_id
            WHERE (g.user_id = of_user OR g.token_id = of_token)
                AND g.starts_at <= moment AND g.ends_at > moment
                AND g.ended_at IS NULL AND b.ended_at IS NULL
                AND (o.id IS NULL OR (SELECT path FROM organization WHERE id = place) <@ o.path)
        ), accounts AS (
            SELECT of_user AS user_id WHERE of_user IS NOT NULL
            UNION SELECT user_id FROM handed WHERE user_id IS NOT NULL
        ), names AS (
            SELECT 'User:' || user_id AS name FROM accounts
            UNION SELECT 'Person:' || u.person_id FROM accounts a
                JOIN app_user u ON u.id = a.user_id WHERE u.person_id IS NOT NULL
            UNION SELECT 'Token:' || of_token WHERE of_token IS NOT NULL
            UNION SELECT 'Token:' || token_id FROM handed WHERE token_id IS NOT NULL
        )
        SELECT coalesce(array_agg(name ORDER BY name), '{}') FROM names
    $$
"""
INDEXES = [
    "CREATE UNIQUE INDEX review_open_once ON review (subject_kind, subject_id)"
    " WHERE state IN ('RUNNING', 'RETURNED', 'PASSED')",
    "CREATE INDEX review_due ON review ((coalesce(due_at, '9999-12-31 00:00:00+00')), id)",
    "CREATE INDEX review_waiting ON review (due_at) WHERE state = 'RUNNING' AND overdue_at IS NULL",
]
TOLD = ("", "_assignment", "_entry", "_invitation", "_workflow")


class Migration(migrations.Migration):
    dependencies = [("domain", "0017_publishing")]

    operations = [
        CreateTables(
            ops.CreateModel(
                name="ReviewWorkflow",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "organization",
                        fields.ForeignKeyField(
                            "domain.Organization",
                            source_field="organization_id",
                            null=True,
                            related_name="workflows",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("name", fields.CharField(max_length=100)),
                    ("subject_kind", fields.CharEnumField(enum_type=SubjectOfReview, max_length=16)),
                    ("stages", fields.JSONField()),
                    ("allows_urgent", fields.BooleanField(default=False)),
                    ("checks", ArrayField(default=list, db_default=SqlDefault("'{}'"), element_type="TEXT")),
                    ("version", fields.IntField(default=1)),
                    ("created_at", fields.DatetimeField()),
                    ("updated_at", fields.DatetimeField()),
                ],
                options={
                    "table": "review_workflow",
                    "constraints": [
                        CheckConstraint(
                            check="subject_kind IN ('ARTICLE')", name="review_workflow_subject_kind_known"
                        ),
                        CheckConstraint(check="name <> ''", name="review_workflow_named"),
                    ],
                    "indexes": [
                        Index(fields=["name", "id"], name="review_workflow_name"),
                    ],
                    "table_description": "Stages in order. A run keeps those it began with.",
                },
            ),
            ops.CreateModel(
                name="Review",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    ("subject_kind", fields.CharEnumField(enum_type=SubjectOfReview, max_length=16)),
                    ("subject_id", fields.BigIntField()),
                    (
                        "organization",
                        fields.ForeignKeyField(
                            "domain.Organization",
                            source_field="organization_id",
                            related_name="reviews",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "workflow",
                        fields.ForeignKeyField(
                            "domain.ReviewWorkflow",
                            source_field="workflow_id",
                            related_name="reviews",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("workflow_version", fields.IntField()),
                    ("stages", fields.JSONField()),
                    ("state", fields.CharEnumField(enum_type=ReviewState, max_length=16)),
                    ("revision", fields.IntField()),
                    ("stage", fields.IntField(null=True)),
                    ("stage_role", fields.CharEnumField(enum_type=Role, null=True, max_length=16)),
                    (
                        "stage_organization",
                        fields.ForeignKeyField(
                            "domain.Organization",
                            source_field="stage_organization_id",
                            null=True,
                            related_name="review_stages",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("claimed_by", ArrayField(default=list, element_type="TEXT")),
                    ("free_places", fields.IntField(default=0)),
                    ("barred", ArrayField(default=list, element_type="TEXT")),
                    ("entered_at", fields.DatetimeField()),
                    ("due_at", fields.DatetimeField(null=True)),
                    ("overdue_at", fields.DatetimeField(null=True)),
                    ("is_urgent", fields.BooleanField(default=False)),
                    ("checks", ArrayField(default=list, db_default=SqlDefault("'{}'"), element_type="TEXT")),
                    ("links_checked", fields.IntField(null=True)),
                    ("version", fields.IntField(default=1)),
                    ("created_at", fields.DatetimeField()),
                    ("updated_at", fields.DatetimeField()),
                ],
                options={
                    "table": "review",
                    "constraints": [
                        CheckConstraint(
                            check="subject_kind IN ('ARTICLE')", name="review_subject_kind_known"
                        ),
                        CheckConstraint(
                            check="state IN ('RUNNING', 'RETURNED', 'PASSED', 'WITHDRAWN', 'PUBLISHED')",
                            name="review_state_known",
                        ),
                        CheckConstraint(
                            check="(state = 'RUNNING') = (stage IS NOT NULL)", name="review_turn"
                        ),
                        CheckConstraint(
                            check="(stage IS NULL) = (stage_role IS NULL)", name="review_turn_role"
                        ),
                    ],
                    "indexes": [
                        Index(fields=["subject_kind", "subject_id", "id"], name="review_subject"),
                        Index(fields=["organization_id", "id"], name="review_organization"),
                        Index(fields=["state", "id"], name="review_state"),
                        Index(fields=["workflow_id", "id"], name="review_workflow_runs"),
                        Index(fields=["stage_organization_id", "id"], name="review_stage_organization"),
                    ],
                    "table_description": "One run of a subject through a workflow.",
                },
            ),
            ops.CreateModel(
                name="ReviewAssignment",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "organization",
                        fields.ForeignKeyField(
                            "domain.Organization",
                            source_field="organization_id",
                            related_name="review_assignments",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("subject_kind", fields.CharEnumField(enum_type=SubjectOfReview, max_length=16)),
                    (
                        "workflow",
                        fields.ForeignKeyField(
                            "domain.ReviewWorkflow",
                            source_field="workflow_id",
                            related_name="assignments",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("created_at", fields.DatetimeField()),
                ],
                options={
                    "table": "review_assignment",
                    "constraints": [
                        UniqueConstraint(
                            fields=("organization_id", "subject_kind"), name="review_assignment_once"
                        ),
                        CheckConstraint(
                            check="subject_kind IN ('ARTICLE')", name="review_assignment_subject_kind_known"
                        ),
                    ],
                    "indexes": [
                        Index(fields=["workflow_id", "id"], name="review_assignment_workflow"),
                    ],
                    "table_description": "An organization whose subjects go through a workflow, with those of all below it that have",
                },
            ),
            ops.CreateModel(
                name="ReviewEntry",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "review",
                        fields.ForeignKeyField(
                            "domain.Review",
                            source_field="review_id",
                            related_name="entries",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("kind", fields.CharEnumField(enum_type=EntryKind, max_length=32)),
                    ("stage", fields.IntField(null=True)),
                    ("revision", fields.IntField()),
                    ("actor_id", fields.CharField(max_length=64)),
                    ("actor", fields.CharField(max_length=200)),
                    ("people", ArrayField(default=list, element_type="TEXT")),
                    ("opinion", fields.TextField(default="")),
                    ("remarks", fields.JSONField()),
                    ("at", fields.DatetimeField()),
                ],
                options={
                    "table": "review_entry",
                    "constraints": [
                        CheckConstraint(
                            check="kind IN ('SUBMITTED', 'RESUBMITTED', 'REVISED', 'CLAIMED', 'RELEASED', 'INVITED', 'APPROVED', 'REJECTED', 'OVERRIDDEN', 'OVERDUE', 'WITHDRAWN', 'PUBLISHED', 'PUBLISHED_URGENTLY')",
                            name="review_entry_kind_known",
                        ),
                    ],
                    "indexes": [
                        Index(fields=["review_id", "id"], name="review_entry_review"),
                    ],
                    "table_description": "One thing that happened in a run. The database refuses to alter it.",
                },
            ),
            ops.CreateModel(
                name="ReviewInvitation",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "review",
                        fields.ForeignKeyField(
                            "domain.Review",
                            source_field="review_id",
                            related_name="invitations",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("stage", fields.IntField()),
                    ("revision", fields.IntField()),
                    ("name", fields.CharField(max_length=100)),
                    ("sha256", fields.BinaryField()),
                    ("invited_by", fields.CharField(max_length=200)),
                    ("people", ArrayField(default=list, element_type="TEXT")),
                    ("created_at", fields.DatetimeField()),
                    ("expires_at", fields.DatetimeField()),
                    ("used_at", fields.DatetimeField(null=True)),
                    ("voided_at", fields.DatetimeField(null=True)),
                ],
                options={
                    "table": "review_invitation",
                    "constraints": [
                        UniqueConstraint(fields=("sha256",), name="review_invitation_known"),
                        CheckConstraint(check="octet_length(sha256) = 32", name="review_invitation_hashed"),
                        CheckConstraint(check="expires_at > created_at", name="review_invitation_period"),
                    ],
                    "indexes": [
                        Index(fields=["review_id", "id"], name="review_invitation_review"),
                    ],
                    "table_description": "A link to one stage of a run, at one revision, for somebody without an account, for once.",
                },
            ),
        ),
        ops.RunSQL(
            [
                PEOPLE,
                *INDEXES,
                append_only("review_entry", "append_only"),
                *told(*(f"review{name}" for name in TOLD)),
            ]
        ),
    ]
