"""What happened, in order, for ever."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class AuditEntry(Model):
    """One action: who did what to which row, and what changed. The database refuses to alter it.

    actor_id: the account or token that acted, e.g. "Token:3"; empty for the system itself.
    before, after: the changed columns by name; empty where there was or is nothing.
    """

    id = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField()
    actor_id = fields.CharField(max_length=64, default="", db_default="")
    actor = fields.CharField(max_length=200)
    action = fields.CharField(max_length=100)
    subject = fields.CharField(max_length=100)
    before: fields.Field[dict[str, Any]] = fields.JSONField(null=True)
    after: fields.Field[dict[str, Any]] = fields.JSONField(null=True)
    request_id = fields.CharField(max_length=64, default="")

    class Meta:
        table = "audit_entry"
        indexes = (
            Index(fields=("at", "id"), name="audit_entry_at"),
            Index(fields=("subject", "at", "id"), name="audit_entry_subject_at"),
            Index(fields=("actor_id", "at", "id"), name="audit_entry_actor_id_at"),
            Index(fields=("actor", "at", "id"), name="audit_entry_actor_at"),
            Index(fields=("action", "at", "id"), name="audit_entry_action_at"),
            Index(fields=("request_id", "at", "id"), name="audit_entry_request_at"),
        )


class AuditLink(Model):
    """An entry's place in the chain. Only a trigger of the database writes it, at the entry's
    commit: see chain.py.

    position: 1, 2, 3 … without a gap. previous: the hash of the position before.
    """

    entry_id: int

    position = fields.BigIntField(primary_key=True, generated=False)
    entry: fields.OneToOneRelation[AuditEntry] = fields.OneToOneField(
        "domain.AuditEntry", on_delete=fields.RESTRICT, related_name="link"
    )
    previous = fields.BinaryField()
    hash = fields.BinaryField()

    class Meta:
        table = "audit_link"
