"""People who sign in. What changes of them is told, as whoever is known must be asked for anew."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.users.rules import UserState
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [("domain", "0021_told_constraints")]

    operations = [
        ops.CreateModel(
            name='User',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('email', fields.CharField(max_length=254)),
                ('name', fields.CharField(max_length=100)),
                ('person', fields.ForeignKeyField('domain.Person', source_field='person_id', null=True, db_constraint=True, to_field='id', related_name='users', on_delete=OnDelete.RESTRICT)),
                ('state', fields.CharEnumField(description='INVITED: INVITED\nACTIVE: ACTIVE\nLOCKED: LOCKED', enum_type=UserState, max_length=16)),
                ('version', fields.IntField(default=1)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'app_user', 'app': 'domain', 'constraints': [UniqueConstraint(fields=('email',), name='app_user_email_taken'), CheckConstraint(check="state IN ('INVITED', 'ACTIVE', 'LOCKED')", name='app_user_state_known'), CheckConstraint(check="name <> ''", name='app_user_named'), CheckConstraint(check="email ~ '@' AND email !~ '[A-Z]'", name='app_user_email_folded')], 'indexes': [Index(fields=['name', 'id'], name='app_user_name'), Index(fields=['person_id'], name='app_user_person')], 'pk_attr': 'id', 'table_description': 'An account of a person. What it may do is said by its grants.'},
            bases=['Model'],
        ),
        ops.AddConstraint(model_name='User', constraint=UniqueConstraint(fields=('email',), name='app_user_email_taken')),
        ops.AddConstraint(model_name='User', constraint=CheckConstraint(check="state IN ('INVITED', 'ACTIVE', 'LOCKED')", name='app_user_state_known')),
        ops.AddConstraint(model_name='User', constraint=CheckConstraint(check="name <> ''", name='app_user_named')),
        ops.AddConstraint(model_name='User', constraint=CheckConstraint(check="email ~ '@' AND email !~ '[A-Z]'", name='app_user_email_folded')),
        *(
            ops.RunSQL(
                f"CREATE TRIGGER {table}_changed AFTER INSERT OR UPDATE OR DELETE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
            )
            for table in ("app_user",)
        ),
    ]
