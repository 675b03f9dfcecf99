"""Making workflows, and saying for whom they hold."""

from __future__ import annotations

from typing import Annotated

import strawberry

from domain.reviews.actions import workflows
from schema.execution.context import Info
from schema.inputs import number_of, number_or_none
from schema.organizations.types import Organization
from schema.payloads import Payload, mutation
from schema.planner.declare import to_one
from schema.planner.readings import stands_on
from schema.problems import Conflict, Forbidden, Invalid, NotFound
from schema.reviews.inputs import (
    AssignReviewWorkflowInput,
    CreateReviewWorkflowInput,
    UnassignReviewWorkflowInput,
    UpdateReviewWorkflowInput,
    stages_of,
)
from schema.reviews.types import ReviewWorkflow


@stands_on("(SELECT)")
@strawberry.type(description="The workflow as it now is.")
class ReviewWorkflowPayload(Payload):
    workflow: ReviewWorkflow | None = to_one("workflow_id", "The workflow.")


@stands_on("(SELECT)")
@strawberry.type(description="The organization as it now is.")
class ReviewAssignmentPayload(Payload):
    organization: Organization = to_one("organization_id", "The organization.")


ReviewWorkflowResult = Annotated[
    ReviewWorkflowPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("ReviewWorkflowResult", description="The workflow, or why nothing changed."),
]
ReviewAssignmentResult = Annotated[
    ReviewAssignmentPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("ReviewAssignmentResult", description="For whom, or why nothing changed."),
]


@strawberry.type
class ReviewWorkflowMutations:
    @mutation("Makes a workflow. It holds for nobody until it is assigned.")
    async def create_review_workflow(
        self, info: Info, input: CreateReviewWorkflowInput
    ) -> ReviewWorkflowResult:
        new = workflows.NewWorkflow(
            name=input.name,
            organization_id=number_or_none(
                "Organization", input.organization_id, "organization_id"
            ),
            stages=stages_of(input.stages),
            allows_urgent=input.allows_urgent,
            checks=input.checks,
        )
        made = await workflows.create(info.context.act, new)
        return ReviewWorkflowPayload.of(workflow_id=made)

    @mutation("Changes a workflow; reviews that run keep the stages they began with.")
    async def update_review_workflow(
        self, info: Info, input: UpdateReviewWorkflowInput
    ) -> ReviewWorkflowResult:
        number = number_of("ReviewWorkflow", input.id, "id")
        changed = workflows.ChangedWorkflow(
            id=number,
            version=input.version,
            name=input.name,
            stages=stages_of(input.stages),
            allows_urgent=input.allows_urgent,
            checks=input.checks,
        )
        await workflows.update(info.context.act, changed)
        return ReviewWorkflowPayload.of(workflow_id=number)

    @mutation("Says for which organization a workflow holds, with all below it.")
    async def assign_review_workflow(
        self, info: Info, input: AssignReviewWorkflowInput
    ) -> ReviewAssignmentResult:
        organization = number_of("Organization", input.organization_id, "organization_id")
        workflow = number_of("ReviewWorkflow", input.workflow_id, "workflow_id")
        await workflows.assign(info.context.act, workflow, organization)
        return ReviewAssignmentPayload.of(organization_id=organization)

    @mutation("Takes an organization's own workflow away; one further up holds there again.")
    async def unassign_review_workflow(
        self, info: Info, input: UnassignReviewWorkflowInput
    ) -> ReviewAssignmentResult:
        organization = number_of("Organization", input.organization_id, "organization_id")
        await workflows.unassign(info.context.act, organization)
        return ReviewAssignmentPayload.of(organization_id=organization)
