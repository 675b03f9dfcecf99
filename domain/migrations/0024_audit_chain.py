"""The chain of audit entries (domain/audit/chain.py says what is hashed), and indexes to look them up.

A constraint trigger that is deferred writes an entry's link when its transaction commits: only then
is it known what stands before it, and what is held from here to the end of the commit can meet no
other lock the transaction still wants. It runs with its owner's rights, as the processes may not
write the chain.
"""

from tortoise import migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

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
    "SELECT audit_chain_add(e) FROM (SELECT * FROM audit_entry ORDER BY id) e",
    "CREATE CONSTRAINT TRIGGER audit_entry_chain AFTER INSERT ON audit_entry"
    " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_chain()",
    "CREATE TRIGGER audit_link_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_link"
    " FOR EACH STATEMENT EXECUTE FUNCTION append_only()",
]

SIZE = [
    """
    CREATE FUNCTION audit_entry_size() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO list_size SELECT 'audit_entry', 0, count(*), 0 FROM added;
        PERFORM list_size_gather(ARRAY['audit_entry'], ARRAY[0::bigint]);
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER audit_entry_size_insert AFTER INSERT ON audit_entry"
    " REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_size()",
    """
    DO $$ BEGIN
        EXECUTE 'CREATE OR REPLACE VIEW list_size_counted AS '
            || rtrim(pg_get_viewdef('list_size_counted'), '; ')
            || ' UNION ALL SELECT ''audit_entry'', 0, count(*)::integer, 0 FROM audit_entry'
            || ' HAVING count(*) > 0';
    END $$
    """,
    "INSERT INTO list_size SELECT * FROM list_size_counted WHERE list = 'audit_entry'",
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0023_free_marks")]

    initial = False

    operations = [
        ops.AddField(
            model_name="AuditEntry",
            name="actor_id",
            field=fields.CharField(default="", db_default="", max_length=64),
        ),
        ops.RemoveIndex(model_name="AuditEntry", name="audit_entry_subject", fields=None),
        *(
            ops.AddIndex(
                model_name="AuditEntry",
                index=Index(fields=[*columns, "at", "id"], name=f"audit_entry_{name}"),
            )
            for name, columns in (
                ("at", ()),
                ("subject_at", ("subject",)),
                ("actor_id_at", ("actor_id",)),
                ("actor_at", ("actor",)),
                ("action_at", ("action",)),
                ("request_at", ("request_id",)),
            )
        ),
        ops.CreateModel(
            name="AuditLink",
            fields=[
                ("position", fields.BigIntField(primary_key=True, generated=False, unique=True, db_index=True)),
                ("entry", fields.OneToOneField("domain.AuditEntry", source_field="entry_id", db_constraint=True, to_field="id", related_name="link", on_delete=OnDelete.RESTRICT)),
                ("previous", fields.BinaryField()),
                ("hash", fields.BinaryField()),
            ],
            options={"table": "audit_link", "app": "domain", "pk_attr": "position", "table_description": "An entry's place in the chain. Only a trigger of the database writes it, at the entry's"},
            bases=["Model"],
        ),
        ops.RunSQL([*CHAIN, *SIZE]),
    ]
