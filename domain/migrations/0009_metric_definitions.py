"""What the platforms count, as a table; the files of domain/engagement/definitions fill it."""

from domain.engagement.rules import Basis, Metric, Population
from domain.partners.rules import Platform
from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint


def one_of(column, values):
    names = ", ".join(f"'{value}'" for value in values)
    return ops.AddConstraint(
        model_name="MetricDefinition",
        constraint=CheckConstraint(
            check=f"{column} IN ({names})", name=f"metric_definition_{column}_known"
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("domain", "0008_notifications")]

    operations = [
        ops.CreateModel(
            name="MetricDefinition",
            fields=[
                ("code", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=100)),
                ("platform", fields.CharEnumField(enum_type=Platform, max_length=16)),
                ("metric", fields.CharEnumField(enum_type=Metric, max_length=16)),
                ("population", fields.CharEnumField(enum_type=Population, max_length=16)),
                ("basis", fields.CharEnumField(enum_type=Basis, max_length=16)),
                ("counts", fields.TextField()),
                ("source", fields.TextField()),
                ("valid_from", fields.DateField(null=True)),
                ("valid_until", fields.DateField(null=True)),
                ("by_name_only", fields.BooleanField()),
                ("counts_reposts", fields.BooleanField()),
                ("rounds_to", fields.BigIntField(null=True)),
                ("notes", fields.TextField()),
            ],
            options={
                "table": "metric_definition",
                "app": "domain",
                "pk_attr": "code",
                "table_description": "What a platform counts under one metric: domain/engagement/definitions, as a table.",
            },
            bases=["Model"],
        ),
        one_of("platform", ["WECHAT", "WEIBO", "BILIBILI", "DOUYIN", "KUAISHOU", "TOUTIAO", "ZHIHU", "MASTODON", "YOUTUBE", "PLAUSIBLE", "WORDPRESS", "OTHER"]),
        one_of("metric", ["READS", "LIKES", "COMMENTS", "SHARES"]),
        one_of("population", ["COUNT", "PEOPLE", "IMPRESSIONS"]),
        one_of("basis", ["EVENT_DATE", "PUBLISH_DATE"]),
    ]
