"""Queries for reviews and workflows."""

from __future__ import annotations

import strawberry

from domain.access import Kind, Scope, Viewer
from domain.audit.actions import actor_id
from schema.lookups import has_id
from schema.planner.arguments import Arguments
from schema.planner.declare import argument, one, page
from schema.planner.statement import Statement
from schema.relay import Connection
from schema.reviews.lists import (
    REVIEW_ORDERS,
    WORKFLOW_ORDERS,
    ReviewFilter,
    ReviewOrder,
    ReviewWorkflowOrder,
)
from schema.reviews.types import Review, ReviewWorkflow


def _number(kind: Kind, viewer: Viewer) -> int | None:
    return viewer.number if viewer.kind is kind else None


def _held(viewer: Viewer) -> list[tuple[str, str]]:
    if Scope.WRITE not in viewer.scopes:
        return []
    return [(grant.role.value, grant.path) for grant in viewer.grants]


def to_do(statement: Statement, _: Arguments) -> str:
    """The runs in whose present stage the viewer may act: by role, place, and who acted before."""
    bind = statement.bind_viewer
    user = bind(lambda viewer: _number(Kind.USER, viewer), "bigint")
    token = bind(lambda viewer: _number(Kind.APPLICATION, viewer), "bigint")
    me = bind(actor_id, "text")
    roles = bind(lambda viewer: [role for role, _ in _held(viewer)], "text[]")
    paths = bind(lambda viewer: [path for _, path in _held(viewer)], "text[]")
    place = "(SELECT at.path FROM organization at WHERE at.id = {row}.stage_organization_id)"
    return (
        "{row}.state = 'RUNNING'"
        f" AND ({{row}}.free_places > 0 OR {me} = ANY({{row}}.claimed_by))"
        f" AND EXISTS (SELECT FROM unnest({roles}, {paths}) AS held (role, path)"
        " WHERE held.role IN ({row}.stage_role, 'ADMINISTRATOR')"
        f" AND (held.path = '' OR {place} <@ held.path::ltree))"
        f" AND NOT {{row}}.barred && review_people({user}, {token}, {{row}}.organization_id, now())"
    )


@strawberry.type
class ReviewQueries:
    review: Review | None = one(
        has_id("Review"),
        "One review; null when there is none, or it is not yours to see.",
        arguments=(argument("id", strawberry.ID, "Its id, e.g. Review:7."),),
    )
    reviews: Connection[Review] = page(
        "Reviews, where you see drafts.",
        orders=ReviewOrder,
        by=REVIEW_ORDERS,
        filters=ReviewFilter,
    )
    reviews_to_do: Connection[Review] = page(
        "Reviews in whose present stage you may act, and that nobody else has taken on.",
        orders=ReviewOrder,
        by=REVIEW_ORDERS,
        filters=ReviewFilter,
        where=to_do,
    )
    review_workflows: Connection[ReviewWorkflow] = page(
        "Workflows, for everybody who sees drafts somewhere.",
        orders=ReviewWorkflowOrder,
        by=WORKFLOW_ORDERS,
    )
