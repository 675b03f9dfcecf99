"""Who edits an article just now; what changes of it is told, as some follow it."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('domain', '0042_article_imports'), ('domain', '0043_search_kin')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ArticleEditing',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('article', fields.ForeignKeyField('domain.Article', source_field='article_id', db_constraint=True, to_field='id', related_name='editing', on_delete=OnDelete.CASCADE)),
                ('actor_id', fields.CharField(max_length=64)),
                ('actor', fields.CharField(max_length=200)),
                ('block', fields.CharField(default='', max_length=40)),
                ('since', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('seen_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'article_editing', 'app': 'domain', 'constraints': [UniqueConstraint(fields=('article_id', 'actor_id'), name='article_editing_once')], 'indexes': [Index(fields=['seen_at'], name='article_editing_seen')], 'pk_attr': 'id', 'table_description': 'That somebody edits an article. seen_at: when they last said so. block: where in it.'},
            bases=['Model'],
        ),
        ops.AddConstraint(
            model_name='ArticleEditing',
            constraint=UniqueConstraint(fields=('article_id', 'actor_id'), name='article_editing_once'),
        ),
        ops.RunSQL(
            "CREATE TRIGGER article_editing_changed AFTER INSERT OR UPDATE OR DELETE ON article_editing"
            " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
        ),
    ]
