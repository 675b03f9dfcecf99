"""Reviews: what is reviewed, by which stages, what happened."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.access import Role
from domain.reviews.access import visible, visible_of_review, visible_workflows
from domain.reviews.checks.steps import CheckKind
from domain.reviews.rules import (
    AfterChange,
    EntryKind,
    ReviewState,
    StageKind,
    StagePlace,
    SubjectOfReview,
)
from schema.organizations.types import Organization
from schema.planner.declare import column, one, page, rows, to_one
from schema.planner.readings import stands_on
from schema.relay import Connection
from schema.reviews.lists import ENTRY_ORDERS, ReviewEntryOrder

if TYPE_CHECKING:
    from schema.articles.types import Article

USUAL_STAGES = 6
USUAL_REMARKS = 5
USUAL_INVITATIONS = 5

STAGES = (
    "(SELECT place - 1 AS number, entry->>'kind' AS kind, entry->>'title' AS title,"
    " entry->>'role' AS role, entry->>'place' AS place,"
    " (entry->>'organization_id')::bigint AS organization_id,"
    " (entry->>'approvals')::integer AS approvals, (entry->>'due_hours')::integer AS due_hours,"
    " (entry->>'opinion_required')::boolean AS opinion_required,"
    " entry->>'after_change' AS after_change, (entry->>'shares_people')::boolean AS shares_people"
    " FROM jsonb_array_elements({parent}.stages) WITH ORDINALITY AS stage (entry, place))"
)
REMARKS = (
    "(SELECT number, entry->>'block' AS block, entry->>'text' AS text"
    " FROM jsonb_array_elements({parent}.remarks) WITH ORDINALITY AS remark (entry, number))"
)


@stands_on("(SELECT)", cost=0)
@strawberry.type(description="One step of a workflow.")
class ReviewStage:
    number: int = column("Its place, counted from 0.")
    kind: StageKind = column("What it looks at.")
    title: str = column("What it is called, e.g. 初审.")
    role: Role = column("Who may act in it; administrators there may too.")
    place: StagePlace = column("Where that role must be held.", "{row}.place")
    organization: Organization | None = to_one(
        "organization_id", "The organization it names; null where it names none."
    )
    approvals: int = column("By how many different people it is approved.")
    due_hours: int | None = column("Within how many hours it should be over; null: no matter when.")
    opinion_required: bool = column("Whether who approves must say something.")
    after_change: AfterChange = column("What becomes of its approvals when the subject changes.")
    shares_people: bool = column("Whether who acted in the stage before may act in this one too.")


@stands_on("review_workflow", visible_workflows)
@strawberry.type(description="Stages in order. A review keeps those it began with.")
class ReviewWorkflow:
    id: strawberry.ID = column("Global id, e.g. ReviewWorkflow:3.", "'ReviewWorkflow:' || {row}.id")
    name: str = column("Its name.")
    subject_kind: SubjectOfReview = column("What it is for.")
    organization: Organization | None = to_one(
        "organization_id", "Below which it may be used; null for the whole network."
    )
    stages: list[ReviewStage] = rows(
        "Its stages, in order.", table=STAGES, order_by="{row}.number", expected=USUAL_STAGES
    )
    allows_urgent: bool = column("Whether something may go public first and be reviewed after.")
    checks: list[CheckKind] = column("What is looked for.", "to_json({row}.checks)")
    version: int = column("Grows with every change; an update carries the one it saw.")
    created_at: datetime = column("When it was made.")
    updated_at: datetime = column("When it was last changed.")
    organizations: list[Organization] = rows(
        "To which it is assigned; it holds for all below them that have none nearer.",
        where="{row}.id IN (SELECT a.organization_id FROM review_assignment a"
        " WHERE a.workflow_id = {parent}.id)",
        order_by="{row}.id",
        limit=lambda _statement, _arguments: 100,
    )


@stands_on("(SELECT)", cost=0)
@strawberry.type(description="What a reviewer says of one place.")
class ReviewRemark:
    block: str = column("Id of the block of the body it is about; empty: of the whole.")
    text: str = column("What is wrong there.")


@stands_on("review_entry", visible_of_review)
@strawberry.type(description="One thing that happened in a review. It is never altered.")
class ReviewEntry:
    id: strawberry.ID = column("Global id, e.g. ReviewEntry:9.", "'ReviewEntry:' || {row}.id")
    kind: EntryKind = column("What happened.")
    stage: int | None = column("The stage it is about, counted from 0; null for the whole.")
    stage_title: str = column(
        "What that stage is called; empty for the whole.",
        "coalesce((SELECT r.stages -> {row}.stage ->> 'title' FROM review r"
        " WHERE r.id = {row}.review_id), '')",
    )
    revision: int = column("The subject's revision then.")
    actor_id: str = column(
        "Who: a User's or Token's id, or that of an invitation; empty for the system."
    )
    actor: str = column("Who, by name.")
    opinion: str = column("What they said, or why.")
    remarks: list[ReviewRemark] = rows(
        "What they say of single places.",
        table=REMARKS,
        order_by="{row}.number",
        expected=USUAL_REMARKS,
    )
    at: datetime = column("When.")


@stands_on("review_invitation", visible_of_review)
@strawberry.type(description="Somebody without an account who was invited to one stage.")
class ReviewInvitation:
    id: strawberry.ID = column(
        "Global id, e.g. ReviewInvitation:4.", "'ReviewInvitation:' || {row}.id"
    )
    name: str = column("Who was invited.")
    stage: int = column("To which stage, counted from 0.")
    revision: int = column("To which revision.")
    invited_by: str = column("By whom.")
    created_at: datetime = column("When.")
    expires_at: datetime = column("Until when the link works.")
    used_at: datetime | None = column("When they decided; null while they have not.")


@stands_on("review_finding", visible_of_review)
@strawberry.type(description="What a check found in one revision.")
class ReviewFinding:
    id: strawberry.ID = column("Global id, e.g. ReviewFinding:6.", "'ReviewFinding:' || {row}.id")
    check: CheckKind = column("What was looked for.", "{row}.check_kind")
    revision: int = column("In which revision.")
    block: str = column("Id of the block of the body; empty: in the whole.")
    excerpt: str = column("The words in question; may be empty.")
    message: str = column("What is wrong with them.")
    suggestion: str = column("What should stand there; empty where nothing is suggested.")
    created_at: datetime = column("When it was found.")
    overridden_at: datetime | None = column("When somebody let it stand; null while it is open.")
    overridden_by: str = column("Who let it stand; empty while it is open.")
    reason: str = column("Why they let it stand; empty while it is open.")


@stands_on("review", visible)
@strawberry.type(description="One run of a subject through a workflow.")
class Review:
    id: strawberry.ID = column("Global id, e.g. Review:7.", "'Review:' || {row}.id")
    subject_kind: SubjectOfReview = column("What is reviewed.")
    article: Annotated[Article, strawberry.lazy("schema.articles.types")] | None = one(
        "{row}.id = {parent}.subject_id AND {parent}.subject_kind = 'ARTICLE'",
        "The article that is reviewed.",
    )
    revision: int = column("The revision of it that is under review.")
    organization: Organization = to_one("organization_id", "Whose it is.")
    workflow: ReviewWorkflow | None = to_one("workflow_id", "By which workflow, as it is now.")
    workflow_version: int = column("The workflow's version when the review began.")
    stages: list[ReviewStage] = rows(
        "The stages it goes through: the workflow's when it began.",
        table=STAGES,
        order_by="{row}.number",
        expected=USUAL_STAGES,
    )
    state: ReviewState = column("Where it stands.")
    stage: int | None = column("Whose turn it is, counted from 0; null when nobody's.")
    stage_title: str = column(
        "What that stage is called; empty when it is nobody's turn.",
        "coalesce({row}.stages -> {row}.stage ->> 'title', '')",
    )
    stage_role: Role | None = column("The role that stage needs.")
    stage_organization: Organization | None = to_one(
        "stage_organization_id", "Where that role must be held; null for the whole network."
    )
    claimed_by: list[strawberry.ID] = column(
        "Ids of those who took the stage on.", "to_json({row}.claimed_by)"
    )
    free_places: int = column("How many more may take it on.")
    entered_at: datetime = column("Since when it is that stage's turn.")
    due_at: datetime | None = column("When that stage should be over.")
    overdue_at: datetime | None = column("When it was found not to be; null while it is in time.")
    is_urgent: bool = column("Whether it went public before its review was over; for ever.")
    version: int = column("Grows with every entry; a change carries the one it saw.")
    created_at: datetime = column("When it was submitted.")
    updated_at: datetime = column("When something last happened.")
    entries: Connection[ReviewEntry] = page(
        "Everything that happened.",
        orders=ReviewEntryOrder,
        by=ENTRY_ORDERS,
        where="{row}.review_id = {parent}.id",
    )
    checks: list[CheckKind] = column("What is looked for.", "to_json({row}.checks)")
    findings: Connection[ReviewFinding] = page(
        "What the checks found in the revision under review.",
        orders=ReviewEntryOrder,
        by=ENTRY_ORDERS,
        where="{row}.review_id = {parent}.id AND {row}.revision = {parent}.revision",
    )
    invitations: list[ReviewInvitation] = rows(
        "Who was invited, at most 50.",
        where="{row}.review_id = {parent}.id",
        order_by="{row}.id",
        limit=lambda _statement, _arguments: 50,
        expected=USUAL_INVITATIONS,
    )
