"""Articles on their way to accounts."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from domain.distribution.rules import DistributionState, DistributionWay
from json import dumps, loads
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

FOLLOW_POST = """
CREATE FUNCTION distribution_follows_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE distribution
    SET state = CASE WHEN NEW.state = 'GONE' THEN 'GONE' ELSE 'ACCEPTED' END, version = version + 1
    WHERE post_id = NEW.id;
    RETURN NULL;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("domain", "0039_fronts")]

    initial = False

    operations = [
        ops.CreateModel(
            name='Distribution',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('article', fields.ForeignKeyField('domain.Article', source_field='article_id', db_constraint=True, to_field='id', related_name='distributions', on_delete=OnDelete.RESTRICT)),
                ('account', fields.ForeignKeyField('domain.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='distributions', on_delete=OnDelete.RESTRICT)),
                ('way', fields.CharEnumField(description='INTERFACE: INTERFACE\nCOPY: COPY\nREQUEST: REQUEST', enum_type=DistributionWay, max_length=16)),
                ('state', fields.CharEnumField(description='QUEUED: QUEUED\nSENT: SENT\nACCEPTED: ACCEPTED\nREFUSED: REFUSED\nGONE: GONE\nCANCELLED: CANCELLED', enum_type=DistributionState, max_length=16)),
                ('package', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('note', fields.CharField(default='', max_length=500)),
                ('reason', fields.CharField(default='', max_length=500)),
                ('post', fields.OneToOneField('domain.Post', source_field='post_id', null=True, db_constraint=True, to_field='id', related_name='distribution', on_delete=OnDelete.RESTRICT)),
                ('attempts', fields.IntField(default=0)),
                ('next_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('answered_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'distribution', 'app': 'domain', 'indexes': [Index(fields=['article_id', 'id'], name='distribution_article'), Index(fields=['account_id', 'id'], name='distribution_account'), Index(fields=['state', 'id'], name='distribution_state')], 'pk_attr': 'id', 'table_description': 'One article for one account.'},
            bases=['Model'],
        ),
        ops.AddConstraint(model_name='Distribution', constraint=CheckConstraint(check="way IN ('INTERFACE', 'COPY', 'REQUEST')", name='distribution_way_known')),
        ops.AddConstraint(model_name='Distribution', constraint=CheckConstraint(check="state IN ('QUEUED', 'SENT', 'ACCEPTED', 'REFUSED', 'GONE', 'CANCELLED')", name='distribution_state_known')),
        ops.AddConstraint(model_name='Distribution', constraint=CheckConstraint(check="(state IN ('ACCEPTED', 'GONE')) = (post_id IS NOT NULL)", name='distribution_posted')),
        ops.AddConstraint(model_name='Distribution', constraint=CheckConstraint(check="(state IN ('QUEUED', 'SENT')) = (answered_at IS NULL)", name='distribution_answered')),
        ops.AddConstraint(model_name='Distribution', constraint=CheckConstraint(check="state <> 'REFUSED' OR reason <> ''", name='distribution_refused')),
        ops.RunSQL([
            # An article stands on an account, or is on its way there, once.
            "CREATE UNIQUE INDEX distribution_standing ON distribution (article_id, account_id)"
            " WHERE state IN ('QUEUED', 'SENT', 'ACCEPTED')",
            "CREATE INDEX distribution_due ON distribution (next_at, id) WHERE state = 'QUEUED'",
            FOLLOW_POST,
            "CREATE TRIGGER distribution_follows_post AFTER UPDATE OF state ON post FOR EACH ROW"
            " WHEN (OLD.state IS DISTINCT FROM NEW.state)"
            " EXECUTE FUNCTION distribution_follows_post()",
            "CREATE TRIGGER distribution_changed AFTER INSERT OR UPDATE OR DELETE ON distribution"
            " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()",
        ]),
    ]
