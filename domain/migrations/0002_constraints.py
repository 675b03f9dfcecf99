from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('domain', '0001_initial')]

    initial = False

    operations = [
        ops.AddConstraint(
            model_name='Account',
            constraint=UniqueConstraint(fields=('platform', 'base_url', 'external_id'), name='account_known'),
        ),
        ops.AddConstraint(
            model_name='Account',
            constraint=CheckConstraint(check="platform IN ('WECHAT', 'WEIBO', 'BILIBILI', 'DOUYIN', 'KUAISHOU', 'TOUTIAO', 'ZHIHU', 'MASTODON', 'YOUTUBE', 'PLAUSIBLE', 'WORDPRESS', 'OTHER')", name='account_platform_known'),
        ),
        ops.AddConstraint(
            model_name='Account',
            constraint=CheckConstraint(check="external_id <> '' AND handle <> ''", name='account_identified'),
        ),
        ops.AlterModelOptions(
            name='AccountPull',
            options={'table': 'account_pull', 'app': 'domain', 'constraints': [CheckConstraint(check='failures >= 0', name='account_pull_failures')], 'pk_attr': 'account_id', 'table_description': "How an account's pulls are going: the circuit breaker's memory."},
        ),
        ops.AddConstraint(
            model_name='AccountPull',
            constraint=CheckConstraint(check='failures >= 0', name='account_pull_failures'),
        ),
        ops.AddConstraint(
            model_name='Article',
            constraint=UniqueConstraint(fields=('id', 'organization_id'), name='article_id_organization'),
        ),
        ops.AddConstraint(
            model_name='Article',
            constraint=CheckConstraint(check="status IN ('DRAFT', 'PUBLISHED', 'WITHDRAWN')", name='article_status_known'),
        ),
        ops.AddConstraint(
            model_name='Article',
            constraint=CheckConstraint(check="title <> ''", name='article_titled'),
        ),
        ops.AddConstraint(
            model_name='Article',
            constraint=CheckConstraint(check="slug ~ '^[^[:space:]/?#]+$'", name='article_slugged'),
        ),
        ops.AddConstraint(
            model_name='Article',
            constraint=CheckConstraint(check='listed_at = coalesce(published_at, created_at)', name='article_listed'),
        ),
        ops.AddConstraint(
            model_name='Article',
            constraint=CheckConstraint(check="status = 'DRAFT' OR published_at IS NOT NULL", name='article_published'),
        ),
        ops.AddConstraint(
            model_name='Budget',
            constraint=CheckConstraint(check='used >= 0', name='pull_budget_used'),
        ),
        ops.AddConstraint(
            model_name='Campaign',
            constraint=CheckConstraint(check="title <> ''", name='campaign_titled'),
        ),
        ops.AddConstraint(
            model_name='Campaign',
            constraint=CheckConstraint(check='ends_at > starts_at', name='campaign_period'),
        ),
        ops.AddConstraint(
            model_name='Campaign',
            constraint=CheckConstraint(check='goal_reads > 0', name='campaign_goal'),
        ),
        ops.AddConstraint(
            model_name='Delivery',
            constraint=UniqueConstraint(fields=('partner_id', 'webhook_id'), name='delivery_known'),
        ),
        ops.AddConstraint(
            model_name='Delivery',
            constraint=CheckConstraint(check="webhook_id <> ''", name='delivery_identified'),
        ),
        ops.AddConstraint(
            model_name='Delivery',
            constraint=CheckConstraint(check='octet_length(payload_sha256) = 32', name='delivery_hashed'),
        ),
        ops.AddConstraint(
            model_name='Observation',
            constraint=CheckConstraint(check="metric IN ('READS', 'LIKES', 'COMMENTS', 'SHARES')", name='observation_metric_known'),
        ),
        ops.AddConstraint(
            model_name='Observation',
            constraint=CheckConstraint(check="value_kind IN ('CUMULATIVE', 'INTERVAL')", name='observation_value_kind_known'),
        ),
        ops.AddConstraint(
            model_name='Observation',
            constraint=CheckConstraint(check="bound IN ('EXACT', 'AT_LEAST')", name='observation_bound_known'),
        ),
        ops.AddConstraint(
            model_name='Observation',
            constraint=CheckConstraint(check="finality IN ('PROVISIONAL', 'FINAL')", name='observation_finality_known'),
        ),
        ops.AddConstraint(
            model_name='Observation',
            constraint=CheckConstraint(check="source IN ('PULL', 'PUSH', 'CSV', 'MANUAL')", name='observation_source_known'),
        ),
        ops.AddConstraint(
            model_name='Observation',
            constraint=CheckConstraint(check='value BETWEEN 0 AND 10000000000000', name='observation_value'),
        ),
        ops.AddConstraint(
            model_name='Observation',
            constraint=CheckConstraint(check="CASE value_kind WHEN 'INTERVAL' THEN coalesce(period_ends_at > period_starts_at, FALSE) ELSE period_starts_at IS NULL AND period_ends_at IS NULL END", name='observation_period'),
        ),
        ops.AddConstraint(
            model_name='Organization',
            constraint=CheckConstraint(check="kind IN ('CENTRE', 'BRANCH', 'POINT', 'BASE', 'MEDIA_CENTRE', 'AGENCY')", name='organization_kind_known'),
        ),
        ops.AddConstraint(
            model_name='Organization',
            constraint=CheckConstraint(check="name <> ''", name='organization_named'),
        ),
        ops.AddConstraint(
            model_name='Partner',
            constraint=CheckConstraint(check="kind IN ('BLOGGER', 'SELF_MEDIA', 'GOVERNMENT_MEDIA', 'MEDIA_CENTRE')", name='partner_kind_known'),
        ),
        ops.AddConstraint(
            model_name='Partner',
            constraint=CheckConstraint(check="name <> ''", name='partner_named'),
        ),
        ops.AddConstraint(
            model_name='Person',
            constraint=CheckConstraint(check="name <> ''", name='person_named'),
        ),
        ops.AddConstraint(
            model_name='Post',
            constraint=UniqueConstraint(fields=('account_id', 'external_id'), name='post_known'),
        ),
        ops.AddConstraint(
            model_name='Post',
            constraint=CheckConstraint(check="state IN ('LIVE', 'GONE')", name='post_state_known'),
        ),
        ops.AddConstraint(
            model_name='Post',
            constraint=CheckConstraint(check="external_id <> ''", name='post_identified'),
        ),
        ops.AlterModelOptions(
            name='PostPull',
            options={'table': 'post_pull', 'app': 'domain', 'constraints': [CheckConstraint(check='missed >= 0', name='post_pull_missed')], 'indexes': [Index(fields=['account_id', 'next_at'], name='post_pull_account'), Index(fields=['next_at'], name='post_pull_due')], 'pk_attr': 'post_id', 'table_description': 'When a post is asked about next. A post without a row here is never pulled.'},
        ),
        ops.AddConstraint(
            model_name='PostPull',
            constraint=CheckConstraint(check='missed >= 0', name='post_pull_missed'),
        ),
        ops.AddConstraint(
            model_name='RawAnswer',
            constraint=CheckConstraint(check="platform IN ('WECHAT', 'WEIBO', 'BILIBILI', 'DOUYIN', 'KUAISHOU', 'TOUTIAO', 'ZHIHU', 'MASTODON', 'YOUTUBE', 'PLAUSIBLE', 'WORDPRESS', 'OTHER')", name='raw_answer_platform_known'),
        ),
        ops.AddConstraint(
            model_name='RawBody',
            constraint=CheckConstraint(check='octet_length(sha256) = 32', name='raw_body_hashed'),
        ),
        ops.AddConstraint(
            model_name='Team',
            constraint=CheckConstraint(check="kind IN ('CORPS', 'DETACHMENT', 'SQUADRON', 'SQUAD', 'GROUP', 'LECTURE_GROUP')", name='team_kind_known'),
        ),
        ops.AddConstraint(
            model_name='Team',
            constraint=CheckConstraint(check="name <> ''", name='team_named'),
        ),
        ops.AddConstraint(
            model_name='Token',
            constraint=CheckConstraint(check="role IN ('ANONYMOUS', 'ADMINISTRATOR')", name='token_role_known'),
        ),
        ops.AddConstraint(
            model_name='Token',
            constraint=CheckConstraint(check="name <> ''", name='token_named'),
        ),
        ops.AddConstraint(
            model_name='Token',
            constraint=CheckConstraint(check='octet_length(sha256) = 32', name='token_hashed'),
        ),
    ]
