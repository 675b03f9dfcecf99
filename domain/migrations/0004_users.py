"""Who signs in, and how.

What changes of users is told, as whoever is known must be asked for anew. What ends a session is told;
that one was made or seen is not: nobody knows it yet, or it changes nothing.
"""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from domain.tables import CreateTables, told
from domain.users.rules import LinkKind, SignInMethod, UserState

SESSIONS_TOLD = (
    "CREATE TRIGGER user_session_ended AFTER UPDATE OF ended_at OR DELETE ON user_session"
    " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
)


class Migration(migrations.Migration):
    dependencies = [("domain", "0003_partners")]

    operations = [
        CreateTables(
            ops.CreateModel(
                name="User",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    ("email", fields.CharField(max_length=254)),
                    ("name", fields.CharField(max_length=100)),
                    (
                        "person",
                        fields.ForeignKeyField(
                            "domain.Person",
                            source_field="person_id",
                            null=True,
                            related_name="users",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("state", fields.CharEnumField(enum_type=UserState, max_length=16)),
                    ("version", fields.IntField(default=1)),
                    ("created_at", fields.DatetimeField()),
                ],
                options={
                    "table": "app_user",
                    "constraints": [
                        UniqueConstraint(fields=("email",), name="app_user_email_taken"),
                        CheckConstraint(
                            check="state IN ('INVITED', 'ACTIVE', 'LOCKED')", name="app_user_state_known"
                        ),
                        CheckConstraint(check="name <> ''", name="app_user_named"),
                        CheckConstraint(
                            check="email ~ '@' AND email !~ '[A-Z]'", name="app_user_email_folded"
                        ),
                    ],
                    "indexes": [
                        Index(fields=["name", "id"], name="app_user_name"),
                        Index(fields=["person_id"], name="app_user_person"),
                    ],
                    "table_description": "An account of a person. What it may do is said by its grants.",
                },
            ),
            ops.CreateModel(
                name="OpenIdIdentity",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "user",
                        fields.ForeignKeyField(
                            "domain.User",
                            source_field="user_id",
                            related_name="identities",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("issuer", fields.CharField(max_length=300)),
                    ("subject", fields.CharField(max_length=255)),
                    ("created_at", fields.DatetimeField()),
                ],
                options={
                    "table": "openid_identity",
                    "constraints": [
                        UniqueConstraint(fields=("issuer", "subject"), name="openid_identity_known"),
                    ],
                    "indexes": [
                        Index(fields=["user_id"], name="openid_identity_user"),
                    ],
                    "table_description": "Who a user is at an OpenID provider: its issuer and its name for them.",
                },
            ),
            ops.CreateModel(
                name="RecoveryCode",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "user",
                        fields.ForeignKeyField(
                            "domain.User",
                            source_field="user_id",
                            related_name="recovery_codes",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("sha256", fields.BinaryField()),
                    ("used_at", fields.DatetimeField(null=True)),
                ],
                options={
                    "table": "recovery_code",
                    "constraints": [
                        UniqueConstraint(fields=("user_id", "sha256"), name="recovery_code_known"),
                        CheckConstraint(check="octet_length(sha256) = 32", name="recovery_code_hashed"),
                    ],
                    "table_description": "A code that stands in for a lost phone, once. Only its SHA-256 is kept: it is random.",
                },
            ),
            ops.CreateModel(
                name="SecondFactor",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "user",
                        fields.OneToOneField(
                            "domain.User",
                            source_field="user_id",
                            related_name="second_factor",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("secret", fields.BinaryField()),
                    ("last_step", fields.BigIntField(default=0)),
                    ("created_at", fields.DatetimeField()),
                    ("confirmed_at", fields.DatetimeField(null=True)),
                ],
                options={
                    "table": "second_factor",
                    "table_description": "The secret a user's phone makes codes from (TOTP, RFC 6238), encrypted.",
                },
            ),
            ops.CreateModel(
                name="SignInAttempt",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    ("key", fields.BinaryField()),
                    ("at", fields.DatetimeField()),
                ],
                options={
                    "table": "sign_in_attempt",
                    "indexes": [
                        Index(fields=["key", "at"], name="sign_in_attempt_key"),
                        Index(fields=["at"], name="sign_in_attempt_at"),
                    ],
                    "table_description": "An attempt to sign in that has not succeeded, under each of the keys it counts for.",
                },
            ),
            ops.CreateModel(
                name="UserLink",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "user",
                        fields.ForeignKeyField(
                            "domain.User",
                            source_field="user_id",
                            related_name="links",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("kind", fields.CharEnumField(enum_type=LinkKind, max_length=16)),
                    ("sha256", fields.BinaryField()),
                    ("created_at", fields.DatetimeField()),
                    ("expires_at", fields.DatetimeField()),
                    ("used_at", fields.DatetimeField(null=True)),
                    ("voided_at", fields.DatetimeField(null=True)),
                ],
                options={
                    "table": "user_link",
                    "constraints": [
                        UniqueConstraint(fields=("sha256",), name="user_link_known"),
                        CheckConstraint(
                            check="kind IN ('INVITATION', 'PASSWORD_RESET')", name="user_link_kind_known"
                        ),
                        CheckConstraint(check="octet_length(sha256) = 32", name="user_link_hashed"),
                        CheckConstraint(check="expires_at > created_at", name="user_link_period"),
                    ],
                    "indexes": [
                        Index(fields=["user_id", "id"], name="user_link_user"),
                    ],
                    "table_description": "A link that an administrator hands over: whoever opens it sets the user's password, once.",
                },
            ),
            ops.CreateModel(
                name="UserPassword",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "user",
                        fields.OneToOneField(
                            "domain.User",
                            source_field="user_id",
                            related_name="password",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("hash", fields.CharField(max_length=200)),
                    ("set_at", fields.DatetimeField()),
                ],
                options={
                    "table": "user_password",
                    "table_description": "A user's password, as its argon2 hash. Who has none signs in elsewhere, or not yet.",
                },
            ),
            ops.CreateModel(
                name="UserSession",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    (
                        "user",
                        fields.ForeignKeyField(
                            "domain.User",
                            source_field="user_id",
                            related_name="sessions",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("sha256", fields.BinaryField()),
                    ("method", fields.CharEnumField(enum_type=SignInMethod, max_length=16)),
                    ("confirmed", fields.BooleanField()),
                    ("created_at", fields.DatetimeField()),
                    ("seen_at", fields.DatetimeField()),
                    ("ended_at", fields.DatetimeField(null=True)),
                    ("address", fields.CharField(default="", max_length=64)),
                    ("browser", fields.CharField(default="", max_length=200)),
                ],
                options={
                    "table": "user_session",
                    "constraints": [
                        UniqueConstraint(fields=("sha256",), name="user_session_known"),
                        CheckConstraint(
                            check="method IN ('PASSWORD', 'SECOND_FACTOR', 'RECOVERY_CODE', 'OPENID')",
                            name="user_session_method_known",
                        ),
                        CheckConstraint(check="octet_length(sha256) = 32", name="user_session_hashed"),
                    ],
                    "indexes": [
                        Index(fields=["user_id", "id"], name="user_session_user"),
                    ],
                    "table_description": "One browser in which a user is signed in. Only the SHA-256 of its cookie's value is kept.",
                },
            ),
        ),
        ops.RunSQL([*told("app_user"), SESSIONS_TOLD]),
    ]
