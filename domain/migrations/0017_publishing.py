"""What is planned of articles, embargoes, fronts, and articles on their way to accounts."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from domain.distribution.rules import DistributionState, DistributionWay
from domain.publishing.rules import PlannedStep, PlanState
from domain.tables import CreateTables, told

PLANNED_ONCE = (
    "CREATE UNIQUE INDEX publication_plan_once ON publication_plan (article_id, step) WHERE state = 'PLANNED'"
)
DISTRIBUTION = [
    # An article stands on an account, or is on its way there, once.
    "CREATE UNIQUE INDEX distribution_standing ON distribution (article_id, account_id)"
    " WHERE state IN ('QUEUED', 'SENT', 'ACCEPTED')",
    "CREATE INDEX distribution_due ON distribution (next_at, id) WHERE state = 'QUEUED'",
    """
CREATE FUNCTION distribution_follows_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE distribution
    SET state = CASE WHEN NEW.state = 'GONE' THEN 'GONE' ELSE 'ACCEPTED' END, version = version + 1
    WHERE post_id = NEW.id;
    RETURN NULL;
END $$
""",
    "CREATE TRIGGER distribution_follows_post AFTER UPDATE OF state ON post FOR EACH ROW"
    " WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION distribution_follows_post()",
]
TOLD = ("publication_plan", "article_embargo", "front", "front_entry", "distribution")


class Migration(migrations.Migration):
    dependencies = [("domain", "0016_webhooks")]

    operations = [
        CreateTables(
            ops.CreateModel(
                name="Embargo",
                fields=[
                    (
                        "article",
                        fields.OneToOneField(
                            "domain.Article",
                            source_field="article_id",
                            primary_key=True,
                            related_name="embargo",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("until", fields.DatetimeField()),
                    ("reason", fields.CharField(default="", max_length=500)),
                    ("setter", fields.CharField(max_length=200)),
                    ("set_at", fields.DatetimeField()),
                ],
                options={
                    "table": "article_embargo",
                    "table_description": "Before that moment the article goes public by nobody's hand.",
                    "pk_attr": "article_id",
                },
            ),
            ops.CreateModel(
                name="PublicationPlan",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "article",
                        fields.ForeignKeyField(
                            "domain.Article",
                            source_field="article_id",
                            related_name="plans",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("step", fields.CharEnumField(enum_type=PlannedStep, max_length=16)),
                    ("revision", fields.IntField(null=True)),
                    ("at", fields.DatetimeField()),
                    ("state", fields.CharEnumField(enum_type=PlanState, max_length=16)),
                    ("version", fields.IntField(default=1)),
                    ("maker_id", fields.CharField(default="", max_length=64)),
                    ("maker", fields.CharField(max_length=200)),
                    ("request_id", fields.CharField(default="", max_length=64)),
                    ("problem", fields.CharField(default="", max_length=64)),
                    ("told", fields.CharField(default="", max_length=300)),
                    ("created_at", fields.DatetimeField()),
                    ("ended_at", fields.DatetimeField(null=True)),
                ],
                options={
                    "table": "publication_plan",
                    "constraints": [
                        CheckConstraint(
                            check="step IN ('PUBLISH', 'WITHDRAW')", name="publication_plan_step_known"
                        ),
                        CheckConstraint(
                            check="state IN ('PLANNED', 'DONE', 'SKIPPED', 'FAILED', 'CANCELLED')",
                            name="publication_plan_state_known",
                        ),
                        CheckConstraint(
                            check="(step = 'PUBLISH') = (revision IS NOT NULL)",
                            name="publication_plan_revised",
                        ),
                        CheckConstraint(
                            check="(state = 'PLANNED') = (ended_at IS NULL)", name="publication_plan_ended"
                        ),
                    ],
                    "indexes": [
                        Index(fields=["at", "id"], name="publication_plan_at"),
                        Index(fields=["article_id", "at", "id"], name="publication_plan_article"),
                        Index(fields=["state", "at", "id"], name="publication_plan_state"),
                    ],
                    "table_description": "A step of one article at a moment to come, and what became of it.",
                },
            ),
            ops.CreateModel(
                name="Front",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "organization",
                        fields.ForeignKeyField(
                            "domain.Organization",
                            source_field="organization_id",
                            related_name="fronts",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("name", fields.CharField(max_length=64)),
                    ("title", fields.CharField(max_length=100)),
                    ("version", fields.IntField(default=1)),
                    ("created_at", fields.DatetimeField()),
                    ("updated_at", fields.DatetimeField()),
                ],
                options={
                    "table": "front",
                    "constraints": [
                        UniqueConstraint(fields=("organization_id", "name"), name="front_known"),
                        CheckConstraint(check="name ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="front_named"),
                    ],
                    "table_description": "A list that editors curate. name: by which an app asks for it, one of each organization.",
                },
            ),
            ops.CreateModel(
                name="FrontEntry",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "front",
                        fields.ForeignKeyField(
                            "domain.Front",
                            source_field="front_id",
                            related_name="entries",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("slot", fields.IntField()),
                    (
                        "article",
                        fields.ForeignKeyField(
                            "domain.Article",
                            source_field="article_id",
                            related_name="fronts",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("starts_at", fields.DatetimeField(null=True)),
                    ("ends_at", fields.DatetimeField(null=True)),
                ],
                options={
                    "table": "front_entry",
                    "constraints": [
                        CheckConstraint(check="slot BETWEEN 1 AND 100", name="front_entry_slot"),
                        CheckConstraint(check="ends_at > starts_at", name="front_entry_period"),
                    ],
                    "indexes": [
                        Index(fields=["front_id", "slot", "id"], name="front_entry_front"),
                        Index(fields=["article_id"], name="front_entry_article"),
                    ],
                    "table_description": "An article in a slot of a front. starts_at, ends_at: its period, ends_at excluded.",
                },
            ),
            ops.CreateModel(
                name="Distribution",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "article",
                        fields.ForeignKeyField(
                            "domain.Article",
                            source_field="article_id",
                            related_name="distributions",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "account",
                        fields.ForeignKeyField(
                            "domain.Account",
                            source_field="account_id",
                            related_name="distributions",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("way", fields.CharEnumField(enum_type=DistributionWay, max_length=16)),
                    ("state", fields.CharEnumField(enum_type=DistributionState, max_length=16)),
                    ("package", fields.JSONField()),
                    ("note", fields.CharField(default="", max_length=500)),
                    ("reason", fields.CharField(default="", max_length=500)),
                    (
                        "post",
                        fields.OneToOneField(
                            "domain.Post",
                            source_field="post_id",
                            null=True,
                            related_name="distribution",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("attempts", fields.IntField(default=0)),
                    ("next_at", fields.DatetimeField(null=True)),
                    ("version", fields.IntField(default=1)),
                    ("created_at", fields.DatetimeField()),
                    ("answered_at", fields.DatetimeField(null=True)),
                ],
                options={
                    "table": "distribution",
                    "constraints": [
                        CheckConstraint(
                            check="way IN ('INTERFACE', 'COPY', 'REQUEST')", name="distribution_way_known"
                        ),
                        CheckConstraint(
                            check="state IN ('QUEUED', 'SENT', 'ACCEPTED', 'REFUSED', 'GONE', 'CANCELLED')",
                            name="distribution_state_known",
                        ),
                        CheckConstraint(
                            check="(state IN ('ACCEPTED', 'GONE')) = (post_id IS NOT NULL)",
                            name="distribution_posted",
                        ),
                        CheckConstraint(
                            check="(state IN ('QUEUED', 'SENT')) = (answered_at IS NULL)",
                            name="distribution_answered",
                        ),
                        CheckConstraint(
                            check="state <> 'REFUSED' OR reason <> ''", name="distribution_refused"
                        ),
                    ],
                    "indexes": [
                        Index(fields=["article_id", "id"], name="distribution_article"),
                        Index(fields=["account_id", "id"], name="distribution_account"),
                        Index(fields=["state", "id"], name="distribution_state"),
                    ],
                    "table_description": "One article for one account.",
                },
            ),
        ),
        ops.RunSQL([PLANNED_ONCE, *DISTRIBUTION, *told(*TOLD)]),
    ]
