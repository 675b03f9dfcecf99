from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

class Migration(migrations.Migration):
    dependencies = [('domain', '0023_previews')]

    initial = False

    operations = [
        ops.RemoveConstraint(
            model_name='WebhookMessage',
            name='webhook_message_event_type_known',
            fields=None,
        ),
        ops.AddConstraint(
            model_name='WebhookMessage',
            constraint=CheckConstraint(check="event_type IN ('ARTICLE_PUBLISHED', 'ARTICLE_WITHDRAWN', 'ENGAGEMENT_THRESHOLD', 'DELIVERY_REJECTED', 'REVIEW_OVERDUE')", name='webhook_message_event_type_known'),
        ),
    ]
