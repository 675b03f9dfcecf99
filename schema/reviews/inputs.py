"""What the mutations of reviews are given."""

from __future__ import annotations

import strawberry

from domain.access import Role
from domain.reviews.actions.remarks import Remark
from domain.reviews.checks.documents import TermKind
from domain.reviews.checks.steps import CheckKind
from domain.reviews.rules import AfterChange, Stage, StageKind, StagePlace
from schema.inputs import number_or_none


@strawberry.input(description="An article to be reviewed, as you saw it.")
class SubmitForReviewInput:
    id: strawberry.ID = strawberry.field(description="Which article.")
    version: int = strawberry.field(description="The version you saw.")
    reason: str = strawberry.field(
        default="", description="What the reviewers should know, e.g. what was changed."
    )


@strawberry.input(description="An article that cannot wait, as you saw it.")
class PublishUrgentlyInput:
    id: strawberry.ID = strawberry.field(description="Which article.")
    version: int = strawberry.field(description="The version you saw.")
    reason: str = strawberry.field(description="Why it cannot wait; it is kept for ever.")


@strawberry.input(description="A review as you saw it.")
class ReviewVersionInput:
    id: strawberry.ID = strawberry.field(description="Which review.")
    version: int = strawberry.field(description="The version you saw.")


@strawberry.input(description="A claim to give back.")
class ReleaseReviewInput:
    id: strawberry.ID = strawberry.field(description="Which review.")
    version: int = strawberry.field(description="The version you saw.")
    holder_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Whose claim: a User's or Token's id; your own when not given. Another's only"
        " administrators take back.",
    )


@strawberry.input(description="What is said of one place.")
class ReviewRemarkInput:
    text: str = strawberry.field(description="What is wrong there; at most 1,000 letters.")
    block: str = strawberry.field(
        default="", description="Id of the block of the body it is about; empty: of the whole."
    )


@strawberry.input(description="A decision on the stage whose turn it is.")
class DecideReviewInput:
    id: strawberry.ID = strawberry.field(description="Which review.")
    approves: bool = strawberry.field(description="Whether it goes on; else it is sent back.")
    revision: int = strawberry.field(description="The revision you read.")
    opinion: str = strawberry.field(
        default="", description="Your opinion; what is sent back needs one. At most 4,000 letters."
    )
    remarks: list[ReviewRemarkInput] = strawberry.field(
        default_factory=list, description="What you say of single places; at most 100."
    )


@strawberry.input(description="A review to take back.")
class WithdrawReviewInput:
    id: strawberry.ID = strawberry.field(description="Which review.")
    version: int = strawberry.field(description="The version you saw.")
    reason: str = strawberry.field(default="", description="Why.")


@strawberry.input(description="Somebody without an account who is to decide the present stage.")
class InviteReviewerInput:
    id: strawberry.ID = strawberry.field(description="Which review.")
    version: int = strawberry.field(description="The version you saw.")
    name: str = strawberry.field(description="Who it is, as the record will name them.")
    hours: int = strawberry.field(default=48, description="How long the link works, 1 to 336.")


@strawberry.input(description="One step of a workflow.")
class ReviewStageInput:
    kind: StageKind = strawberry.field(description="What it looks at.")
    title: str = strawberry.field(description="What it is called, e.g. 初审.")
    role: Role = strawberry.field(description="Who may act: REVIEWER, PUBLISHER or ADMINISTRATOR.")
    place: StagePlace = strawberry.field(
        default=StagePlace.SUBJECT, description="Where that role must be held."
    )
    organization_id: strawberry.ID | None = strawberry.field(
        default=None, description="For GIVEN: which organization."
    )
    approvals: int = strawberry.field(default=1, description="By how many different people, 1-9.")
    due_hours: int | None = strawberry.field(
        default=None, description="Within how many hours it should be over."
    )
    opinion_required: bool = strawberry.field(
        default=True, description="Whether who approves must say something."
    )
    after_change: AfterChange = strawberry.field(
        default=AfterChange.REPEAT,
        description="What becomes of its approvals when the subject changes.",
    )
    shares_people: bool = strawberry.field(
        default=False,
        description="Whether who acted in the stage before may act in this one too.",
    )


@strawberry.input(description="A new workflow.")
class CreateReviewWorkflowInput:
    name: str = strawberry.field(description="Its name.")
    stages: list[ReviewStageInput] = strawberry.field(description="Its stages, in order: 1 to 12.")
    organization_id: strawberry.ID | None = strawberry.field(
        default=None, description="Below which it may be used; the whole network when not given."
    )
    allows_urgent: bool = strawberry.field(
        default=False, description="Whether something may go public first and be reviewed after."
    )
    checks: list[CheckKind] = strawberry.field(
        default_factory=list, description="What is looked for in each revision; nothing by itself."
    )


@strawberry.input(description="A workflow as it is to be. Reviews that run keep their stages.")
class UpdateReviewWorkflowInput:
    id: strawberry.ID = strawberry.field(description="Which workflow.")
    version: int = strawberry.field(description="The version you saw.")
    name: str = strawberry.field(description="Its name.")
    stages: list[ReviewStageInput] = strawberry.field(description="Its stages, in order: 1 to 12.")
    allows_urgent: bool = strawberry.field(
        default=False, description="Whether something may go public first and be reviewed after."
    )
    checks: list[CheckKind] = strawberry.field(
        default_factory=list, description="What is looked for in each revision; nothing by itself."
    )


@strawberry.input(description="A workflow, and an organization for which it is to hold.")
class AssignReviewWorkflowInput:
    workflow_id: strawberry.ID = strawberry.field(description="Which workflow.")
    organization_id: strawberry.ID = strawberry.field(
        description="For which organization, with all below it that have none nearer."
    )


@strawberry.input(description="An organization that is to have no workflow of its own.")
class UnassignReviewWorkflowInput:
    organization_id: strawberry.ID = strawberry.field(description="Which organization.")


@strawberry.input(description="Findings that are to stand as they are.")
class OverrideFindingsInput:
    ids: list[strawberry.ID] = strawberry.field(
        description="Which: ids of findings of one review, at most 100."
    )
    reason: str = strawberry.field(description="Why; it stands in the record of the review.")


@strawberry.input(description="A word that checks are to look for.")
class AddReviewTermInput:
    kind: TermKind = strawberry.field(description="Why it is on the list.")
    word: str = strawberry.field(description="The word, or a leader's name.")
    suggestion: str = strawberry.field(
        default="", description="What should stand instead; of a leader, the title."
    )
    organization_id: strawberry.ID | None = strawberry.field(
        default=None, description="For which organization and all below it; everywhere if none."
    )


@strawberry.input(description="A word that checks are not to look for any more.")
class RemoveReviewTermInput:
    id: strawberry.ID = strawberry.field(description="Which: a ReviewTerm's id.")


def stages_of(given: list[ReviewStageInput]) -> list[Stage]:
    """Raises Invalid for an id that is none."""
    return [
        Stage(
            kind=stage.kind,
            title=stage.title,
            role=stage.role,
            place=stage.place,
            organization_id=number_or_none(
                "Organization", stage.organization_id, "organization_id"
            ),
            approvals=stage.approvals,
            due_hours=stage.due_hours,
            opinion_required=stage.opinion_required,
            after_change=stage.after_change,
            shares_people=stage.shares_people,
        )
        for stage in given
    ]


def remarks_of(given: list[ReviewRemarkInput]) -> list[Remark]:
    return [Remark(remark.block, remark.text) for remark in given]
