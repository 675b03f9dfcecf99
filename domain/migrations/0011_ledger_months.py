"""The ledger in parts: one for each month of observed_at, one more for what has no month of its own.

observed_at is in the key by which the same word said twice is one observation, so that the key
still holds for the whole ledger. A month is made before its first row (observation_month). It takes
over what came before it was there: its rows move from observation_other, unaltered, where they are
few enough to keep nobody waiting; else they stay there, and are as good there.

What an observation refers to is looked at once for a statement, and not once for a row. A foreign key
asks for each row apart: of an answer about a hundred posts three hundred times for the one answer,
and for each post as often as it has counters. That was two fifths of what recording cost. Now a
statement's posts are looked up together, and held as a foreign key would hold them (FOR KEY SHARE),
so that none goes while its observation is not yet committed; and its answers, which nobody may
delete. A post that was observed cannot be deleted. The delivery is written after what it brought:
its reference is a deferrable foreign key.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

from domain.tables import append_only

KEY = (
    "post_id, metric, observed_at, value, value_kind, source, bound, finality, definition,"
    " period_starts_at, period_ends_at"
)

PARTED = [
    "ALTER TABLE observation RENAME TO observation_plain",
    "ALTER SEQUENCE observation_id_seq OWNED BY NONE",
    "CREATE TABLE observation (LIKE observation_plain INCLUDING DEFAULTS INCLUDING CONSTRAINTS"
    " INCLUDING COMMENTS) PARTITION BY RANGE (observed_at)",
    "DROP TABLE observation_plain",
    "ALTER SEQUENCE observation_id_seq OWNED BY observation.id",
    "ALTER TABLE observation ADD PRIMARY KEY (id, observed_at)",
    # The same word said twice is one observation. It also serves every read of a post's history.
    f"CREATE UNIQUE INDEX observation_once ON observation ({KEY}) NULLS NOT DISTINCT",
    "ALTER TABLE observation ADD CONSTRAINT observation_delivery_id_fkey FOREIGN KEY (delivery_id)"
    " REFERENCES delivery ON DELETE RESTRICT DEFERRABLE INITIALLY IMMEDIATE",
    "CREATE TABLE observation_other PARTITION OF observation DEFAULT",
    append_only("observation", "append_only"),
    append_only("observation_other", "append_only"),
]

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
        LOCK TABLE delivery IN SHARE ROW EXCLUSIVE MODE;
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

# A look into the index for each, whatever the planner knows of the tables: an answer about one post
# would else read all posts, and a plan made for an empty table all answers, over and over.
REFERS = """
CREATE FUNCTION observation_refers() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT
SET enable_seqscan = off AS $$
DECLARE
    absent bigint;
BEGIN
    PERFORM FROM post WHERE id IN (SELECT post_id FROM added) ORDER BY id FOR KEY SHARE;
    SELECT post_id INTO absent FROM (SELECT DISTINCT post_id FROM added) AS given
        WHERE NOT EXISTS (SELECT FROM post WHERE id = post_id OFFSET 0);
    IF absent IS NOT NULL THEN
        RAISE EXCEPTION 'there is no post %', absent
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'observation_post_id_refers';
    END IF;
    SELECT raw_answer_id INTO absent
        FROM (SELECT DISTINCT raw_answer_id FROM added WHERE raw_answer_id IS NOT NULL) AS given
        WHERE NOT EXISTS (SELECT FROM raw_answer WHERE id = raw_answer_id OFFSET 0);
    IF absent IS NOT NULL THEN
        RAISE EXCEPTION 'there is no raw answer %', absent
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'observation_raw_answer_id_refers';
    END IF;
    RETURN NULL;
END $$
"""
OBSERVED = """
CREATE FUNCTION post_observed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    observed boolean;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        observed := EXISTS (SELECT FROM observation);
    ELSE
        observed := EXISTS (SELECT FROM removed, LATERAL (
            SELECT FROM observation WHERE post_id = removed.id LIMIT 1
        ) AS told);
    END IF;
    IF observed THEN
        RAISE EXCEPTION 'a post that was observed is not deleted'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'post_observed';
    END IF;
    RETURN NULL;
END $$
"""
REFERENCES = [
    REFERS,
    OBSERVED,
    "CREATE TRIGGER observation_refers AFTER INSERT ON observation REFERENCING NEW TABLE AS added"
    " FOR EACH STATEMENT EXECUTE FUNCTION observation_refers()",
    "CREATE TRIGGER post_observed AFTER DELETE ON post REFERENCING OLD TABLE AS removed"
    " FOR EACH STATEMENT EXECUTE FUNCTION post_observed()",
    "CREATE TRIGGER post_observed_any BEFORE TRUNCATE ON post"
    " FOR EACH STATEMENT EXECUTE FUNCTION post_observed()",
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0010_ledger")]

    operations = [ops.RunSQL([*PARTED, MONTH, *REFERENCES])]
