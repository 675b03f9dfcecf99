"""What was taken from which source, so that it is taken once."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [("domain", "0041_review_checks")]

    operations = [
        ops.CreateModel(
            name='ArticleImport',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('source', fields.CharField(max_length=300)),
                ('source_id', fields.CharField(max_length=1000)),
                ('article', fields.ForeignKeyField('domain.Article', source_field='article_id', db_constraint=True, to_field='id', related_name='imports', on_delete=OnDelete.CASCADE)),
                ('sha256', fields.CharField(max_length=64)),
                ('imported_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'article_import', 'app': 'domain', 'constraints': [UniqueConstraint(fields=('source', 'source_id'), name='article_import_once'), CheckConstraint(check="source <> '' AND source_id <> ''", name='article_import_named')], 'pk_attr': 'id', 'table_description': "An article that came from elsewhere. source: what the importer calls it, e.g. a feed's"},
            bases=['Model'],
        ),
        ops.AddConstraint(model_name='ArticleImport', constraint=UniqueConstraint(fields=('source', 'source_id'), name='article_import_once')),
        ops.AddConstraint(model_name='ArticleImport', constraint=CheckConstraint(check="source <> '' AND source_id <> ''", name='article_import_named')),
        ops.RunSQL("CREATE INDEX article_import_article ON article_import (article_id)"),
    ]
