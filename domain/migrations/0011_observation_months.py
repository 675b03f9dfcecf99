"""The ledger in parts: one for each month of observed_at, one more for what has no month of its own.

observed_at is in the key by which the same word said twice is one observation, so that the key
still holds for the whole ledger. A month is made before its first row (observation_month); rows that
came before their month was made stay in observation_other, and are as good there.

What the platforms answered expires: raw_body keeps its hash when its body is gone, and received_at
tells when the body was last given.
"""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

KEY = (
    "post_id, metric, observed_at, value, value_kind, source, bound, finality, definition,"
    " period_starts_at, period_ends_at"
)

PARTED = [
    "ALTER TABLE observation RENAME TO observation_before",
    "ALTER SEQUENCE observation_id_seq OWNED BY NONE",
    "DROP INDEX observation_once",
    "ALTER TABLE observation_before DROP CONSTRAINT observation_pkey",
    *(
        f"ALTER TABLE observation_before DROP CONSTRAINT observation_{name}_id_fkey"
        for name in ("post", "raw_answer", "delivery")
    ),
    "CREATE TABLE observation (LIKE observation_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS"
    " INCLUDING COMMENTS) PARTITION BY RANGE (observed_at)",
    "ALTER SEQUENCE observation_id_seq OWNED BY observation.id",
    "ALTER TABLE observation ALTER id SET DEFAULT nextval('observation_id_seq')",
    "ALTER TABLE observation ADD PRIMARY KEY (id, observed_at)",
    f"CREATE UNIQUE INDEX observation_once ON observation ({KEY}) NULLS NOT DISTINCT",
    "ALTER TABLE observation ADD CONSTRAINT observation_post_id_fkey FOREIGN KEY (post_id) REFERENCES post ON DELETE RESTRICT",
    "ALTER TABLE observation ADD CONSTRAINT observation_raw_answer_id_fkey FOREIGN KEY (raw_answer_id) REFERENCES raw_answer"
    " ON DELETE RESTRICT",
    "ALTER TABLE observation ADD CONSTRAINT observation_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES delivery"
    " ON DELETE RESTRICT DEFERRABLE INITIALLY IMMEDIATE",
    "CREATE TABLE observation_other PARTITION OF observation DEFAULT",
]

MONTH = """
    CREATE FUNCTION observation_month(month date) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DECLARE
        part text := format('observation_%s', to_char(month, 'YYYY_MM'));
        starts_at timestamptz := date_trunc('month', month)::timestamp AT TIME ZONE 'UTC';
        ends_at timestamptz :=
            (date_trunc('month', month) + interval '1 month')::timestamp AT TIME ZONE 'UTC';
    BEGIN
        IF to_regclass(part) IS NOT NULL THEN
            RETURN false;
        END IF;
        -- All that attaching will lock, first and in one order: whoever waits too long here
        -- gives up without having kept anybody waiting in a circle.
        LOCK TABLE post, raw_answer, delivery IN SHARE ROW EXCLUSIVE MODE;
        LOCK TABLE observation IN SHARE UPDATE EXCLUSIVE MODE;
        LOCK TABLE observation_other IN ACCESS EXCLUSIVE MODE;
        IF to_regclass(part) IS NOT NULL OR EXISTS (
            SELECT FROM observation_other WHERE observed_at >= starts_at AND observed_at < ends_at
        ) THEN
            RETURN false;
        END IF;
        EXECUTE format('CREATE TABLE %I (LIKE observation INCLUDING ALL)', part);
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

FILLED = [
    "SELECT observation_month(month::date) FROM (SELECT DISTINCT"
    " date_trunc('month', observed_at AT TIME ZONE 'UTC') AS month FROM observation_before) AS told",
    "INSERT INTO observation SELECT * FROM observation_before",
    "DROP TABLE observation_before",
]

APPEND_ONLY = [
    *(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        for table in ("observation", "observation_other")
    ),
]

EXPIRING = [
    "UPDATE raw_body b SET received_at = (SELECT max(a.received_at) FROM raw_answer a"
    " WHERE a.body_id = b.id)",
    "UPDATE raw_body SET received_at = now() WHERE received_at IS NULL",
    "ALTER TABLE raw_body ALTER received_at SET NOT NULL",
    "CREATE INDEX raw_body_kept ON raw_body (received_at) WHERE body IS NOT NULL",
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0010_delivery_log")]

    operations = [
        ops.RunSQL([*PARTED, MONTH, *FILLED, *APPEND_ONLY]),
        ops.AlterModelOptions(
            name="RawBody",
            options={
                "table": "raw_body",
                "app": "domain",
                "constraints": [
                    CheckConstraint(check="octet_length(sha256) = 32", name="raw_body_hashed")
                ],
                "pk_attr": "id",
                "table_description": "The bytes of an answer, once, however often it was given; its hash outlives them.",
            },
        ),
        ops.AlterField(model_name="RawBody", name="body", field=fields.BinaryField(null=True)),
        ops.AddField(
            model_name="RawBody", name="received_at", field=fields.DatetimeField(null=True)
        ),
        ops.RunSQL(EXPIRING),
        ops.AlterField(
            model_name="RawBody",
            name="received_at",
            field=fields.DatetimeField(auto_now=False, auto_now_add=False),
        ),
    ]
