"""Whether everybody may see a post, written on it: a feed need not look up each post's article.

A post shares a lock with its article's row while it reads the status, and a change of status
rewrites the posts after it holds that row: whichever comes first, the two agree afterwards.
"""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

TRIGGERS = [
    """
    CREATE FUNCTION post_expose() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.public := NEW.article_id IS NULL;
        IF NEW.article_id IS NOT NULL THEN
            SELECT status = 'PUBLISHED' INTO NEW.public
                FROM article WHERE id = NEW.article_id FOR SHARE;
            NEW.public := coalesce(NEW.public, FALSE);
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE FUNCTION article_expose() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE post SET public = (NEW.status = 'PUBLISHED') WHERE article_id = NEW.id;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER post_expose BEFORE INSERT OR UPDATE OF article_id, public ON post"
    " FOR EACH ROW EXECUTE FUNCTION post_expose()",
    "CREATE TRIGGER article_expose AFTER UPDATE OF status ON article"
    " FOR EACH ROW WHEN ((OLD.status = 'PUBLISHED') <> (NEW.status = 'PUBLISHED'))"
    " EXECUTE FUNCTION article_expose()",
    "UPDATE post SET public = TRUE",
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0005_guards")]

    operations = [
        ops.AddField(model_name="Post", name="public", field=fields.BooleanField(db_default=True)),
        ops.RunSQL(TRIGGERS),
    ]
