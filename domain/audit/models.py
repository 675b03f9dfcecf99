"""What happened, in order, for ever."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class AuditEntry(Model):
    """One action: who did what to which row, and what changed. The database refuses to alter it.

    before, after: the changed columns by name; empty where there was or is nothing.
    """

    id = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField()
    actor = fields.CharField(max_length=200)
    action = fields.CharField(max_length=100)
    subject = fields.CharField(max_length=100)
    before: fields.Field[dict[str, Any]] = fields.JSONField(null=True)
    after: fields.Field[dict[str, Any]] = fields.JSONField(null=True)
    request_id = fields.CharField(max_length=64, default="")

    class Meta:
        table = "audit_entry"
        indexes = (Index(fields=("subject", "id"), name="audit_entry_subject"),)
