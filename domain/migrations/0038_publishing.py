"""What is planned of articles, and embargoes."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.publishing.rules import PlanState, PlannedStep
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

TOLD = [
    f"CREATE TRIGGER {table}_changed AFTER INSERT OR UPDATE OR DELETE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
    for table in ("publication_plan", "article_embargo")
]
ONCE = (
    "CREATE UNIQUE INDEX publication_plan_once ON publication_plan (article_id, step)"
    " WHERE state = 'PLANNED'"
)


class Migration(migrations.Migration):
    dependencies = [('domain', '0037_media')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Embargo',
            fields=[
                ('article', fields.OneToOneField('domain.Article', source_field='article_id', primary_key=True, db_index=True, db_constraint=True, to_field='id', related_name='embargo', on_delete=OnDelete.RESTRICT)),
                ('until', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('reason', fields.CharField(default='', max_length=500)),
                ('setter', fields.CharField(max_length=200)),
                ('set_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'article_embargo', 'app': 'domain', 'pk_attr': 'article_id', 'table_description': "Before that moment the article goes public by nobody's hand."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PublicationPlan',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('article', fields.ForeignKeyField('domain.Article', source_field='article_id', db_constraint=True, to_field='id', related_name='plans', on_delete=OnDelete.RESTRICT)),
                ('step', fields.CharEnumField(description='PUBLISH: PUBLISH\nWITHDRAW: WITHDRAW', enum_type=PlannedStep, max_length=16)),
                ('revision', fields.IntField(null=True)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('state', fields.CharEnumField(description='PLANNED: PLANNED\nDONE: DONE\nSKIPPED: SKIPPED\nFAILED: FAILED\nCANCELLED: CANCELLED', enum_type=PlanState, max_length=16)),
                ('version', fields.IntField(default=1)),
                ('maker_id', fields.CharField(default='', max_length=64)),
                ('maker', fields.CharField(max_length=200)),
                ('request_id', fields.CharField(default='', max_length=64)),
                ('problem', fields.CharField(default='', max_length=64)),
                ('told', fields.CharField(default='', max_length=300)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'publication_plan', 'app': 'domain', 'constraints': [CheckConstraint(check="step IN ('PUBLISH', 'WITHDRAW')", name='publication_plan_step_known'), CheckConstraint(check="state IN ('PLANNED', 'DONE', 'SKIPPED', 'FAILED', 'CANCELLED')", name='publication_plan_state_known'), CheckConstraint(check="(step = 'PUBLISH') = (revision IS NOT NULL)", name='publication_plan_revised'), CheckConstraint(check="(state = 'PLANNED') = (ended_at IS NULL)", name='publication_plan_ended')], 'indexes': [Index(fields=['at', 'id'], name='publication_plan_at'), Index(fields=['article_id', 'at', 'id'], name='publication_plan_article'), Index(fields=['state', 'at', 'id'], name='publication_plan_state')], 'pk_attr': 'id', 'table_description': 'A step of one article at a moment to come, and what became of it.'},
            bases=['Model'],
        ),
        ops.AlterModelOptions(
            name='Embargo',
            options={'table': 'article_embargo', 'app': 'domain', 'pk_attr': 'article_id', 'table_description': "Before that moment the article goes public by nobody's hand."},
        ),
        ops.AddConstraint(model_name='PublicationPlan', constraint=CheckConstraint(check="step IN ('PUBLISH', 'WITHDRAW')", name='publication_plan_step_known')),
        ops.AddConstraint(model_name='PublicationPlan', constraint=CheckConstraint(check="state IN ('PLANNED', 'DONE', 'SKIPPED', 'FAILED', 'CANCELLED')", name='publication_plan_state_known')),
        ops.AddConstraint(model_name='PublicationPlan', constraint=CheckConstraint(check="(step = 'PUBLISH') = (revision IS NOT NULL)", name='publication_plan_revised')),
        ops.AddConstraint(model_name='PublicationPlan', constraint=CheckConstraint(check="(state = 'PLANNED') = (ended_at IS NULL)", name='publication_plan_ended')),
        ops.RunSQL([ONCE, *TOLD]),
    ]
