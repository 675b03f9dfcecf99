"""Triggers that PostgreSQL's own dump can bring back.

pg_dump writes everything for an empty search_path and names the schema of every operator, but it
cannot in IS DISTINCT FROM, and that of ltree is in public: a dump with such a trigger was refused
when it was restored. Compared as texts, paths need no operator of ltree's.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

AGAIN = """
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT tgname, tgrelid::regclass AS place, pg_get_triggerdef(oid) AS made FROM pg_trigger
        WHERE NOT tgisinternal
            AND pg_get_triggerdef(oid) LIKE '%(old.path IS DISTINCT FROM new.path)%'
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', found.tgname, found.place);
        EXECUTE replace(
            found.made,
            '(old.path IS DISTINCT FROM new.path)',
            '(old.path::text IS DISTINCT FROM new.path::text)'
        );
    END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("domain", "0028_request_ids"), ("domain", "0031_webhook_turns")]

    operations = [ops.RunSQL(AGAIN)]
