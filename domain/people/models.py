"""People who write and are responsible."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from domain.columns import check
from domain.organizations.models import Organization


class Person(Model):
    """A person by the name under which they are credited."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "domain.Organization", on_delete=fields.RESTRICT, related_name="people"
    )
    name = fields.CharField(max_length=100)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()

    class Meta:
        table = "person"
        indexes = (Index(fields=("organization_id", "id"), name="person_organization"),)
        constraints = (check("person", "named", "name <> ''"),)
