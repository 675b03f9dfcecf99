from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from domain.access import Role
from domain.articles.rules import ArticleStatus
from domain.engagement.rules import Bound, Finality, Metric, Source, ValueKind
from domain.fields import LtreeField
from domain.organizations.rules import OrganizationKind
from domain.partners.rules import PartnerKind, Platform
from domain.posts.rules import PostState
from domain.teams.rules import TeamKind
from json import dumps, loads
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.contrib.postgres.indexes import GinIndex, GistIndex
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.RunSQL('CREATE EXTENSION IF NOT EXISTS ltree'),
        ops.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('actor', fields.CharField(max_length=200)),
                ('action', fields.CharField(max_length=100)),
                ('subject', fields.CharField(max_length=100)),
                ('before', fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('after', fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('request_id', fields.CharField(default='', max_length=64)),
            ],
            options={'table': 'audit_entry', 'app': 'domain', 'indexes': [Index(fields=['subject', 'id'], name='audit_entry_subject')], 'pk_attr': 'id', 'table_description': 'One action: who did what to which row, and what changed. The database refuses to alter it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Budget',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('scope', fields.CharField(max_length=200)),
                ('window_starts_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used', fields.IntField(default=0)),
            ],
            options={'table': 'pull_budget', 'app': 'domain', 'unique_together': (('scope', 'window_starts_at'),), 'pk_attr': 'id', 'table_description': "Calls used of a platform's allowance in one window; survives restarts."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Organization',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('parent', fields.ForeignKeyField('domain.Organization', source_field='parent_id', null=True, db_constraint=True, to_field='id', related_name='children', on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharEnumField(description='CENTRE: CENTRE\nBRANCH: BRANCH\nPOINT: POINT\nBASE: BASE\nMEDIA_CENTRE: MEDIA_CENTRE\nAGENCY: AGENCY', enum_type=OrganizationKind, max_length=16)),
                ('name', fields.CharField(max_length=200)),
                ('path', LtreeField(default='')),
                ('version', fields.IntField(default=1)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'organization', 'app': 'domain', 'indexes': [GistIndex(fields=['path'], name='organization_path'), Index(fields=['parent_id', 'id'], name='organization_parent'), Index(fields=['kind', 'id'], name='organization_kind'), Index(fields=['name', 'id'], name='organization_name')], 'pk_attr': 'id', 'table_description': 'A node: centre, branch, point, base, media centre or agency. Everybody may see it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Campaign',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('title', fields.CharField(max_length=300)),
                ('summary', fields.CharField(default='', max_length=1000)),
                ('organization', fields.ForeignKeyField('domain.Organization', source_field='organization_id', db_constraint=True, to_field='id', related_name='campaigns', on_delete=OnDelete.RESTRICT)),
                ('starts_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ends_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('goal_reads', fields.BigIntField(null=True)),
                ('version', fields.IntField(default=1)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'campaign', 'app': 'domain', 'indexes': [Index(fields=['starts_at', 'id'], name='campaign_starts'), Index(fields=['organization_id', 'starts_at', 'id'], name='campaign_organization')], 'pk_attr': 'id', 'table_description': 'A campaign: for a period, by an organization, towards a goal.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Partner',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('kind', fields.CharEnumField(description='BLOGGER: BLOGGER\nSELF_MEDIA: SELF_MEDIA\nGOVERNMENT_MEDIA: GOVERNMENT_MEDIA\nMEDIA_CENTRE: MEDIA_CENTRE', enum_type=PartnerKind, max_length=20)),
                ('name', fields.CharField(max_length=200)),
                ('organization', fields.ForeignKeyField('domain.Organization', source_field='organization_id', db_constraint=True, to_field='id', related_name='partners', on_delete=OnDelete.RESTRICT)),
                ('version', fields.IntField(default=1)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'partner', 'app': 'domain', 'indexes': [Index(fields=['name', 'id'], name='partner_name'), Index(fields=['kind', 'id'], name='partner_kind'), Index(fields=['organization_id', 'id'], name='partner_organization')], 'pk_attr': 'id', 'table_description': 'A person or body that carries content.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Account',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('partner', fields.ForeignKeyField('domain.Partner', source_field='partner_id', db_constraint=True, to_field='id', related_name='accounts', on_delete=OnDelete.RESTRICT)),
                ('platform', fields.CharEnumField(description='WECHAT: WECHAT\nWEIBO: WEIBO\nBILIBILI: BILIBILI\nDOUYIN: DOUYIN\nKUAISHOU: KUAISHOU\nTOUTIAO: TOUTIAO\nZHIHU: ZHIHU\nMASTODON: MASTODON\nYOUTUBE: YOUTUBE\nPLAUSIBLE: PLAUSIBLE\nWORDPRESS: WORDPRESS\nOTHER: OTHER', enum_type=Platform, max_length=16)),
                ('external_id', fields.CharField(max_length=200)),
                ('handle', fields.CharField(max_length=200)),
                ('base_url', fields.CharField(default='', max_length=300)),
                ('credential', fields.BinaryField(null=True)),
                ('options', fields.JSONField(default=dict, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('version', fields.IntField(default=1)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'account', 'app': 'domain', 'indexes': [Index(fields=['partner_id', 'id'], name='account_partner'), Index(fields=['platform', 'id'], name='account_platform')], 'pk_attr': 'id', 'table_description': "A partner's account on a platform."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AccountPull',
            fields=[
                ('account', fields.OneToOneField('domain.Account', source_field='account_id', primary_key=True, db_index=True, db_constraint=True, to_field='id', related_name='pull', on_delete=OnDelete.CASCADE)),
                ('failures', fields.IntField(default=0)),
                ('paused_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('last_success_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('last_failure_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('last_failure', fields.CharField(default='', max_length=300)),
            ],
            options={'table': 'account_pull', 'app': 'domain', 'pk_attr': 'account_id', 'table_description': "How an account's pulls are going: the circuit breaker's memory."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Delivery',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('partner', fields.ForeignKeyField('domain.Partner', source_field='partner_id', db_constraint=True, to_field='id', related_name='deliveries', on_delete=OnDelete.CASCADE)),
                ('webhook_id', fields.CharField(max_length=200)),
                ('payload_sha256', fields.BinaryField()),
                ('answer', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('received_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'delivery', 'app': 'domain', 'indexes': [Index(fields=['partner_id', 'received_at', 'id'], name='delivery_partner')], 'pk_attr': 'id', 'table_description': "One accepted push. `webhook_id` is the sender's idempotency key."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Person',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('organization', fields.ForeignKeyField('domain.Organization', source_field='organization_id', db_constraint=True, to_field='id', related_name='people', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=100)),
                ('version', fields.IntField(default=1)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'person', 'app': 'domain', 'indexes': [Index(fields=['organization_id', 'id'], name='person_organization')], 'pk_attr': 'id', 'table_description': 'A person by the name under which they are credited.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Article',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('slug', fields.CharField(unique=True, max_length=200)),
                ('title', fields.CharField(max_length=300)),
                ('summary', fields.CharField(default='', max_length=1000)),
                ('body', fields.TextField(default='', unique=False)),
                ('category', fields.CharField(default='', max_length=64)),
                ('tags', ArrayField(default=list, element_type='TEXT')),
                ('status', fields.CharEnumField(default=ArticleStatus.DRAFT, description='DRAFT: DRAFT\nPUBLISHED: PUBLISHED\nWITHDRAWN: WITHDRAWN', enum_type=ArticleStatus, max_length=16)),
                ('author', fields.ForeignKeyField('domain.Person', source_field='author_id', db_constraint=True, to_field='id', related_name='articles', on_delete=OnDelete.RESTRICT)),
                ('organization', fields.ForeignKeyField('domain.Organization', source_field='organization_id', db_constraint=True, to_field='id', related_name='articles', on_delete=OnDelete.RESTRICT)),
                ('published_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('listed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'article', 'app': 'domain', 'indexes': [Index(fields=['listed_at', 'id'], name='article_listed'), Index(fields=['status', 'listed_at', 'id'], name='article_status'), Index(fields=['organization_id', 'listed_at', 'id'], name='article_organization'), Index(fields=['author_id', 'listed_at', 'id'], name='article_author'), Index(fields=['category', 'listed_at', 'id'], name='article_category'), GinIndex(fields=['tags'], name='article_tags')], 'pk_attr': 'id', 'table_description': 'One article.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Post',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('domain.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='posts', on_delete=OnDelete.RESTRICT)),
                ('external_id', fields.CharField(max_length=200)),
                ('url', fields.CharField(default='', max_length=1000)),
                ('title', fields.CharField(default='', max_length=300)),
                ('article', fields.ForeignKeyField('domain.Article', source_field='article_id', null=True, db_constraint=True, to_field='id', related_name='posts', on_delete=OnDelete.RESTRICT)),
                ('campaign', fields.ForeignKeyField('domain.Campaign', source_field='campaign_id', null=True, db_constraint=True, to_field='id', related_name='posts', on_delete=OnDelete.RESTRICT)),
                ('organization', fields.ForeignKeyField('domain.Organization', source_field='organization_id', db_constraint=True, to_field='id', related_name='posts', on_delete=OnDelete.RESTRICT)),
                ('state', fields.CharEnumField(default=PostState.LIVE, description='LIVE: LIVE\nGONE: GONE', enum_type=PostState, max_length=8)),
                ('posted_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'post', 'app': 'domain', 'indexes': [Index(fields=['posted_at', 'id'], name='post_posted'), Index(fields=['account_id', 'posted_at', 'id'], name='post_account'), Index(fields=['article_id', 'posted_at', 'id'], name='post_article'), Index(fields=['campaign_id', 'posted_at', 'id'], name='post_campaign'), Index(fields=['organization_id', 'posted_at', 'id'], name='post_organization')], 'pk_attr': 'id', 'table_description': 'One piece of content on one account.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PostPull',
            fields=[
                ('post', fields.OneToOneField('domain.Post', source_field='post_id', primary_key=True, db_index=True, db_constraint=True, to_field='id', related_name='pull', on_delete=OnDelete.CASCADE)),
                ('account', fields.ForeignKeyField('domain.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='post_pulls', on_delete=OnDelete.CASCADE)),
                ('next_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('last_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('missed', fields.IntField(default=0)),
            ],
            options={'table': 'post_pull', 'app': 'domain', 'indexes': [Index(fields=['account_id', 'next_at'], name='post_pull_account'), Index(fields=['next_at'], name='post_pull_due')], 'pk_attr': 'post_id', 'table_description': 'When a post is asked about next. A post without a row here is never pulled.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RawBody',
            fields=[
                ('sha256', fields.BinaryField()),
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('body', fields.BinaryField()),
            ],
            options={'table': 'raw_body', 'app': 'domain', 'pk_attr': 'id', 'table_description': 'The bytes of an answer, once, however often it was given.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RawAnswer',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('domain.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='raw_answers', on_delete=OnDelete.CASCADE)),
                ('platform', fields.CharEnumField(description='WECHAT: WECHAT\nWEIBO: WEIBO\nBILIBILI: BILIBILI\nDOUYIN: DOUYIN\nKUAISHOU: KUAISHOU\nTOUTIAO: TOUTIAO\nZHIHU: ZHIHU\nMASTODON: MASTODON\nYOUTUBE: YOUTUBE\nPLAUSIBLE: PLAUSIBLE\nWORDPRESS: WORDPRESS\nOTHER: OTHER', enum_type=Platform, max_length=16)),
                ('request', fields.TextField(unique=False)),
                ('status', fields.IntField()),
                ('body', fields.ForeignKeyField('domain.RawBody', source_field='body_id', db_constraint=True, to_field='id', related_name='answers', on_delete=OnDelete.RESTRICT)),
                ('received_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'raw_answer', 'app': 'domain', 'indexes': [Index(fields=['account_id', 'received_at'], name='raw_answer_account')], 'pk_attr': 'id', 'table_description': 'One answer of a platform, kept for audit. `request` shows no credential.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Observation',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('post', fields.ForeignKeyField('domain.Post', source_field='post_id', db_constraint=True, to_field='id', related_name='observations', on_delete=OnDelete.RESTRICT)),
                ('metric', fields.CharEnumField(description='READS: READS\nLIKES: LIKES\nCOMMENTS: COMMENTS\nSHARES: SHARES', enum_type=Metric, max_length=16)),
                ('value', fields.BigIntField()),
                ('value_kind', fields.CharEnumField(description='CUMULATIVE: CUMULATIVE\nINTERVAL: INTERVAL', enum_type=ValueKind, max_length=16)),
                ('observed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('period_starts_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('period_ends_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('bound', fields.CharEnumField(default=Bound.EXACT, description='EXACT: EXACT\nAT_LEAST: AT_LEAST', enum_type=Bound, max_length=16)),
                ('finality', fields.CharEnumField(default=Finality.FINAL, description='PROVISIONAL: PROVISIONAL\nFINAL: FINAL', enum_type=Finality, max_length=16)),
                ('definition', fields.CharField(max_length=100)),
                ('source', fields.CharEnumField(description='PULL: PULL\nPUSH: PUSH\nCSV: CSV\nMANUAL: MANUAL', enum_type=Source, max_length=16)),
                ('raw_answer', fields.ForeignKeyField('domain.RawAnswer', source_field='raw_answer_id', null=True, db_constraint=True, to_field='id', related_name='observations', on_delete=OnDelete.RESTRICT)),
                ('delivery', fields.ForeignKeyField('domain.Delivery', source_field='delivery_id', null=True, db_constraint=True, to_field='id', related_name='observations', on_delete=OnDelete.RESTRICT)),
                ('recorded_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'observation', 'app': 'domain', 'pk_attr': 'id', 'table_description': 'One counter value as a source reported it. The database refuses to alter or delete it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SigningSecret',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('partner', fields.ForeignKeyField('domain.Partner', source_field='partner_id', db_constraint=True, to_field='id', related_name='secrets', on_delete=OnDelete.CASCADE)),
                ('secret', fields.BinaryField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'signing_secret', 'app': 'domain', 'indexes': [Index(fields=['partner_id', 'id'], name='signing_secret_partner')], 'pk_attr': 'id', 'table_description': 'A secret a partner signs its pushes with; several hold at once while one replaces another.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Team',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('parent', fields.ForeignKeyField('domain.Team', source_field='parent_id', null=True, db_constraint=True, to_field='id', related_name='children', on_delete=OnDelete.RESTRICT)),
                ('organization', fields.ForeignKeyField('domain.Organization', source_field='organization_id', null=True, db_constraint=True, to_field='id', related_name='teams', on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharEnumField(description='CORPS: CORPS\nDETACHMENT: DETACHMENT\nSQUADRON: SQUADRON\nSQUAD: SQUAD\nGROUP: GROUP\nLECTURE_GROUP: LECTURE_GROUP', enum_type=TeamKind, max_length=16)),
                ('name', fields.CharField(max_length=200)),
                ('path', LtreeField(default='')),
                ('version', fields.IntField(default=1)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'team', 'app': 'domain', 'indexes': [GistIndex(fields=['path'], name='team_path'), Index(fields=['parent_id', 'id'], name='team_parent'), Index(fields=['kind', 'id'], name='team_kind'), Index(fields=['organization_id', 'id'], name='team_organization')], 'pk_attr': 'id', 'table_description': 'A node of the corps (总队, 支队, 中队, 小队, group, lecture group). Everybody may see it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Token',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('name', fields.CharField(max_length=100)),
                ('role', fields.CharEnumField(description='ANONYMOUS: ANONYMOUS\nADMINISTRATOR: ADMINISTRATOR', enum_type=Role, max_length=16)),
                ('sha256', fields.BinaryField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('revoked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'token', 'app': 'domain', 'pk_attr': 'id', 'table_description': 'A bearer token. Only its SHA-256 is kept; the token itself is shown once.'},
            bases=['Model'],
        ),
    ]
