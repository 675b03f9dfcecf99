"""Who is told of events, the messages to them, and which thresholds were told of."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from domain.engagement.rules import Metric, SubjectKind
from domain.webhooks.rules import MessageState, WebhookEventType
from json import dumps, loads
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [("domain", "0015_newest_for_hours")]


    operations = [
        ops.CreateModel(
            name='WebhookEndpoint',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('url', fields.CharField(max_length=1000)),
                ('description', fields.CharField(default='', max_length=200)),
                ('events', ArrayField(element_type='TEXT')),
                ('secret', fields.BinaryField()),
                ('older_secret', fields.BinaryField(null=True)),
                ('older_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('threshold_kind', fields.CharEnumField(null=True, description='POST: POST\nARTICLE: ARTICLE\nCAMPAIGN: CAMPAIGN\nACCOUNT: ACCOUNT\nPARTNER: PARTNER\nORGANIZATION: ORGANIZATION\nNETWORK: NETWORK', enum_type=SubjectKind, max_length=16)),
                ('threshold_metric', fields.CharEnumField(null=True, description='READS: READS\nLIKES: LIKES\nCOMMENTS: COMMENTS\nSHARES: SHARES', enum_type=Metric, max_length=16)),
                ('threshold_value', fields.BigIntField(null=True)),
                ('disabled_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('disabled_why', fields.CharField(default='', max_length=200)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'webhook_endpoint', 'app': 'domain', 'constraints': [CheckConstraint(check='cardinality(events) > 0', name='webhook_endpoint_told'), CheckConstraint(check="('ENGAGEMENT_THRESHOLD' = ANY(events)) = (threshold_value IS NOT NULL) AND num_nulls(threshold_kind, threshold_metric, threshold_value) IN (0, 3)", name='webhook_endpoint_threshold')], 'pk_attr': 'id', 'table_description': 'An address that is told of events.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ThresholdCrossing',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('endpoint', fields.ForeignKeyField('domain.WebhookEndpoint', source_field='endpoint_id', db_constraint=True, to_field='id', related_name='crossings', on_delete=OnDelete.CASCADE)),
                ('subject_id', fields.BigIntField()),
            ],
            options={'table': 'webhook_crossing', 'app': 'domain', 'constraints': [UniqueConstraint(fields=('endpoint_id', 'subject_id'), name='webhook_crossing_once')], 'pk_attr': 'id', 'table_description': "A subject that reached an endpoint's threshold: told of once."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='WebhookMessage',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('endpoint', fields.ForeignKeyField('domain.WebhookEndpoint', source_field='endpoint_id', db_constraint=True, to_field='id', related_name='messages', on_delete=OnDelete.CASCADE)),
                ('event_type', fields.CharEnumField(description='ARTICLE_PUBLISHED: ARTICLE_PUBLISHED\nENGAGEMENT_THRESHOLD: ENGAGEMENT_THRESHOLD\nDELIVERY_REJECTED: DELIVERY_REJECTED', enum_type=WebhookEventType, max_length=32)),
                ('data', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('state', fields.CharEnumField(description='PENDING: PENDING\nDELIVERED: DELIVERED\nDEAD: DEAD', enum_type=MessageState, max_length=16)),
                ('attempts', fields.IntField()),
                ('next_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('last_status', fields.IntField(null=True)),
                ('last_error', fields.CharField(default='', max_length=300)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'webhook_message', 'app': 'domain', 'constraints': [CheckConstraint(check="state IN ('PENDING', 'DELIVERED', 'DEAD')", name='webhook_message_state_known'), CheckConstraint(check="event_type IN ('ARTICLE_PUBLISHED', 'ENGAGEMENT_THRESHOLD', 'DELIVERY_REJECTED')", name='webhook_message_event_type_known')], 'indexes': [Index(fields=['endpoint_id', 'id'], name='webhook_message_endpoint'), Index(fields=['state', 'next_at'], name='webhook_message_due')], 'pk_attr': 'id', 'table_description': 'One event on its way to one endpoint. Its number is in the webhook-id.'},
            bases=['Model'],
        ),
    ]

