"""People who sign in."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from domain.columns import check, one_of
from domain.people.models import Person
from domain.users.rules import LONGEST_EMAIL, UserState


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
