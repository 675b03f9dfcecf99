"""Trees: the database writes each node's path and refuses a cycle, also between two writers."""

from tortoise import migrations
from tortoise.migrations import operations as ops

FUNCTIONS = [
    """
    CREATE FUNCTION tree_place() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE above ltree;
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            PERFORM pg_advisory_xact_lock(hashtextextended('tree:' || TG_TABLE_NAME, 0));
        END IF;
        IF NEW.parent_id IS NULL THEN
            NEW.path := NEW.id::text::ltree;
            RETURN NEW;
        END IF;
        EXECUTE format('SELECT path FROM %I WHERE id = $1', TG_TABLE_NAME)
            INTO above USING NEW.parent_id;
        IF NEW.id = NEW.parent_id OR above ~ format('*.%s.*', NEW.id)::lquery THEN
            RAISE EXCEPTION 'a node cannot stand below itself'
                USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_acyclic';
        END IF;
        NEW.path := coalesce(above, ''::ltree) || NEW.id::text;
        RETURN NEW;
    END $$
    """,
    """
    CREATE FUNCTION tree_carry() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        EXECUTE format(
            'UPDATE %I SET path = $1 || subpath(path, nlevel($2)) WHERE path <@ $2 AND id <> $3',
            TG_TABLE_NAME
        ) USING NEW.path, OLD.path, NEW.id;
        RETURN NULL;
    END $$
    """,
]

TRIGGERS = [
    statement
    for table in ("organization", "team")
    for statement in (
        f"CREATE TRIGGER {table}_place BEFORE INSERT OR UPDATE OF parent_id ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION tree_place()",
        f"CREATE TRIGGER {table}_carry AFTER UPDATE OF parent_id ON {table}"
        " FOR EACH ROW WHEN (OLD.path IS DISTINCT FROM NEW.path) EXECUTE FUNCTION tree_carry()",
    )
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0002_constraints")]

    operations = [ops.RunSQL([*FUNCTIONS, *TRIGGERS])]
