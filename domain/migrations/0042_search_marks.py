"""What is shown of a text that was found: a piece of it, safe as HTML, the words marked."""

from tortoise import migrations
from tortoise.migrations import operations as ops

MARKED = r"""
    CREATE FUNCTION search_marked(body text, pattern text, width integer) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
    DECLARE
        clean text := translate(body, E'\x01\x02', '');
        found integer := regexp_instr(clean, pattern, 1, 1, 0, 'i');
        start integer := greatest(1, found - width / 4);
        piece text;
    BEGIN
        IF found = 0 THEN
            RETURN NULL;
        END IF;
        piece := substr(clean, start, width);
        piece := regexp_replace(piece, '(' || pattern || ')', E'\x01\\1\x02', 'gi');
        piece := replace(replace(replace(piece, '&', '&amp;'), '<', '&lt;'), '>', '&gt;');
        piece := replace(replace(piece, '"', '&quot;'), '''', '&#39;');
        piece := replace(replace(piece, E'\x01', '<mark>'), E'\x02', '</mark>');
        RETURN CASE WHEN start > 1 THEN '…' ELSE '' END || piece
            || CASE WHEN start + width <= length(clean) THEN '…' ELSE '' END;
    END $$
"""
"""The signs that stand for the marks until everything else is escaped stand in no text of ours."""


class Migration(migrations.Migration):
    dependencies = [("domain", "0041_review_checks")]

    operations = [ops.RunSQL(MARKED)]
