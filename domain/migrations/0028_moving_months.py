"""A month that is made takes over what came before it was there: its rows move from
observation_other, unaltered, where they are few enough to keep nobody waiting."""

from tortoise import migrations
from tortoise.migrations import operations as ops

MONTH = """
    CREATE FUNCTION observation_month(month date, most bigint DEFAULT 50000) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DECLARE
        part text := format('observation_%s', to_char(month, 'YYYY_MM'));
        starts_at timestamptz := date_trunc('month', month)::timestamp AT TIME ZONE 'UTC';
        ends_at timestamptz :=
            (date_trunc('month', month) + interval '1 month')::timestamp AT TIME ZONE 'UTC';
        early bigint;
    BEGIN
        IF to_regclass(part) IS NOT NULL THEN
            RETURN false;
        END IF;
        -- All that attaching will lock, first and in one order: whoever waits too long here
        -- gives up without having kept anybody waiting in a circle.
        LOCK TABLE post, raw_answer, delivery IN SHARE ROW EXCLUSIVE MODE;
        LOCK TABLE observation IN SHARE UPDATE EXCLUSIVE MODE;
        LOCK TABLE observation_other IN ACCESS EXCLUSIVE MODE;
        IF to_regclass(part) IS NOT NULL THEN
            RETURN false;
        END IF;
        SELECT count(*) INTO early FROM (
            SELECT FROM observation_other
            WHERE observed_at >= starts_at AND observed_at < ends_at LIMIT most + 1
        ) AS counted;
        IF early > most THEN
            RETURN false;
        END IF;
        EXECUTE format('CREATE TABLE %I (LIKE observation INCLUDING ALL)', part);
        IF early > 0 THEN
            EXECUTE format('INSERT INTO %I SELECT * FROM observation_other'
                ' WHERE observed_at >= %L AND observed_at < %L', part, starts_at, ends_at);
            -- The one place that may take rows away: in this transaction they stand elsewhere.
            ALTER TABLE observation_other DISABLE TRIGGER append_only;
            DELETE FROM observation_other WHERE observed_at >= starts_at AND observed_at < ends_at;
            ALTER TABLE observation_other ENABLE TRIGGER append_only;
        END IF;
        EXECUTE format('ALTER TABLE observation ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
            part, starts_at, ends_at);
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I'
            ' FOR EACH STATEMENT EXECUTE FUNCTION append_only()', part);
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'xinfeng_app') THEN
            EXECUTE format('GRANT SELECT ON %I TO xinfeng_app', part);
        END IF;
        RETURN true;
    END $$
"""


class Migration(migrations.Migration):
    dependencies = [("domain", "0027_due_by_account")]

    operations = [ops.RunSQL(["DROP FUNCTION observation_month(date)", MONTH])]
