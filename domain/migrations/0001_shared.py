"""What every later migration may use: extensions, and the trigger functions that many tables share."""

from tortoise import migrations
from tortoise.migrations import operations as ops

TELL_CHANGE = """
    CREATE FUNCTION tell_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('xinfeng_changed', TG_TABLE_NAME);
        RETURN NULL;
    END $$
"""
"""Every write names the table it touched, so that shared reads of it end."""

APPEND_ONLY = """
    CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is only ever appended to', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
    END $$
"""
"""What must never happen is refused by the database: altered history."""


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.RunSQL(
            [
                "CREATE EXTENSION IF NOT EXISTS ltree",
                "CREATE EXTENSION IF NOT EXISTS pg_trgm",
                TELL_CHANGE,
                APPEND_ONLY,
            ]
        )
    ]
