"""What checks look for and find, and what is public as 64 bits each."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.reviews.checks.documents import TermKind
from domain.reviews.checks.steps import CheckKind
from domain.reviews.rules import SubjectOfReview
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import SqlDefault
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

QUARTERS = (0, 16, 32, 48)
TABLES = ("review_finding", "review_fingerprint", "review_term")
STATEMENTS = [
    *(
        f"CREATE INDEX review_fingerprint_{by} ON review_fingerprint (((hash >> {by}) & 65535))"
        for by in QUARTERS
    ),
    *(
        f"CREATE TRIGGER {table}_changed AFTER INSERT OR UPDATE OR DELETE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
        for table in TABLES
    ),
]


class Migration(migrations.Migration):
    dependencies = [("domain", "0040_distribution")]

    operations = [
        ops.CreateModel(
            name='ReviewFinding',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('review', fields.ForeignKeyField('domain.Review', source_field='review_id', db_constraint=True, to_field='id', related_name='findings', on_delete=OnDelete.RESTRICT)),
                ('revision', fields.IntField()),
                ('check_kind', fields.CharEnumField(description='MISSING_ALT: MISSING_ALT\nUNSET_SOURCE: UNSET_SOURCE\nTERM: TERM\nLEADER: LEADER\nTYPOGRAPHY: TYPOGRAPHY\nDUPLICATE: DUPLICATE\nDEAD_LINK: DEAD_LINK', enum_type=CheckKind, max_length=16)),
                ('block', fields.CharField(default='', max_length=64)),
                ('excerpt', fields.CharField(default='', max_length=300)),
                ('message', fields.CharField(max_length=300)),
                ('suggestion', fields.CharField(default='', max_length=300)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('overridden_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('overridden_by', fields.CharField(default='', max_length=200)),
                ('reason', fields.CharField(default='', max_length=1000)),
            ],
            options={'table': 'review_finding', 'app': 'domain', 'constraints': [CheckConstraint(check="check_kind IN ('MISSING_ALT', 'UNSET_SOURCE', 'TERM', 'LEADER', 'TYPOGRAPHY', 'DUPLICATE', 'DEAD_LINK')", name='review_finding_check_kind_known'), CheckConstraint(check="(overridden_at IS NULL) = (reason = '')", name='review_finding_reasoned')], 'indexes': [Index(fields=['review_id', 'revision', 'id'], name='review_finding_review')], 'pk_attr': 'id', 'table_description': 'What a check found in one revision. overridden_*: who let it stand, and why.'},
            bases=['Model'],
        ),
        ops.AddConstraint(model_name='ReviewFinding', constraint=CheckConstraint(check="check_kind IN ('MISSING_ALT', 'UNSET_SOURCE', 'TERM', 'LEADER', 'TYPOGRAPHY', 'DUPLICATE', 'DEAD_LINK')", name='review_finding_check_kind_known')),
        ops.AddConstraint(model_name='ReviewFinding', constraint=CheckConstraint(check="(overridden_at IS NULL) = (reason = '')", name='review_finding_reasoned')),
        ops.CreateModel(
            name='ReviewFingerprint',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('subject_kind', fields.CharEnumField(description='ARTICLE: ARTICLE', enum_type=SubjectOfReview, max_length=16)),
                ('subject_id', fields.BigIntField()),
                ('revision', fields.IntField()),
                ('hash', fields.BigIntField(null=True)),
            ],
            options={'table': 'review_fingerprint', 'app': 'domain', 'constraints': [UniqueConstraint(fields=('subject_kind', 'subject_id'), name='review_fingerprint_once'), CheckConstraint(check="subject_kind IN ('ARTICLE')", name='review_fingerprint_subject_kind_known')], 'pk_attr': 'id', 'table_description': 'What something public says, as 64 bits (checks/simhash.py). hash: none for a short text.'},
            bases=['Model'],
        ),
        ops.AddConstraint(model_name='ReviewFingerprint', constraint=UniqueConstraint(fields=('subject_kind', 'subject_id'), name='review_fingerprint_once')),
        ops.AddConstraint(model_name='ReviewFingerprint', constraint=CheckConstraint(check="subject_kind IN ('ARTICLE')", name='review_fingerprint_subject_kind_known')),
        ops.CreateModel(
            name='ReviewTerm',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('organization', fields.ForeignKeyField('domain.Organization', source_field='organization_id', null=True, db_constraint=True, to_field='id', related_name='review_terms', on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharEnumField(description='SENSITIVE: SENSITIVE\nINCORRECT: INCORRECT\nLEADER: LEADER', enum_type=TermKind, max_length=16)),
                ('word', fields.CharField(max_length=100)),
                ('suggestion', fields.CharField(default='', max_length=100)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'review_term', 'app': 'domain', 'constraints': [CheckConstraint(check="kind IN ('SENSITIVE', 'INCORRECT', 'LEADER')", name='review_term_kind_known'), CheckConstraint(check="word <> ''", name='review_term_worded'), CheckConstraint(check="kind <> 'LEADER' OR suggestion <> ''", name='review_term_titled')], 'indexes': [Index(fields=['organization_id', 'id'], name='review_term_organization'), Index(fields=['word', 'id'], name='review_term_word')], 'pk_attr': 'id', 'table_description': 'A word that checks look for. organization: for it and all below it; none: everywhere.'},
            bases=['Model'],
        ),
        ops.AddConstraint(model_name='ReviewTerm', constraint=CheckConstraint(check="kind IN ('SENSITIVE', 'INCORRECT', 'LEADER')", name='review_term_kind_known')),
        ops.AddConstraint(model_name='ReviewTerm', constraint=CheckConstraint(check="word <> ''", name='review_term_worded')),
        ops.AddConstraint(model_name='ReviewTerm', constraint=CheckConstraint(check="kind <> 'LEADER' OR suggestion <> ''", name='review_term_titled')),
        ops.AddField(
            model_name='Review',
            name='checks',
            field=ArrayField(default=list, db_default=SqlDefault("'{}'"), element_type='TEXT'),
        ),
        ops.AddField(
            model_name='Review',
            name='links_checked',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='ReviewWorkflow',
            name='checks',
            field=ArrayField(default=list, db_default=SqlDefault("'{}'"), element_type='TEXT'),
        ),
        ops.RunSQL(STATEMENTS),
    ]
