"""Workflows, where they hold, runs of them, and what happened in each run, for ever."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.db_defaults import SqlDefault
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from domain.access import Role
from domain.columns import check, one_of
from domain.organizations.models import Organization
from domain.reviews.checks.documents import TermKind
from domain.reviews.checks.steps import CheckKind
from domain.reviews.rules import EntryKind, ReviewState, SubjectOfReview

NO_TEXTS = SqlDefault("'{}'")


class ReviewWorkflow(Model):
    """Stages in order. A run keeps those it began with.

    organization: below which it may be used; none: in the whole network. allows_urgent: whether
    something may go public first and be reviewed afterwards. checks: what is looked for in each
    revision; a stage passes when nothing found is open.
    """

    organization_id: int | None

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "domain.Organization", null=True, on_delete=fields.RESTRICT, related_name="workflows"
    )
    name = fields.CharField(max_length=100)
    subject_kind = fields.CharEnumField(SubjectOfReview, max_length=16)
    stages: fields.Field[list[dict[str, Any]]] = fields.JSONField()
    allows_urgent = fields.BooleanField(default=False)
    checks: fields.Field[list[str]] = ArrayField(
        element_type="text", default=list, db_default=NO_TEXTS
    )
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "review_workflow"
        indexes = (Index(fields=("name", "id"), name="review_workflow_name"),)
        constraints = (
            one_of("review_workflow", "subject_kind", SubjectOfReview),
            check("review_workflow", "named", "name <> ''"),
        )


class ReviewAssignment(Model):
    """An organization whose subjects go through a workflow, with those of all below it that have
    none nearer."""

    organization_id: int
    workflow_id: int

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "domain.Organization", on_delete=fields.RESTRICT, related_name="review_assignments"
    )
    subject_kind = fields.CharEnumField(SubjectOfReview, max_length=16)
    workflow: fields.ForeignKeyRelation[ReviewWorkflow] = fields.ForeignKeyField(
        "domain.ReviewWorkflow", on_delete=fields.RESTRICT, related_name="assignments"
    )
    created_at = fields.DatetimeField()

    class Meta:
        table = "review_assignment"
        indexes = (Index(fields=("workflow_id", "id"), name="review_assignment_workflow"),)
        constraints = (
            UniqueConstraint(
                fields=("organization_id", "subject_kind"), name="review_assignment_once"
            ),
            one_of("review_assignment", "subject_kind", SubjectOfReview),
        )


class Review(Model):
    """One run of a subject through a workflow.

    stages: the workflow's as they were when it began. Everything from `state` on follows from the
    entries (states.py) and is kept so that lists are read quickly.
    revision: of the subject, under review. stage, stage_role, stage_organization: whose turn it is;
    no organization: the whole network's. claimed_by: ids of who took the stage on. free_places: how
    many more may. barred: who may not act now, whatever their role.
    due_at, overdue_at: when the stage should be over; when it was found not to be.
    is_urgent: it went public before its review was over; stays so for ever.
    checks: the workflow's when it began. links_checked: the latest revision whose links were asked.
    """

    organization_id: int
    workflow_id: int
    stage_organization_id: int | None

    id = fields.BigIntField(primary_key=True)
    subject_kind = fields.CharEnumField(SubjectOfReview, max_length=16)
    subject_id = fields.BigIntField()
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "domain.Organization", on_delete=fields.RESTRICT, related_name="reviews"
    )
    workflow: fields.ForeignKeyRelation[ReviewWorkflow] = fields.ForeignKeyField(
        "domain.ReviewWorkflow", on_delete=fields.RESTRICT, related_name="reviews"
    )
    workflow_version = fields.IntField()
    stages: fields.Field[list[dict[str, Any]]] = fields.JSONField()
    state = fields.CharEnumField(ReviewState, max_length=16)
    revision = fields.IntField()
    stage = fields.IntField(null=True)
    stage_role = fields.CharEnumField(Role, max_length=16, null=True)
    stage_organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "domain.Organization", null=True, on_delete=fields.RESTRICT, related_name="review_stages"
    )
    claimed_by: fields.Field[list[str]] = ArrayField(element_type="text", default=list)
    free_places = fields.IntField(default=0)
    barred: fields.Field[list[str]] = ArrayField(element_type="text", default=list)
    entered_at = fields.DatetimeField()
    due_at = fields.DatetimeField(null=True)
    overdue_at = fields.DatetimeField(null=True)
    is_urgent = fields.BooleanField(default=False)
    checks: fields.Field[list[str]] = ArrayField(
        element_type="text", default=list, db_default=NO_TEXTS
    )
    links_checked = fields.IntField(null=True)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "review"
        indexes = (
            Index(fields=("subject_kind", "subject_id", "id"), name="review_subject"),
            Index(fields=("organization_id", "id"), name="review_organization"),
            Index(fields=("state", "id"), name="review_state"),
            Index(fields=("workflow_id", "id"), name="review_workflow_runs"),
            Index(fields=("stage_organization_id", "id"), name="review_stage_organization"),
        )
        constraints = (
            one_of("review", "subject_kind", SubjectOfReview),
            one_of("review", "state", ReviewState),
            check("review", "turn", "(state = 'RUNNING') = (stage IS NOT NULL)"),
            check("review", "turn_role", "(stage IS NULL) = (stage_role IS NULL)"),
        )


class ReviewEntry(Model):
    """One thing that happened in a run. The database refuses to alter it.

    actor_id: the account, token or invitation; empty for the system. people: as whom it counts.
    revision: the subject's, then. opinion: what was said, or why. remarks: [{"block": id of a block
    of the subject or "", "text": what is wrong there}].
    """

    review_id: int

    id = fields.BigIntField(primary_key=True)
    review: fields.ForeignKeyRelation[Review] = fields.ForeignKeyField(
        "domain.Review", on_delete=fields.RESTRICT, related_name="entries"
    )
    kind = fields.CharEnumField(EntryKind, max_length=32)
    stage = fields.IntField(null=True)
    revision = fields.IntField()
    actor_id = fields.CharField(max_length=64)
    actor = fields.CharField(max_length=200)
    people: fields.Field[list[str]] = ArrayField(element_type="text", default=list)
    opinion = fields.TextField(default="")
    remarks: fields.Field[list[dict[str, str]]] = fields.JSONField()
    at = fields.DatetimeField()

    class Meta:
        table = "review_entry"
        indexes = (Index(fields=("review_id", "id"), name="review_entry_review"),)
        constraints = (one_of("review_entry", "kind", EntryKind),)


class ReviewInvitation(Model):
    """A link to one stage of a run, at one revision, for somebody without an account, for once.

    Only the SHA-256 of its text is kept. people: who invited, as everybody they count as: whoever
    uses the link counts as them too.
    """

    review_id: int

    id = fields.BigIntField(primary_key=True)
    review: fields.ForeignKeyRelation[Review] = fields.ForeignKeyField(
        "domain.Review", on_delete=fields.RESTRICT, related_name="invitations"
    )
    stage = fields.IntField()
    revision = fields.IntField()
    name = fields.CharField(max_length=100)
    sha256 = fields.BinaryField()
    invited_by = fields.CharField(max_length=200)
    people: fields.Field[list[str]] = ArrayField(element_type="text", default=list)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)
    voided_at = fields.DatetimeField(null=True)

    class Meta:
        table = "review_invitation"
        indexes = (Index(fields=("review_id", "id"), name="review_invitation_review"),)
        constraints = (
            UniqueConstraint(fields=("sha256",), name="review_invitation_known"),
            check("review_invitation", "hashed", "octet_length(sha256) = 32"),
            check("review_invitation", "period", "expires_at > created_at"),
        )


class ReviewFinding(Model):
    """What a check found in one revision. overridden_*: who let it stand, and why."""

    review_id: int

    id = fields.BigIntField(primary_key=True)
    review: fields.ForeignKeyRelation[Review] = fields.ForeignKeyField(
        "domain.Review", on_delete=fields.RESTRICT, related_name="findings"
    )
    revision = fields.IntField()
    check_kind = fields.CharEnumField(CheckKind, max_length=16)
    block = fields.CharField(max_length=64, default="")
    excerpt = fields.CharField(max_length=300, default="")
    message = fields.CharField(max_length=300)
    suggestion = fields.CharField(max_length=300, default="")
    created_at = fields.DatetimeField()
    overridden_at = fields.DatetimeField(null=True)
    overridden_by = fields.CharField(max_length=200, default="")
    reason = fields.CharField(max_length=1000, default="")

    class Meta:
        table = "review_finding"
        indexes = (Index(fields=("review_id", "revision", "id"), name="review_finding_review"),)
        constraints = (
            one_of("review_finding", "check_kind", CheckKind),
            check("review_finding", "reasoned", "(overridden_at IS NULL) = (reason = '')"),
        )


class ReviewTerm(Model):
    """A word that checks look for. organization: for it and all below it; none: everywhere.

    suggestion: what should stand instead; of a leader, the title that belongs before the name.
    The database keeps a word of a kind once in each place.
    """

    organization_id: int | None

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "domain.Organization", null=True, on_delete=fields.RESTRICT, related_name="review_terms"
    )
    kind = fields.CharEnumField(TermKind, max_length=16)
    word = fields.CharField(max_length=100)
    suggestion = fields.CharField(max_length=100, default="")
    created_at = fields.DatetimeField()

    class Meta:
        table = "review_term"
        indexes = (
            Index(fields=("organization_id", "id"), name="review_term_organization"),
            Index(fields=("word", "id"), name="review_term_word"),
        )
        constraints = (
            one_of("review_term", "kind", TermKind),
            check("review_term", "worded", "word <> ''"),
            check("review_term", "titled", "kind <> 'LEADER' OR suggestion <> ''"),
        )


class ReviewFingerprint(Model):
    """What something public says, as 64 bits (checks/simhash.py). hash: none for a short text."""

    id = fields.BigIntField(primary_key=True)
    subject_kind = fields.CharEnumField(SubjectOfReview, max_length=16)
    subject_id = fields.BigIntField()
    revision = fields.IntField()
    hash = fields.BigIntField(null=True)

    class Meta:
        table = "review_fingerprint"
        constraints = (
            UniqueConstraint(fields=("subject_kind", "subject_id"), name="review_fingerprint_once"),
            one_of("review_fingerprint", "subject_kind", SubjectOfReview),
        )
