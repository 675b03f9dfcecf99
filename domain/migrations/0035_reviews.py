"""What is reviewed, by which workflow, and everything that happened in each review, for ever."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from domain.access import Role
from domain.reviews.rules import EntryKind, ReviewState, SubjectOfReview
from domain.webhooks.rules import WebhookEventType
from json import dumps, loads
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

TABLES = ("review", "review_assignment", "review_entry", "review_invitation", "review_workflow")
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
STATEMENTS = [
    PEOPLE,
    "CREATE UNIQUE INDEX review_open_once ON review (subject_kind, subject_id)"
    " WHERE state IN ('RUNNING', 'RETURNED', 'PASSED')",
    "CREATE INDEX review_due ON review ((coalesce(due_at, '9999-12-31 00:00:00+00')), id)",
    "CREATE INDEX review_waiting ON review (due_at) WHERE state = 'RUNNING' AND overdue_at IS NULL",
    "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON review_entry"
    " FOR EACH STATEMENT EXECUTE FUNCTION append_only()",
    *(
        f"CREATE TRIGGER {table}_changed AFTER INSERT OR UPDATE OR DELETE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
        for table in TABLES
    ),
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0034_search")]

    operations = [
        ops.CreateModel(
            name='ReviewWorkflow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('organization', fields.ForeignKeyField('domain.Organization', source_field='organization_id', null=True, db_constraint=True, to_field='id', related_name='workflows', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=100)),
                ('subject_kind', fields.CharEnumField(description='ARTICLE: ARTICLE', enum_type=SubjectOfReview, max_length=16)),
                ('stages', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('allows_urgent', fields.BooleanField(default=False)),
                ('version', fields.IntField(default=1)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'review_workflow', 'app': 'domain', 'constraints': [CheckConstraint(check="subject_kind IN ('ARTICLE')", name='review_workflow_subject_kind_known'), CheckConstraint(check="name <> ''", name='review_workflow_named')], 'indexes': [Index(fields=['name', 'id'], name='review_workflow_name')], 'pk_attr': 'id', 'table_description': 'Stages in order. A run keeps those it began with.'},
            bases=['Model'],
        ),
        ops.AddConstraint(model_name='ReviewWorkflow', constraint=CheckConstraint(check="subject_kind IN ('ARTICLE')", name='review_workflow_subject_kind_known')),
        ops.AddConstraint(model_name='ReviewWorkflow', constraint=CheckConstraint(check="name <> ''", name='review_workflow_named')),
        ops.CreateModel(
            name='Review',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('subject_kind', fields.CharEnumField(description='ARTICLE: ARTICLE', enum_type=SubjectOfReview, max_length=16)),
                ('subject_id', fields.BigIntField()),
                ('organization', fields.ForeignKeyField('domain.Organization', source_field='organization_id', db_constraint=True, to_field='id', related_name='reviews', on_delete=OnDelete.RESTRICT)),
                ('workflow', fields.ForeignKeyField('domain.ReviewWorkflow', source_field='workflow_id', db_constraint=True, to_field='id', related_name='reviews', on_delete=OnDelete.RESTRICT)),
                ('workflow_version', fields.IntField()),
                ('stages', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('state', fields.CharEnumField(description='RUNNING: RUNNING\nRETURNED: RETURNED\nPASSED: PASSED\nWITHDRAWN: WITHDRAWN\nPUBLISHED: PUBLISHED', enum_type=ReviewState, max_length=16)),
                ('revision', fields.IntField()),
                ('stage', fields.IntField(null=True)),
                ('stage_role', fields.CharEnumField(null=True, description='AUTHOR: AUTHOR\nREVIEWER: REVIEWER\nPUBLISHER: PUBLISHER\nDISPATCHER: DISPATCHER\nANALYST: ANALYST\nADMINISTRATOR: ADMINISTRATOR', enum_type=Role, max_length=16)),
                ('stage_organization', fields.ForeignKeyField('domain.Organization', source_field='stage_organization_id', null=True, db_constraint=True, to_field='id', related_name='review_stages', on_delete=OnDelete.RESTRICT)),
                ('claimed_by', ArrayField(default=list, element_type='TEXT')),
                ('free_places', fields.IntField(default=0)),
                ('barred', ArrayField(default=list, element_type='TEXT')),
                ('entered_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('due_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('overdue_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('is_urgent', fields.BooleanField(default=False)),
                ('version', fields.IntField(default=1)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'review', 'app': 'domain', 'constraints': [CheckConstraint(check="subject_kind IN ('ARTICLE')", name='review_subject_kind_known'), CheckConstraint(check="state IN ('RUNNING', 'RETURNED', 'PASSED', 'WITHDRAWN', 'PUBLISHED')", name='review_state_known'), CheckConstraint(check="(state = 'RUNNING') = (stage IS NOT NULL)", name='review_turn'), CheckConstraint(check='(stage IS NULL) = (stage_role IS NULL)', name='review_turn_role')], 'indexes': [Index(fields=['subject_kind', 'subject_id', 'id'], name='review_subject'), Index(fields=['organization_id', 'id'], name='review_organization'), Index(fields=['state', 'id'], name='review_state'), Index(fields=['workflow_id', 'id'], name='review_workflow_runs'), Index(fields=['stage_organization_id', 'id'], name='review_stage_organization')], 'pk_attr': 'id', 'table_description': 'One run of a subject through a workflow.'},
            bases=['Model'],
        ),
        ops.AddConstraint(model_name='Review', constraint=CheckConstraint(check="subject_kind IN ('ARTICLE')", name='review_subject_kind_known')),
        ops.AddConstraint(model_name='Review', constraint=CheckConstraint(check="state IN ('RUNNING', 'RETURNED', 'PASSED', 'WITHDRAWN', 'PUBLISHED')", name='review_state_known')),
        ops.AddConstraint(model_name='Review', constraint=CheckConstraint(check="(state = 'RUNNING') = (stage IS NOT NULL)", name='review_turn')),
        ops.AddConstraint(model_name='Review', constraint=CheckConstraint(check='(stage IS NULL) = (stage_role IS NULL)', name='review_turn_role')),
        ops.CreateModel(
            name='ReviewAssignment',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('organization', fields.ForeignKeyField('domain.Organization', source_field='organization_id', db_constraint=True, to_field='id', related_name='review_assignments', on_delete=OnDelete.RESTRICT)),
                ('subject_kind', fields.CharEnumField(description='ARTICLE: ARTICLE', enum_type=SubjectOfReview, max_length=16)),
                ('workflow', fields.ForeignKeyField('domain.ReviewWorkflow', source_field='workflow_id', db_constraint=True, to_field='id', related_name='assignments', on_delete=OnDelete.RESTRICT)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'review_assignment', 'app': 'domain', 'constraints': [UniqueConstraint(fields=('organization_id', 'subject_kind'), name='review_assignment_once'), CheckConstraint(check="subject_kind IN ('ARTICLE')", name='review_assignment_subject_kind_known')], 'indexes': [Index(fields=['workflow_id', 'id'], name='review_assignment_workflow')], 'pk_attr': 'id', 'table_description': 'An organization whose subjects go through a workflow, with those of all below it that have'},
            bases=['Model'],
        ),
        ops.AddConstraint(model_name='ReviewAssignment', constraint=UniqueConstraint(fields=('organization_id', 'subject_kind'), name='review_assignment_once')),
        ops.AddConstraint(model_name='ReviewAssignment', constraint=CheckConstraint(check="subject_kind IN ('ARTICLE')", name='review_assignment_subject_kind_known')),
        ops.CreateModel(
            name='ReviewEntry',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('review', fields.ForeignKeyField('domain.Review', source_field='review_id', db_constraint=True, to_field='id', related_name='entries', on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharEnumField(description='SUBMITTED: SUBMITTED\nRESUBMITTED: RESUBMITTED\nREVISED: REVISED\nCLAIMED: CLAIMED\nRELEASED: RELEASED\nINVITED: INVITED\nAPPROVED: APPROVED\nREJECTED: REJECTED\nOVERRIDDEN: OVERRIDDEN\nOVERDUE: OVERDUE\nWITHDRAWN: WITHDRAWN\nPUBLISHED: PUBLISHED\nPUBLISHED_URGENTLY: PUBLISHED_URGENTLY', enum_type=EntryKind, max_length=32)),
                ('stage', fields.IntField(null=True)),
                ('revision', fields.IntField()),
                ('actor_id', fields.CharField(max_length=64)),
                ('actor', fields.CharField(max_length=200)),
                ('people', ArrayField(default=list, element_type='TEXT')),
                ('opinion', fields.TextField(default='', unique=False)),
                ('remarks', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'review_entry', 'app': 'domain', 'constraints': [CheckConstraint(check="kind IN ('SUBMITTED', 'RESUBMITTED', 'REVISED', 'CLAIMED', 'RELEASED', 'INVITED', 'APPROVED', 'REJECTED', 'OVERRIDDEN', 'OVERDUE', 'WITHDRAWN', 'PUBLISHED', 'PUBLISHED_URGENTLY')", name='review_entry_kind_known')], 'indexes': [Index(fields=['review_id', 'id'], name='review_entry_review')], 'pk_attr': 'id', 'table_description': 'One thing that happened in a run. The database refuses to alter it.'},
            bases=['Model'],
        ),
        ops.AddConstraint(model_name='ReviewEntry', constraint=CheckConstraint(check="kind IN ('SUBMITTED', 'RESUBMITTED', 'REVISED', 'CLAIMED', 'RELEASED', 'INVITED', 'APPROVED', 'REJECTED', 'OVERRIDDEN', 'OVERDUE', 'WITHDRAWN', 'PUBLISHED', 'PUBLISHED_URGENTLY')", name='review_entry_kind_known')),
        ops.CreateModel(
            name='ReviewInvitation',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('review', fields.ForeignKeyField('domain.Review', source_field='review_id', db_constraint=True, to_field='id', related_name='invitations', on_delete=OnDelete.RESTRICT)),
                ('stage', fields.IntField()),
                ('revision', fields.IntField()),
                ('name', fields.CharField(max_length=100)),
                ('sha256', fields.BinaryField()),
                ('invited_by', fields.CharField(max_length=200)),
                ('people', ArrayField(default=list, element_type='TEXT')),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('voided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'review_invitation', 'app': 'domain', 'constraints': [UniqueConstraint(fields=('sha256',), name='review_invitation_known'), CheckConstraint(check='octet_length(sha256) = 32', name='review_invitation_hashed'), CheckConstraint(check='expires_at > created_at', name='review_invitation_period')], 'indexes': [Index(fields=['review_id', 'id'], name='review_invitation_review')], 'pk_attr': 'id', 'table_description': 'A link to one stage of a run, at one revision, for somebody without an account, for once.'},
            bases=['Model'],
        ),
        ops.AddConstraint(model_name='ReviewInvitation', constraint=UniqueConstraint(fields=('sha256',), name='review_invitation_known')),
        ops.AddConstraint(model_name='ReviewInvitation', constraint=CheckConstraint(check='octet_length(sha256) = 32', name='review_invitation_hashed')),
        ops.AddConstraint(model_name='ReviewInvitation', constraint=CheckConstraint(check='expires_at > created_at', name='review_invitation_period')),
        ops.RemoveConstraint(
            model_name='WebhookMessage',
            name='webhook_message_event_type_known',
            fields=None,
        ),
        ops.AlterField(
            model_name='WebhookMessage',
            name='event_type',
            field=fields.CharEnumField(description='ARTICLE_PUBLISHED: ARTICLE_PUBLISHED\nENGAGEMENT_THRESHOLD: ENGAGEMENT_THRESHOLD\nDELIVERY_REJECTED: DELIVERY_REJECTED\nREVIEW_OVERDUE: REVIEW_OVERDUE', enum_type=WebhookEventType, max_length=32),
        ),
        ops.AddConstraint(
            model_name='WebhookMessage',
            constraint=CheckConstraint(check="event_type IN ('ARTICLE_PUBLISHED', 'ENGAGEMENT_THRESHOLD', 'DELIVERY_REJECTED', 'REVIEW_OVERDUE')", name='webhook_message_event_type_known'),
        ),
        ops.RunSQL(STATEMENTS),
    ]
