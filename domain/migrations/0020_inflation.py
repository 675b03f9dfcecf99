"""The queue of flags, and the discounts that were confirmed: only ever appended to."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from domain.engagement.rules import Metric
from domain.inflation.flags import FlagKind
from domain.inflation.states import InflationState
from json import dumps, loads
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [("domain", "0019_list_sizes")]

    initial = False

    operations = [
        ops.CreateModel(
            name='InflationFlag',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('post', fields.ForeignKeyField('domain.Post', source_field='post_id', db_constraint=True, to_field='id', related_name='inflation_flags', on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharEnumField(description='GAIN_LEVEL: GAIN_LEVEL\nGAIN_JUMP: GAIN_JUMP\nLASTING_STEP: LASTING_STEP\nRATIO: RATIO', enum_type=FlagKind, max_length=16)),
                ('metric', fields.CharEnumField(description='READS: READS\nLIKES: LIKES\nCOMMENTS: COMMENTS\nSHARES: SHARES', enum_type=Metric, max_length=16)),
                ('bucket', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('bucket_hours', fields.IntField()),
                ('observed', fields.FloatField()),
                ('low', fields.FloatField()),
                ('high', fields.FloatField()),
                ('score', fields.FloatField()),
                ('inputs', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('rule_version', fields.CharField(max_length=32)),
                ('found_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('state', fields.CharEnumField(default=InflationState.OPEN, description='OPEN: OPEN\nCONFIRMED: CONFIRMED\nDISMISSED: DISMISSED', enum_type=InflationState, max_length=16)),
                ('reason', fields.CharField(default='', max_length=500)),
                ('decided_by', fields.CharField(default='', max_length=200)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'inflation_flag', 'app': 'domain', 'indexes': [Index(fields=['state', 'id'], name='inflation_flag_state'), Index(fields=['post_id', 'id'], name='inflation_flag_post')], 'pk_attr': 'id', 'table_description': 'What a rule found on a post, and what a person decided of it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='EngagementDiscount',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('flag', fields.OneToOneField('domain.InflationFlag', source_field='flag_id', db_constraint=True, to_field='id', related_name='discount', on_delete=OnDelete.RESTRICT)),
                ('post', fields.ForeignKeyField('domain.Post', source_field='post_id', db_constraint=True, to_field='id', related_name='discounts', on_delete=OnDelete.RESTRICT)),
                ('metric', fields.CharEnumField(description='READS: READS\nLIKES: LIKES\nCOMMENTS: COMMENTS\nSHARES: SHARES', enum_type=Metric, max_length=16)),
                ('value', fields.BigIntField()),
                ('reason', fields.CharField(max_length=500)),
                ('confirmed_by', fields.CharField(max_length=200)),
                ('confirmed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'engagement_discount', 'app': 'domain', 'indexes': [Index(fields=['post_id', 'id'], name='engagement_discount_post')], 'pk_attr': 'id', 'table_description': "How much of a post's total a person holds to be bought. The database refuses to alter or"},
            bases=['Model'],
        ),
        ops.AddConstraint(model_name='InflationFlag', constraint=UniqueConstraint(fields=('post_id', 'metric', 'kind', 'bucket', 'bucket_hours'), name='inflation_flag_once')),
        ops.AddConstraint(model_name='InflationFlag', constraint=CheckConstraint(check="kind IN ('GAIN_LEVEL', 'GAIN_JUMP', 'LASTING_STEP', 'RATIO')", name='inflation_flag_kind_known')),
        ops.AddConstraint(model_name='InflationFlag', constraint=CheckConstraint(check="metric IN ('READS', 'LIKES', 'COMMENTS', 'SHARES')", name='inflation_flag_metric_known')),
        ops.AddConstraint(model_name='InflationFlag', constraint=CheckConstraint(check="state IN ('OPEN', 'CONFIRMED', 'DISMISSED')", name='inflation_flag_state_known')),
        ops.AddConstraint(model_name='InflationFlag', constraint=CheckConstraint(check="(state = 'OPEN') = (decided_at IS NULL) AND (state = 'OPEN') = (reason = '')", name='inflation_flag_decided')),
        ops.AddConstraint(model_name='EngagementDiscount', constraint=CheckConstraint(check="metric IN ('READS', 'LIKES', 'COMMENTS', 'SHARES')", name='engagement_discount_metric_known')),
        ops.AddConstraint(model_name='EngagementDiscount', constraint=CheckConstraint(check='value BETWEEN 1 AND 10000000000000', name='engagement_discount_value')),
        ops.AddConstraint(model_name='EngagementDiscount', constraint=CheckConstraint(check="reason <> ''", name='engagement_discount_reasoned')),
        ops.RunSQL(
            "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON engagement_discount"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        ),
    ]
