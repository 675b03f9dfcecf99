"""Articles' structured bodies, and every state an article was saved in.

An article that is there already becomes its own first revision. Of its body's markup blocks keep the
paragraphs; the HTML stays as it is until the next save.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.contrib.postgres.indexes import GinIndex
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import SqlDefault
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

BREAKS = r"</?(?:p|div|h[1-6]|li|blockquote|br|tr|figure)\M[^>]*>"
ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "''"), ("&nbsp;", " "), ("&amp;", "&"))


def plain(sql: str) -> str:
    """SQL of the text of a piece of HTML."""
    text = f"regexp_replace({sql}, '<[^>]*>', '', 'g')"
    for entity, letter in ENTITIES:
        text = f"replace({text}, '{entity}', '{letter}')"
    return f"btrim({text}, E' \\t\\n\\r')"


BODIES = f"""
    UPDATE article SET blocks = made.blocks, plain_text = made.plain_text
    FROM (
        SELECT id, string_agg(text, E'\\n\\n' ORDER BY place) AS plain_text,
            jsonb_agg(jsonb_build_object('type', 'paragraph', 'id', 'p' || place,
                'text', jsonb_build_array(jsonb_build_object('text', text))) ORDER BY place) AS blocks
        FROM (
            SELECT a.id, piece.place, {plain("piece.html")} AS text FROM article a,
                regexp_split_to_table(a.body, '{BREAKS}') WITH ORDINALITY AS piece (html, place)
        ) pieces WHERE text <> '' GROUP BY id
    ) made WHERE made.id = article.id
"""
FIRST = """
    INSERT INTO article_revision
        (article_id, number, content, body, plain_text, actor_id, actor, reason, created_at)
    SELECT id, 1, jsonb_build_object('title', title, 'subtitle', subtitle, 'summary', summary,
        'blocks', blocks, 'cover', cover, 'category', category, 'tags', tags, 'keywords', keywords,
        'language', language, 'source', source, 'source_url', source_url, 'credits', credits,
        'share_title', share_title, 'share_summary', share_summary, 'corrections', corrections),
        body, plain_text, '', 'system', '', created_at
    FROM article
