"""The trail, and the chain of its entries (domain/audit/chain.py says what is hashed).

A constraint trigger that is deferred writes an entry's link when its transaction commits: only then
is it known what stands before it, and what is held from here to the end of the commit can meet no
other lock the transaction still wants. It runs with its owner's rights, as the processes may not
write the chain.
"""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from domain.tables import CreateTables, append_only

CHAIN = [
    """
    CREATE FUNCTION audit_chain_add(e audit_entry) RETURNS void LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        last_position bigint; last_hash bytea; next_position bigint; content text;
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('audit_chain', 0));
        SELECT position, hash INTO last_position, last_hash
            FROM audit_link ORDER BY position DESC LIMIT 1;
        next_position := coalesce(last_position, 0) + 1;
        last_hash := coalesce(last_hash, decode(repeat('00', 32), 'hex'));
        content := jsonb_build_array(next_position, e.id,
            (extract(epoch FROM e.at) * 1000000)::bigint, e.actor_id, e.actor, e.action, e.subject,
            e.before, e.after, e.request_id)::text;
        INSERT INTO audit_link (position, entry_id, previous, hash) VALUES (next_position, e.id,
            last_hash, sha256(last_hash || convert_to(content, 'UTF8')));
    END $$
    """,
    "REVOKE EXECUTE ON FUNCTION audit_chain_add FROM PUBLIC",
    """
    CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        PERFORM audit_chain_add(NEW);
        RETURN NULL;
    END $$
    """,
    "CREATE CONSTRAINT TRIGGER audit_entry_chain AFTER INSERT ON audit_entry"
    " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_chain()",
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0005_roles")]

    operations = [
        CreateTables(
            ops.CreateModel(
                name="AuditEntry",
                fields=[
                    ("id", fields.BigIntField(primary_key=True)),
                    ("at", fields.DatetimeField()),
                    ("actor_id", fields.CharField(default="", db_default="", max_length=64)),
                    ("actor", fields.CharField(max_length=200)),
                    ("action", fields.CharField(max_length=100)),
                    ("subject", fields.CharField(max_length=100)),
                    ("before", fields.JSONField(null=True)),
                    ("after", fields.JSONField(null=True)),
                    ("request_id", fields.CharField(default="", max_length=64)),
                ],
                options={
                    "table": "audit_entry",
                    "indexes": [
                        Index(fields=["at", "id"], name="audit_entry_at"),
                        Index(fields=["subject", "at", "id"], name="audit_entry_subject_at"),
                        Index(fields=["actor_id", "at", "id"], name="audit_entry_actor_id_at"),
                        Index(fields=["actor", "at", "id"], name="audit_entry_actor_at"),
                        Index(fields=["action", "at", "id"], name="audit_entry_action_at"),
                        Index(fields=["request_id", "at", "id"], name="audit_entry_request_at"),
                    ],
                    "table_description": "One action: who did what to which row, and what changed. The database refuses to alter it.",
                },
            ),
            ops.CreateModel(
                name="AuditLink",
                fields=[
                    ("position", fields.BigIntField(primary_key=True, generated=False)),
                    (
                        "entry",
                        fields.OneToOneField(
                            "domain.AuditEntry",
                            source_field="entry_id",
                            related_name="link",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("previous", fields.BinaryField()),
                    ("hash", fields.BinaryField()),
                ],
                options={
                    "table": "audit_link",
                    "table_description": "An entry's place in the chain. Only a trigger of the database writes it, at the entry's",
                },
            ),
        ),
        ops.RunSQL([*CHAIN, append_only("audit_entry"), append_only("audit_link")]),
    ]
