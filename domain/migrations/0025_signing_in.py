"""How people prove who they are, and where they are signed in. What ends a session is told; that one was
made or seen is not: nobody knows it yet, or it changes nothing."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.users.rules import LinkKind, SignInMethod
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [("domain", "0024_audit_chain"), ("domain", "0024_roles")]

    operations = [
        ops.CreateModel(
            name='OpenIdIdentity',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('user', fields.ForeignKeyField('domain.User', source_field='user_id', db_constraint=True, to_field='id', related_name='identities', on_delete=OnDelete.CASCADE)),
                ('issuer', fields.CharField(max_length=300)),
                ('subject', fields.CharField(max_length=255)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'openid_identity', 'app': 'domain', 'constraints': [UniqueConstraint(fields=('issuer', 'subject'), name='openid_identity_known')], 'indexes': [Index(fields=['user_id'], name='openid_identity_user')], 'pk_attr': 'id', 'table_description': 'Who a user is at an OpenID provider: its issuer and its name for them.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('user', fields.ForeignKeyField('domain.User', source_field='user_id', db_constraint=True, to_field='id', related_name='recovery_codes', on_delete=OnDelete.CASCADE)),
                ('sha256', fields.BinaryField()),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'recovery_code', 'app': 'domain', 'constraints': [UniqueConstraint(fields=('user_id', 'sha256'), name='recovery_code_known'), CheckConstraint(check='octet_length(sha256) = 32', name='recovery_code_hashed')], 'pk_attr': 'id', 'table_description': 'A code that stands in for a lost phone, once. Only its SHA-256 is kept: it is random.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SecondFactor',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('user', fields.OneToOneField('domain.User', source_field='user_id', db_constraint=True, to_field='id', related_name='second_factor', on_delete=OnDelete.CASCADE)),
                ('secret', fields.BinaryField()),
                ('last_step', fields.BigIntField(default=0)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('confirmed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'second_factor', 'app': 'domain', 'pk_attr': 'id', 'table_description': "The secret a user's phone makes codes from (TOTP, RFC 6238), encrypted."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SignInAttempt',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('key', fields.BinaryField()),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'sign_in_attempt', 'app': 'domain', 'indexes': [Index(fields=['key', 'at'], name='sign_in_attempt_key'), Index(fields=['at'], name='sign_in_attempt_at')], 'pk_attr': 'id', 'table_description': 'An attempt to sign in that has not succeeded, under each of the keys it counts for.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='UserLink',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('user', fields.ForeignKeyField('domain.User', source_field='user_id', db_constraint=True, to_field='id', related_name='links', on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharEnumField(description='INVITATION: INVITATION\nPASSWORD_RESET: PASSWORD_RESET', enum_type=LinkKind, max_length=16)),
                ('sha256', fields.BinaryField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('voided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'user_link', 'app': 'domain', 'constraints': [UniqueConstraint(fields=('sha256',), name='user_link_known'), CheckConstraint(check="kind IN ('INVITATION', 'PASSWORD_RESET')", name='user_link_kind_known'), CheckConstraint(check='octet_length(sha256) = 32', name='user_link_hashed'), CheckConstraint(check='expires_at > created_at', name='user_link_period')], 'indexes': [Index(fields=['user_id', 'id'], name='user_link_user')], 'pk_attr': 'id', 'table_description': "A link that an administrator hands over: whoever opens it sets the user's password, once."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='UserPassword',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('user', fields.OneToOneField('domain.User', source_field='user_id', db_constraint=True, to_field='id', related_name='password', on_delete=OnDelete.CASCADE)),
                ('hash', fields.CharField(max_length=200)),
                ('set_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'user_password', 'app': 'domain', 'pk_attr': 'id', 'table_description': "A user's password, as its argon2 hash. Who has none signs in elsewhere, or not yet."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='UserSession',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('user', fields.ForeignKeyField('domain.User', source_field='user_id', db_constraint=True, to_field='id', related_name='sessions', on_delete=OnDelete.CASCADE)),
                ('sha256', fields.BinaryField()),
                ('method', fields.CharEnumField(description='PASSWORD: PASSWORD\nSECOND_FACTOR: SECOND_FACTOR\nRECOVERY_CODE: RECOVERY_CODE\nOPENID: OPENID', enum_type=SignInMethod, max_length=16)),
                ('confirmed', fields.BooleanField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('seen_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('address', fields.CharField(default='', max_length=64)),
                ('browser', fields.CharField(default='', max_length=200)),
            ],
            options={'table': 'user_session', 'app': 'domain', 'constraints': [UniqueConstraint(fields=('sha256',), name='user_session_known'), CheckConstraint(check="method IN ('PASSWORD', 'SECOND_FACTOR', 'RECOVERY_CODE', 'OPENID')", name='user_session_method_known'), CheckConstraint(check='octet_length(sha256) = 32', name='user_session_hashed')], 'indexes': [Index(fields=['user_id', 'id'], name='user_session_user')], 'pk_attr': 'id', 'table_description': "One browser in which a user is signed in. Only the SHA-256 of its cookie's value is kept."},
            bases=['Model'],
        ),
        ops.AddConstraint(model_name='OpenIdIdentity', constraint=UniqueConstraint(fields=('issuer', 'subject'), name='openid_identity_known')),
        ops.AddConstraint(model_name='RecoveryCode', constraint=UniqueConstraint(fields=('user_id', 'sha256'), name='recovery_code_known')),
        ops.AddConstraint(model_name='RecoveryCode', constraint=CheckConstraint(check='octet_length(sha256) = 32', name='recovery_code_hashed')),
        ops.AddConstraint(model_name='UserLink', constraint=UniqueConstraint(fields=('sha256',), name='user_link_known')),
        ops.AddConstraint(model_name='UserLink', constraint=CheckConstraint(check="kind IN ('INVITATION', 'PASSWORD_RESET')", name='user_link_kind_known')),
        ops.AddConstraint(model_name='UserLink', constraint=CheckConstraint(check='octet_length(sha256) = 32', name='user_link_hashed')),
        ops.AddConstraint(model_name='UserLink', constraint=CheckConstraint(check='expires_at > created_at', name='user_link_period')),
        ops.AddConstraint(model_name='UserSession', constraint=UniqueConstraint(fields=('sha256',), name='user_session_known')),
        ops.AddConstraint(model_name='UserSession', constraint=CheckConstraint(check="method IN ('PASSWORD', 'SECOND_FACTOR', 'RECOVERY_CODE', 'OPENID')", name='user_session_method_known')),
        ops.AddConstraint(model_name='UserSession', constraint=CheckConstraint(check='octet_length(sha256) = 32', name='user_session_hashed')),
        ops.RunSQL(
            "CREATE TRIGGER user_session_ended AFTER UPDATE OF ended_at OR DELETE ON user_session"
            " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
        ),
    ]
