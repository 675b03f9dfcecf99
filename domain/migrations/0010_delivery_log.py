"""The delivery log as its readers see it, and apart from it the memory of pushes, which ends."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from domain.engagement.rules import Source
from json import dumps, loads
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

FILL = [
    "ALTER TABLE delivery DISABLE TRIGGER delivery_append_only",
    """
    UPDATE delivery SET
        accepted = (rejected->>'accepted')::integer,
        duplicates = (rejected->>'duplicates')::integer,
        items = (rejected->>'accepted')::integer + (rejected->>'duplicates')::integer
            + jsonb_array_length(rejected->'rejected'),
        rejected = (
            SELECT coalesce(jsonb_agg(entry || '{"item": ""}'), '[]')
            FROM jsonb_array_elements(rejected->'rejected') AS entry
        )
    """,
    "ALTER TABLE delivery ENABLE TRIGGER delivery_append_only",
    "INSERT INTO remembered_push (partner_id, webhook_id, delivery_id, received_at)"
    " SELECT partner_id, webhook_id, id, received_at FROM delivery",
    "CREATE TRIGGER restatement_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON restatement"
    " FOR EACH STATEMENT EXECUTE FUNCTION append_only()",
]


class Migration(migrations.Migration):
    dependencies = [('domain', '0009_metric_definitions')]

    operations = [
        ops.CreateModel(
            name='RememberedPush',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('partner_id', fields.BigIntField()),
                ('webhook_id', fields.CharField(max_length=200)),
                ('delivery', fields.ForeignKeyField('domain.Delivery', source_field='delivery_id', db_constraint=True, to_field='id', related_name='memories', on_delete=OnDelete.CASCADE)),
                ('received_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'remembered_push', 'app': 'domain', 'constraints': [UniqueConstraint(fields=('partner_id', 'webhook_id'), name='remembered_push_known')], 'indexes': [Index(fields=['received_at'], name='remembered_push_received')], 'pk_attr': 'id', 'table_description': 'A webhook-id that was used: the same push sent again finds its delivery here.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Restatement',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('delivery', fields.ForeignKeyField('domain.Delivery', source_field='delivery_id', db_constraint=True, to_field='id', related_name='restatements', on_delete=OnDelete.RESTRICT)),
                ('index', fields.IntField()),
                ('post_id', fields.BigIntField()),
                ('metric', fields.CharField(max_length=16)),
                ('observed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('reason', fields.CharField(max_length=300)),
            ],
            options={'table': 'restatement', 'app': 'domain', 'constraints': [CheckConstraint(check="reason <> ''", name='restatement_reasoned')], 'indexes': [Index(fields=['delivery_id', 'index'], name='restatement_delivery'), Index(fields=['post_id', 'id'], name='restatement_post')], 'pk_attr': 'id', 'table_description': 'Why a figure of a settled time was changed. The database refuses to alter or delete it.'},
            bases=['Model'],
        ),
        ops.RemoveIndex(
            model_name='Delivery',
            name='delivery_partner',
            fields=None,
        ),
        ops.RemoveConstraint(
            model_name='Delivery',
            name='delivery_known',
            fields=None,
        ),
        ops.AlterModelOptions(
            name='Delivery',
            options={'table': 'delivery', 'app': 'domain', 'constraints': [CheckConstraint(check="webhook_id <> ''", name='delivery_identified'), CheckConstraint(check='octet_length(payload_sha256) = 32', name='delivery_hashed'), CheckConstraint(check="source IN ('PUSH', 'CSV')", name='delivery_source_known'), CheckConstraint(check='restated BETWEEN 0 AND accepted', name='delivery_restated_known')], 'indexes': [Index(fields=['partner_id', 'id'], name='delivery_partner'), Index(fields=['partner_id', 'webhook_id', 'id'], name='delivery_webhook')], 'pk_attr': 'id', 'table_description': 'One push, or one portion of an imported file, that was taken. Kept for ever: observations'},
        ),
        ops.RenameField(
            model_name='Delivery',
            old_name='answer',
            new_name='rejected',
        ),
        ops.AddField(
            model_name='Delivery',
            name='accepted',
            field=fields.IntField(db_default=0),
        ),
        ops.AddField(
            model_name='Delivery',
            name='duplicates',
            field=fields.IntField(db_default=0),
        ),
        ops.AddField(
            model_name='Delivery',
            name='items',
            field=fields.IntField(db_default=0),
        ),
        ops.AddField(
            model_name='Delivery',
            name='registered',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='Delivery',
            name='restated',
            field=fields.IntField(db_default=0),
        ),
        ops.AddField(
            model_name='Delivery',
            name='source',
            field=fields.CharEnumField(description='PULL: PULL\nPUSH: PUSH\nCSV: CSV\nMANUAL: MANUAL', db_default=Source.PUSH, enum_type=Source, max_length=16),
        ),
        ops.RunSQL(FILL),
        ops.AddIndex(
            model_name='Delivery',
            index=Index(fields=['partner_id', 'id'], name='delivery_partner'),
        ),
        ops.AddIndex(
            model_name='Delivery',
            index=Index(fields=['partner_id', 'webhook_id', 'id'], name='delivery_webhook'),
        ),
        ops.AddConstraint(
            model_name='Delivery',
            constraint=CheckConstraint(check="source IN ('PUSH', 'CSV')", name='delivery_source_known'),
        ),
        ops.AddConstraint(
            model_name='Delivery',
            constraint=CheckConstraint(check='restated BETWEEN 0 AND accepted', name='delivery_restated_known'),
        ),
    ]

