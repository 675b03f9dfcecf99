"""Roles at organizations, given to users and tokens; tokens are scoped, and may be a partner's.

What a token was before, an administrator's or nobody's, becomes a role on the whole network or none.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.access import Role
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

WHAT_TOKENS_WERE = [
    "UPDATE token SET scopes = CASE role WHEN 'ADMINISTRATOR'"
    " THEN ARRAY['READ_PUBLIC', 'READ_INTERNAL', 'WRITE'] ELSE ARRAY['READ_PUBLIC'] END",
    "INSERT INTO role_grant (role, token_id, starts_at, granted_by, created_at, ended_by)"
    " SELECT 'ADMINISTRATOR', id, created_at, 'migration', created_at, '' FROM token"
    " WHERE role = 'ADMINISTRATOR'",
]

# When a token was last used, to the minute. Apart from the token, so that using one does not tell
# everybody that tokens changed.
LAST_USE = """
CREATE TABLE token_use (
    token_id bigint PRIMARY KEY REFERENCES token (id) ON DELETE CASCADE,
    used_at timestamptz NOT NULL
)
"""


class Migration(migrations.Migration):
    dependencies = [('domain', '0023_free_marks')]

    operations = [
        ops.CreateModel(
            name='RoleGrant',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('role', fields.CharEnumField(description='AUTHOR: AUTHOR\nREVIEWER: REVIEWER\nPUBLISHER: PUBLISHER\nDISPATCHER: DISPATCHER\nANALYST: ANALYST\nADMINISTRATOR: ADMINISTRATOR', enum_type=Role, max_length=16)),
                ('user', fields.ForeignKeyField('domain.User', source_field='user_id', null=True, db_constraint=True, to_field='id', related_name='grants', on_delete=OnDelete.RESTRICT)),
                ('token', fields.ForeignKeyField('domain.Token', source_field='token_id', null=True, db_constraint=True, to_field='id', related_name='grants', on_delete=OnDelete.RESTRICT)),
                ('organization', fields.ForeignKeyField('domain.Organization', source_field='organization_id', null=True, db_constraint=True, to_field='id', related_name='grants', on_delete=OnDelete.RESTRICT)),
                ('delegated_from', fields.ForeignKeyField('domain.RoleGrant', source_field='delegated_from_id', null=True, db_constraint=True, to_field='id', related_name='delegations', on_delete=OnDelete.RESTRICT)),
                ('starts_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ends_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('granted_by', fields.CharField(max_length=200)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_by', fields.CharField(default='', max_length=200)),
            ],
            options={'table': 'role_grant', 'app': 'domain', 'indexes': [Index(fields=['user_id', 'id'], name='role_grant_user'), Index(fields=['token_id', 'id'], name='role_grant_token'), Index(fields=['organization_id', 'id'], name='role_grant_organization'), Index(fields=['delegated_from_id'], name='role_grant_delegated')], 'pk_attr': 'id', 'table_description': 'A role of one holder, a user or a token, at an organization and everything below it.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Token',
            name='partner',
            field=fields.ForeignKeyField('domain.Partner', source_field='partner_id', null=True, db_constraint=True, to_field='id', related_name='tokens', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Token',
            name='scopes',
            field=ArrayField(null=True, element_type='TEXT'),
        ),
        ops.RunSQL(WHAT_TOKENS_WERE),
        ops.AlterField(
            model_name='Token',
            name='scopes',
            field=ArrayField(default=list, element_type='TEXT'),
        ),
        ops.RemoveConstraint(model_name='Token', name='token_role_known'),
        ops.RemoveField(model_name='Token', name='role'),
        ops.AddConstraint(model_name='RoleGrant', constraint=CheckConstraint(check="role IN ('AUTHOR', 'REVIEWER', 'PUBLISHER', 'DISPATCHER', 'ANALYST', 'ADMINISTRATOR')", name='role_grant_role_known')),
        ops.AddConstraint(model_name='RoleGrant', constraint=CheckConstraint(check='num_nonnulls(user_id, token_id) = 1', name='role_grant_held')),
        ops.AddConstraint(model_name='RoleGrant', constraint=CheckConstraint(check='ends_at > starts_at', name='role_grant_period')),
        ops.AddConstraint(model_name='RoleGrant', constraint=CheckConstraint(check="(ended_at IS NULL) = (ended_by = '')", name='role_grant_ended')),
        ops.AddConstraint(model_name='RoleGrant', constraint=CheckConstraint(check='delegated_from_id IS NULL OR ends_at IS NOT NULL', name='role_grant_delegated_for_a_while')),
        ops.AddConstraint(
            model_name='Token',
            constraint=CheckConstraint(check="scopes <@ ARRAY['READ_PUBLIC', 'READ_INTERNAL', 'WRITE'] AND scopes <> '{}'", name='token_scoped'),
        ),
        ops.RunSQL(LAST_USE),
        ops.RunSQL(
            "CREATE TRIGGER role_grant_changed AFTER INSERT OR UPDATE OR DELETE ON role_grant"
            " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
        ),
    ]
