"""What the library's list is narrowed by: words in any place, and whether anything uses a file.

letters: single letters and pairs of them in what is said of a file. Whatever holds a text holds its
pairs: an index finds those that may, in any script, and only they are looked at. is_used is kept by
the database's own hand, together with is_public.
"""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

LETTERS = [
    """
    CREATE FUNCTION letter_pairs(words text, shortest integer) RETURNS text[]
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN coalesce((
        SELECT array_agg(DISTINCT substr(words, place, width))
        FROM generate_series(shortest, 2) AS width,
            generate_series(1, length(words) - width + 1) AS place
    ), ARRAY[]::text[])
    """,
    """
    ALTER TABLE media ADD COLUMN letters text[] GENERATED ALWAYS AS (letter_pairs(
        lower(name || ' ' || alt || ' ' || caption || ' ' || credit), 1)) STORED
    """,
    "CREATE INDEX media_letters ON media USING gin (letters)",
]
USED = [
    """
    CREATE OR REPLACE FUNCTION media_expose(number bigint) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM FROM media WHERE id = number FOR NO KEY UPDATE;
        UPDATE media m SET is_public = used.publicly, is_used = used.at_all FROM (
            SELECT EXISTS (
                SELECT FROM article_media u JOIN article a ON a.id = u.article_id
                WHERE u.media_id = number AND u.in_public AND a.status = 'PUBLISHED'
            ) AS publicly, EXISTS (
                SELECT FROM article_media u WHERE u.media_id = number
            ) AS at_all
        ) used WHERE m.id = number
            AND (m.is_public, m.is_used) IS DISTINCT FROM (used.publicly, used.at_all);
    END $$
    """,
    "UPDATE media m SET is_used = TRUE"
    " WHERE EXISTS (SELECT FROM article_media u WHERE u.media_id = m.id)",
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0026_source_dates")]

    operations = [
        ops.AddField(
            model_name="Media", name="is_used", field=fields.BooleanField(db_default=False)
        ),
        ops.AddIndex(
            model_name="Media", index=Index(fields=["is_used", "id"], name="media_used")
        ),
        ops.RunSQL([*LETTERS, *USED]),
    ]
