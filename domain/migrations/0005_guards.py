"""What must never happen, refused by the database: altered history, a post counted elsewhere than
its article, two bodies with one hash."""

from tortoise import migrations
from tortoise.migrations import operations as ops

APPEND_ONLY = [
    """
    CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is only ever appended to', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
    END $$
    """,
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        for table in ("observation", "audit_entry", "delivery")
    ),
]

CONSTRAINTS = [
    "ALTER TABLE post ADD CONSTRAINT post_article_organization"
    " FOREIGN KEY (article_id, organization_id) REFERENCES article (id, organization_id)"
    " ON UPDATE CASCADE",
    "CREATE UNIQUE INDEX raw_body_once ON raw_body (sha256)",
    "CREATE UNIQUE INDEX token_once ON token (sha256)",
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0004_engagement")]

    operations = [ops.RunSQL([*APPEND_ONLY, *CONSTRAINTS])]
