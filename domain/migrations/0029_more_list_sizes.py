"""How many posts count for each organization, how many messages went to each endpoint, and how many
teams serve each organization."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from domain.list_sizes import Counted, counted_anew, function, triggers

LISTS = {
    "account": Counted(("partner_id",), "TRUE"),
    "article": Counted(("organization_id", "author_id"), "r.status = 'PUBLISHED'"),
    "campaign": Counted(("organization_id",), "TRUE"),
    "delivery": Counted(("partner_id",), "FALSE"),
    "organization": Counted(("parent_id",), "TRUE"),
    "partner": Counted(("organization_id",), "TRUE"),
    "person": Counted((), "TRUE"),
    "post": Counted(("account_id", "article_id", "campaign_id", "organization_id"), "r.public"),
    "team": Counted(("parent_id", "organization_id"), "TRUE"),
    "webhook_message": Counted(("endpoint_id",), "FALSE"),
}


def _again(table: str) -> str:
    return function(table, LISTS[table]).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


AUDIT = "SELECT 'audit_entry', 0, count(*)::integer, 0 FROM audit_entry HAVING count(*) > 0"
"""The trail, whose entries are only ever added, has a trigger of its own."""

STATEMENTS = [
    f"CREATE OR REPLACE VIEW list_size_counted AS {counted_anew(LISTS)} UNION ALL {AUDIT}",
    _again("post"),
    _again("team"),
    *triggers("webhook_message", LISTS["webhook_message"]),
    "TRUNCATE list_size",
    "INSERT INTO list_size SELECT * FROM list_size_counted",
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0028_narrowed_lists")]

    operations = [ops.RunSQL(STATEMENTS)]
