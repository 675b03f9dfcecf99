"""What an observation refers to is looked at once for a statement, and not once for a row.

A foreign key asks for each row apart: of an answer about a hundred posts three hundred times for the
one answer, and for each post as often as it has counters. That was two fifths of what recording
cost. Now a statement's posts are looked up together, and held as a foreign key would hold them (FOR
KEY SHARE), so that none goes while its observation is not yet committed; and its answers, which nobody
may delete. A post that was observed cannot be deleted. The delivery is written after what it brought:
its reference stays a deferred foreign key.
"""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

# OFFSET 0: a look into the index for each, whatever the planner knows of the tables.
REFERS = """
CREATE FUNCTION observation_refers() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
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
SET_WISE = [
    REFERS,
    OBSERVED,
    "CREATE TRIGGER observation_refers AFTER INSERT ON observation REFERENCING NEW TABLE AS added"
    " FOR EACH STATEMENT EXECUTE FUNCTION observation_refers()",
    "CREATE TRIGGER post_observed AFTER DELETE ON post REFERENCING OLD TABLE AS removed"
    " FOR EACH STATEMENT EXECUTE FUNCTION post_observed()",
    "CREATE TRIGGER post_observed_any BEFORE TRUNCATE ON post"
    " FOR EACH STATEMENT EXECUTE FUNCTION post_observed()",
    # For each row: an account that was never asked may go, and nothing of it is then deleted here.
    "CREATE TRIGGER raw_answer_append_only BEFORE UPDATE OR DELETE ON raw_answer"
    " FOR EACH ROW EXECUTE FUNCTION append_only()",
    "CREATE TRIGGER raw_answer_kept BEFORE TRUNCATE ON raw_answer"
    " FOR EACH STATEMENT EXECUTE FUNCTION append_only()",
    *(
        f"ALTER TABLE observation DROP CONSTRAINT observation_{name}_id_fkey"
        for name in ("post", "raw_answer")
    ),
]

# Attaching a month locks what a foreign key refers to, and that is the delivery alone now.
FEWER_LOCKS = """
DO $$
BEGIN
    EXECUTE replace(
        pg_get_functiondef('observation_month(date, bigint)'::regprocedure),
        'LOCK TABLE post, raw_answer, delivery IN',
        'LOCK TABLE delivery IN'
    );
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("domain", "0035_reviews")]

    operations = [
        ops.RunSQL([*SET_WISE, FEWER_LOCKS]),
        ops.AlterField(
            model_name="Observation",
            name="post",
            field=fields.ForeignKeyField(
                "domain.Post",
                source_field="post_id",
                db_constraint=False,
                to_field="id",
                related_name="observations",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AlterField(
            model_name="Observation",
            name="raw_answer",
            field=fields.ForeignKeyField(
                "domain.RawAnswer",
                source_field="raw_answer_id",
                null=True,
                db_constraint=False,
                to_field="id",
                related_name="observations",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
    ]
