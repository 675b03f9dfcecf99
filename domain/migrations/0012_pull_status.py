"""What the workers remember of each post's movement, of each account's failures and allowance."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

ACCOUNT_FIELDS = {
    "last_failure_kind": fields.CharField(max_length=16, db_default=""),
    "retired_revision": fields.IntField(null=True),
    "budget_scope": fields.CharField(max_length=200, db_default=""),
    "budget_units": fields.IntField(null=True),
    "budget_starts_at": fields.DatetimeField(null=True),
    "budget_ends_at": fields.DatetimeField(null=True),
}


class Migration(migrations.Migration):
    dependencies = [("domain", "0011_observation_months")]

    operations = [
        ops.AddField(model_name="PostPull", name="last_sum", field=fields.BigIntField(null=True)),
        ops.AddField(model_name="PostPull", name="quiet", field=fields.IntField(db_default=0)),
        ops.AddField(model_name="PostPull", name="deferrals", field=fields.IntField(db_default=0)),
        ops.AddConstraint(
            model_name="PostPull",
            constraint=CheckConstraint(check="deferrals >= 0", name="post_pull_deferrals"),
        ),
        ops.AlterModelOptions(
            name="PostPull",
            options={
                "table": "post_pull",
                "app": "domain",
                "constraints": [
                    CheckConstraint(check="missed >= 0", name="post_pull_missed"),
                    CheckConstraint(check="deferrals >= 0", name="post_pull_deferrals"),
                ],
                "indexes": [
                    Index(fields=["account_id", "next_at"], name="post_pull_account"),
                    Index(fields=["next_at"], name="post_pull_due"),
                ],
                "pk_attr": "post_id",
                "table_description": "When a post is asked about next, should its platform have an"
                " adapter.",
            },
        ),
        *(
            ops.AddField(model_name="AccountPull", name=name, field=field)
            for name, field in ACCOUNT_FIELDS.items()
        ),
    ]
