"""A node that is added waits for a move of the tree, and a move for nodes being added: else a new
node could keep the path its parent had before. A delivery may be written after its observations,
in one transaction, because it holds the answer that only they give."""

from tortoise import migrations
from tortoise.migrations import operations as ops

PLACE = """
    CREATE OR REPLACE FUNCTION tree_place() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE above ltree;
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            PERFORM pg_advisory_xact_lock(hashtextextended('tree:' || TG_TABLE_NAME, 0));
        ELSE
            PERFORM pg_advisory_xact_lock_shared(hashtextextended('tree:' || TG_TABLE_NAME, 0));
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
"""

DEFERRABLE = (
    "ALTER TABLE observation ALTER CONSTRAINT observation_delivery_id_fkey"
    " DEFERRABLE INITIALLY IMMEDIATE"
)


class Migration(migrations.Migration):
    dependencies = [("domain", "0006_post_public")]

    operations = [ops.RunSQL([PLACE, DEFERRABLE])]
