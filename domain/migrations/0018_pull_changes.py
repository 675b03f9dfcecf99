"""What stops or starts an account's pulls is told, so that shared reads of it end; each success
is not: it comes with every answer, and a reader may learn of it a second later."""

from tortoise import migrations
from tortoise.migrations import operations as ops

TOLD = "paused_until, failures, last_failure_at"
CHANGED = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in TOLD.split(", "))
TRIGGERS = [
    "CREATE TRIGGER account_pull_made AFTER INSERT OR DELETE ON account_pull"
    " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()",
    f"CREATE TRIGGER account_pull_changed AFTER UPDATE OF {TOLD} ON account_pull"
    f" FOR EACH ROW WHEN ({CHANGED}) EXECUTE FUNCTION tell_change()",
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0017_history")]

    operations = [ops.RunSQL(TRIGGERS)]
