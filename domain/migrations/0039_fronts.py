"""Fronts: what editors put where."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

TOLD = [
    f"CREATE TRIGGER {table}_changed AFTER INSERT OR UPDATE OR DELETE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
    for table in ("front", "front_entry")
]


class Migration(migrations.Migration):
    dependencies = [('domain', '0038_publishing')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Front',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('organization', fields.ForeignKeyField('domain.Organization', source_field='organization_id', db_constraint=True, to_field='id', related_name='fronts', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=64)),
                ('title', fields.CharField(max_length=100)),
                ('version', fields.IntField(default=1)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'front', 'app': 'domain', 'constraints': [UniqueConstraint(fields=('organization_id', 'name'), name='front_known'), CheckConstraint(check="name ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name='front_named')], 'pk_attr': 'id', 'table_description': 'A list that editors curate. name: by which an app asks for it, one of each organization.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='FrontEntry',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('front', fields.ForeignKeyField('domain.Front', source_field='front_id', db_constraint=True, to_field='id', related_name='entries', on_delete=OnDelete.CASCADE)),
                ('slot', fields.IntField()),
                ('article', fields.ForeignKeyField('domain.Article', source_field='article_id', db_constraint=True, to_field='id', related_name='fronts', on_delete=OnDelete.RESTRICT)),
                ('starts_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ends_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'front_entry', 'app': 'domain', 'constraints': [CheckConstraint(check='slot BETWEEN 1 AND 100', name='front_entry_slot'), CheckConstraint(check='ends_at > starts_at', name='front_entry_period')], 'indexes': [Index(fields=['front_id', 'slot', 'id'], name='front_entry_front'), Index(fields=['article_id'], name='front_entry_article')], 'pk_attr': 'id', 'table_description': 'An article in a slot of a front. starts_at, ends_at: its period, ends_at excluded.'},
            bases=['Model'],
        ),
        ops.AddConstraint(model_name='Front', constraint=UniqueConstraint(fields=('organization_id', 'name'), name='front_known')),
        ops.AddConstraint(model_name='Front', constraint=CheckConstraint(check="name ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name='front_named')),
        ops.AddConstraint(model_name='FrontEntry', constraint=CheckConstraint(check='slot BETWEEN 1 AND 100', name='front_entry_slot')),
        ops.AddConstraint(model_name='FrontEntry', constraint=CheckConstraint(check='ends_at > starts_at', name='front_entry_period')),
        ops.RunSQL(TOLD),
    ]
