"""People who sign in, how they prove who they are, and where they are signed in."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from domain.columns import check, one_of
from domain.people.models import Person
from domain.users.rules import LONGEST_EMAIL, LinkKind, SignInMethod, UserState


class User(Model):
    """An account of a person. What it may do is said by its grants.

    email: under which they sign in, in lower case. person: as whom they write, where they do.
    """

    person_id: int | None

    id = fields.BigIntField(primary_key=True)
    email = fields.CharField(max_length=LONGEST_EMAIL)
    name = fields.CharField(max_length=100)
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "domain.Person", on_delete=fields.RESTRICT, related_name="users", null=True
    )
    state = fields.CharEnumField(UserState, max_length=16)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()

    class Meta:
        table = "app_user"
        indexes = (
            Index(fields=("name", "id"), name="app_user_name"),
            Index(fields=("person_id",), name="app_user_person"),
        )
        constraints = (
            UniqueConstraint(fields=("email",), name="app_user_email_taken"),
            one_of("app_user", "state", UserState),
            check("app_user", "named", "name <> ''"),
            check("app_user", "email_folded", "email ~ '@' AND email !~ '[A-Z]'"),
        )


class UserPassword(Model):
    """A user's password, as its argon2 hash. Who has none signs in elsewhere, or not yet."""

    user_id: int

    id = fields.BigIntField(primary_key=True)
    user: fields.OneToOneRelation[User] = fields.OneToOneField(
        "domain.User", on_delete=fields.CASCADE, related_name="password"
    )
    hash = fields.CharField(max_length=200)
    set_at = fields.DatetimeField()

    class Meta:
        table = "user_password"


class UserSession(Model):
    """One browser in which a user is signed in. Only the SHA-256 of its cookie's value is kept.

    confirmed: false while a second factor is awaited: then nobody is signed in by it yet.
    seen_at: the latest request, exact to a minute. method: how they proved who they are.
    """

    user_id: int

    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "domain.User", on_delete=fields.CASCADE, related_name="sessions"
    )
    sha256 = fields.BinaryField()
    method = fields.CharEnumField(SignInMethod, max_length=16)
    confirmed = fields.BooleanField()
    created_at = fields.DatetimeField()
    seen_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    address = fields.CharField(max_length=64, default="")
    browser = fields.CharField(max_length=200, default="")

    class Meta:
        table = "user_session"
        indexes = (Index(fields=("user_id", "id"), name="user_session_user"),)
        constraints = (
            UniqueConstraint(fields=("sha256",), name="user_session_known"),
            one_of("user_session", "method", SignInMethod),
            check("user_session", "hashed", "octet_length(sha256) = 32"),
        )


class UserLink(Model):
    """A link that an administrator hands over: whoever opens it sets the user's password, once.

    Only the SHA-256 of its text is kept. voided_at: when a newer one, or a lock, took its place.
    """

    user_id: int

    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "domain.User", on_delete=fields.CASCADE, related_name="links"
    )
    kind = fields.CharEnumField(LinkKind, max_length=16)
    sha256 = fields.BinaryField()
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)
    voided_at = fields.DatetimeField(null=True)

    class Meta:
        table = "user_link"
        indexes = (Index(fields=("user_id", "id"), name="user_link_user"),)
        constraints = (
            UniqueConstraint(fields=("sha256",), name="user_link_known"),
            one_of("user_link", "kind", LinkKind),
            check("user_link", "hashed", "octet_length(sha256) = 32"),
            check("user_link", "period", "expires_at > created_at"),
        )


class SignInAttempt(Model):
    """An attempt to sign in that has not succeeded, under each of the keys it counts for.

    key: SHA-256 of what is limited, e.g. an e-mail address and a network address.
    """

    id = fields.BigIntField(primary_key=True)
    key = fields.BinaryField()
    at = fields.DatetimeField()

    class Meta:
        table = "sign_in_attempt"
        indexes = (
            Index(fields=("key", "at"), name="sign_in_attempt_key"),
            Index(fields=("at",), name="sign_in_attempt_at"),
        )


class SecondFactor(Model):
    """The secret a user's phone makes codes from (TOTP, RFC 6238), encrypted.

    confirmed_at: when a first code proved that the phone has it; asked for only from then on.
    last_step: the latest time step of which a code was taken: it and earlier ones are refused.
    """

    user_id: int

    id = fields.BigIntField(primary_key=True)
    user: fields.OneToOneRelation[User] = fields.OneToOneField(
        "domain.User", on_delete=fields.CASCADE, related_name="second_factor"
    )
    secret = fields.BinaryField()
    last_step = fields.BigIntField(default=0)
    created_at = fields.DatetimeField()
    confirmed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "second_factor"


class RecoveryCode(Model):
    """A code that stands in for a lost phone, once. Only its SHA-256 is kept: it is random."""

    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "domain.User", on_delete=fields.CASCADE, related_name="recovery_codes"
    )
    sha256 = fields.BinaryField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "recovery_code"
        constraints = (
            UniqueConstraint(fields=("user_id", "sha256"), name="recovery_code_known"),
            check("recovery_code", "hashed", "octet_length(sha256) = 32"),
        )


class OpenIdIdentity(Model):
    """Who a user is at an OpenID provider: its issuer and its name for them."""

    user_id: int

    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "domain.User", on_delete=fields.CASCADE, related_name="identities"
    )
    issuer = fields.CharField(max_length=300)
    subject = fields.CharField(max_length=255)
    created_at = fields.DatetimeField()

    class Meta:
        table = "openid_identity"
        indexes = (Index(fields=("user_id",), name="openid_identity_user"),)
        constraints = (
            UniqueConstraint(fields=("issuer", "subject"), name="openid_identity_known"),
        )
