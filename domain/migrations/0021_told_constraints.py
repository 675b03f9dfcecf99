"""What the models of pushes and webhooks say of their rows, said to the database too.

A constraint that stands only among a CreateModel's options is not made: it needs a statement of its
own. `tests/test_constraints.py` holds the models against the database.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

UNIQUE = (
    ("remembered_push", "remembered_push_known", "partner_id, webhook_id"),
    ("webhook_crossing", "webhook_crossing_once", "endpoint_id, subject_id"),
)
CHECKS = (
    ("restatement", "restatement_reasoned", "reason <> ''"),
    ("webhook_endpoint", "webhook_endpoint_told", "cardinality(events) > 0"),
    (
        "webhook_endpoint",
        "webhook_endpoint_threshold",
        "('ENGAGEMENT_THRESHOLD' = ANY(events)) = (threshold_value IS NOT NULL)"
        " AND num_nulls(threshold_kind, threshold_metric, threshold_value) IN (0, 3)",
    ),
    (
        "webhook_message",
        "webhook_message_state_known",
        "state IN ('PENDING', 'DELIVERED', 'DEAD')",
    ),
    (
        "webhook_message",
        "webhook_message_event_type_known",
        "event_type IN ('ARTICLE_PUBLISHED', 'ENGAGEMENT_THRESHOLD', 'DELIVERY_REJECTED')",
    ),
)

STATEMENTS = [
    *(f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE ({columns})" for table, name, columns in UNIQUE),
    *(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({check})" for table, name, check in CHECKS),
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0020_inflation")]

    operations = [ops.RunSQL(STATEMENTS)]
