"""Links by which somebody without an account reads one revision of an article."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('domain', '0022_narrowed_lists')]

    initial = False

    operations = [
        ops.CreateModel(
            name='PreviewLink',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('article', fields.ForeignKeyField('domain.Article', source_field='article_id', db_constraint=True, to_field='id', related_name='preview_links', on_delete=OnDelete.RESTRICT)),
                ('revision', fields.IntField()),
                ('recipient', fields.CharField(max_length=100)),
                ('sha256', fields.BinaryField()),
                ('maker_id', fields.CharField(default='', max_length=64)),
                ('maker', fields.CharField(max_length=200)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('revoked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('revoked_by', fields.CharField(default='', max_length=200)),
                ('uses', fields.IntField(default=0)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'preview_link', 'app': 'domain', 'constraints': [UniqueConstraint(fields=('sha256',), name='preview_link_known'), CheckConstraint(check='octet_length(sha256) = 32', name='preview_link_hashed'), CheckConstraint(check='expires_at > created_at', name='preview_link_period'), CheckConstraint(check="(revoked_at IS NULL) = (revoked_by = '')", name='preview_link_revoked'), CheckConstraint(check='(uses = 0) = (used_at IS NULL)', name='preview_link_used')], 'indexes': [Index(fields=['article_id', 'id'], name='preview_link_article')], 'pk_attr': 'id', 'table_description': 'A link that shows one revision of an article to whoever has it.'},
            bases=['Model'],
        ),
        ops.AddConstraint(model_name='PreviewLink', constraint=UniqueConstraint(fields=('sha256',), name='preview_link_known')),
        ops.AddConstraint(model_name='PreviewLink', constraint=CheckConstraint(check='octet_length(sha256) = 32', name='preview_link_hashed')),
        ops.AddConstraint(model_name='PreviewLink', constraint=CheckConstraint(check='expires_at > created_at', name='preview_link_period')),
        ops.AddConstraint(model_name='PreviewLink', constraint=CheckConstraint(check="(revoked_at IS NULL) = (revoked_by = '')", name='preview_link_revoked')),
        ops.AddConstraint(model_name='PreviewLink', constraint=CheckConstraint(check='(uses = 0) = (used_at IS NULL)', name='preview_link_used')),
    ]