"""
TELLING = [
    f"CREATE TRIGGER {table}_changed AFTER INSERT OR UPDATE OR DELETE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
    for table in ("article_revision", "revision_name")
]
APPEND_ONLY = (
    "CREATE TRIGGER article_revision_append_only BEFORE UPDATE OR DELETE OR TRUNCATE"
    " ON article_revision FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
)


class Migration(migrations.Migration):
    dependencies = [('domain', '0032_dumped_triggers')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ArticleRevision',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('article', fields.ForeignKeyField('domain.Article', source_field='article_id', db_constraint=True, to_field='id', related_name='revisions', on_delete=OnDelete.RESTRICT)),
                ('number', fields.IntField()),
                ('content', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('body', fields.TextField(unique=False)),
                ('plain_text', fields.TextField(unique=False)),
                ('actor_id', fields.CharField(default='', max_length=64)),
                ('actor', fields.CharField(max_length=200)),
                ('reason', fields.CharField(default='', max_length=500)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'article_revision', 'app': 'domain', 'constraints': [UniqueConstraint(fields=('article_id', 'number'), name='article_revision_number'), CheckConstraint(check='number > 0', name='article_revision_counted')], 'pk_attr': 'id', 'table_description': 'An article as it was saved once: all of it. The database refuses to alter one.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RevisionName',
            fields=[
                ('revision', fields.OneToOneField('domain.ArticleRevision', source_field='revision_id', primary_key=True, db_index=True, db_constraint=True, to_field='id', related_name='naming', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=100)),
                ('named_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'revision_name', 'app': 'domain', 'pk_attr': 'revision_id', 'table_description': 'What a revision is called by its editors; beside it, as it may be called otherwise.'},
            bases=['Model'],
        ),
        ops.AlterModelOptions(
            name='RevisionName',
            options={'table': 'revision_name', 'app': 'domain', 'pk_attr': 'revision_id', 'table_description': 'What a revision is called by its editors; beside it, as it may be called otherwise.'},
        ),
        ops.AlterModelOptions(
            name='Article',
            options={'table': 'article', 'app': 'domain', 'constraints': [UniqueConstraint(fields=('id', 'organization_id'), name='article_id_organization'), CheckConstraint(check="status IN ('DRAFT', 'PUBLISHED', 'WITHDRAWN')", name='article_status_known'), CheckConstraint(check="title <> ''", name='article_titled'), CheckConstraint(check="slug ~ '^[^[:space:]/?#]+$'", name='article_slugged'), CheckConstraint(check='listed_at = coalesce(published_at, created_at)', name='article_listed'), CheckConstraint(check="status = 'DRAFT' OR published_at IS NOT NULL", name='article_published'), CheckConstraint(check='public_number <= head_number', name='article_revised'), CheckConstraint(check="(status = 'PUBLISHED') = (public_number IS NOT NULL)", name='article_public')], 'indexes': [Index(fields=['listed_at', 'id'], name='article_listed'), Index(fields=['status', 'listed_at', 'id'], name='article_status'), Index(fields=['organization_id', 'listed_at', 'id'], name='article_organization'), Index(fields=['author_id', 'listed_at', 'id'], name='article_author'), Index(fields=['category', 'listed_at', 'id'], name='article_category'), GinIndex(fields=['tags'], name='article_tags')], 'pk_attr': 'id', 'table_description': 'One article: what of it is public or, where nothing is, its newest draft.'},
        ),
        ops.AddField(
            model_name='Article',
            name='blocks',
            field=fields.JSONField(default=list, db_default=SqlDefault("'[]'"), encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='Article',
            name='corrections',
            field=fields.JSONField(default=list, db_default=SqlDefault("'[]'"), encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='Article',
            name='cover',
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddField(
            model_name='Article',
            name='credits',
            field=fields.JSONField(default=list, db_default=SqlDefault("'[]'"), encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='Article',
            name='head_number',
            field=fields.IntField(default=1, db_default=1),
        ),
        ops.AddField(
            model_name='Article',
            name='keywords',
            field=ArrayField(default=list, db_default=SqlDefault("'{}'"), element_type='TEXT'),
        ),
        ops.AddField(
            model_name='Article',
            name='language',
            field=fields.CharField(default='zh-CN', db_default='zh-CN', max_length=35),
        ),
        ops.AddField(
            model_name='Article',
            name='plain_text',
            field=fields.TextField(default='', db_default='', unique=False),
        ),
        ops.AddField(
            model_name='Article',
            name='public_number',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Article',
            name='public_version',
            field=fields.IntField(default=1, db_default=1),
        ),
        ops.AddField(
            model_name='Article',
            name='share_summary',
            field=fields.CharField(default='', db_default='', max_length=1000),
        ),
        ops.AddField(
            model_name='Article',
            name='share_title',
            field=fields.CharField(default='', db_default='', max_length=300),
        ),
        ops.AddField(
            model_name='Article',
            name='source',
            field=fields.CharField(default='', db_default='', max_length=200),
        ),
        ops.AddField(
            model_name='Article',
            name='source_url',
            field=fields.CharField(default='', db_default='', max_length=2000),
        ),
        ops.AddField(
            model_name='Article',
            name='subtitle',
            field=fields.CharField(default='', db_default='', max_length=300),
        ),
        ops.RunSQL([
            "UPDATE article SET public_number = 1, public_version = version"
            " WHERE status = 'PUBLISHED'",
            BODIES,
            FIRST,
            *TELLING,
            APPEND_ONLY,
        ]),
        ops.AddConstraint(
            model_name='Article',
            constraint=CheckConstraint(check='public_number <= head_number', name='article_revised'),
        ),
        ops.AddConstraint(
            model_name='Article',
            constraint=CheckConstraint(check="(status = 'PUBLISHED') = (public_number IS NOT NULL)", name='article_public'),
        ),
        ops.AddConstraint(
            model_name='ArticleRevision',
            constraint=UniqueConstraint(fields=('article_id', 'number'), name='article_revision_number'),
        ),
        ops.AddConstraint(
            model_name='ArticleRevision',
            constraint=CheckConstraint(check='number > 0', name='article_revision_counted'),
        ),
    ]
