"""Reviews, their workflows and words, from whole tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from domain.access import Kind, Role, Scope
from tests.oracle.asked import Asked
from tests.oracle.conditions import Belongs, Fits, equals, is_below, number_of, points_to
from tests.oracle.tables import Row

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""When what has no time is due."""

NOUNS = {Kind.USER: "User", Kind.APPLICATION: "Token"}
MOST_INVITED = 50


def _numbered_stages(asked: Asked, row: Row) -> list[SimpleNamespace]:
    return [SimpleNamespace(number=number, **stage) for number, stage in enumerate(row.stages)]


def _title(stages: list[dict[str, Any]], number: int | None) -> str:
    return "" if number is None or number >= len(stages) else str(stages[number]["title"])


def _review_of(asked: Asked, entry: Row) -> Row:
    return asked.tables.nouns["Review"][entry.review_id]


def _reviews_of(asked: Asked, article: Row) -> list[Row]:
    return [row for row in asked.tables.nouns["Review"].values() if row.subject_id == article.id]


def _latest(asked: Asked, article: Row) -> Row | None:
    """The latest of all, not the latest of those that are seen."""
    numbers = [row.id for row in _reviews_of(asked, article)]
    return asked.get("Review", max(numbers, default=None))


def _invitations(asked: Asked, review: Row) -> list[Row]:
    found = [row for row in asked.all("ReviewInvitation") if row.review_id == review.id]
    return sorted(found, key=lambda row: row.id)[:MOST_INVITED]


def _remarks(asked: Asked, entry: Row) -> list[SimpleNamespace]:
    return [SimpleNamespace(**remark) for remark in entry.remarks]


def _assigned_to(asked: Asked, workflow: Row) -> list[Row]:
    assigned = asked.tables.nouns["ReviewAssignment"].values()
    numbers = {row.organization_id for row in assigned if row.workflow_id == workflow.id}
    found = [row for row in asked.all("Organization") if row.id in numbers]
    return sorted(found, key=lambda row: row.id)[:100]


def _workflow_at(asked: Asked, organization: Row) -> Row | None:
    """The nearest, upwards."""
    assigned = asked.tables.nouns["ReviewAssignment"].values()
    by_place = {row.organization_id: row.workflow_id for row in assigned}
    for place in asked.tables.line(organization):
        if place.id in by_place:
            return asked.get("ReviewWorkflow", by_place[place.id])
    return None


def _is_to_do(asked: Asked, root: Row, review: Row) -> bool:
    """Whether it is the viewer's turn. None of these viewers was handed a role by another."""
    viewer = asked.viewer
    noun = NOUNS.get(viewer.kind)
    me = f"{noun}:{viewer.number}" if noun else ""
    if review.state != "RUNNING" or not (review.free_places > 0 or me in review.claimed_by):
        return False
    return me not in review.barred and _holds_role(asked, review)


def _holds_role(asked: Asked, review: Row) -> bool:
    if Scope.WRITE not in asked.viewer.scopes:
        return False
    place = asked.get("Organization", review.stage_organization_id)
    above = [] if place is None else [row.id for row in asked.tables.line(place)]
    return any(
        grant.role in (review.stage_role, Role.ADMINISTRATOR)
        and (grant.path == "" or int(grant.path.split(".")[-1]) in above)
        for grant in asked.viewer.grants
    )


def due(asked: Asked, review: Row) -> datetime:
    return review.due_at or NEVER


def _has_stage(asked: Asked, review: Row, title: str) -> bool:
    return review.stage is not None and _title(review.stages, review.stage) == title


BELONGS: dict[tuple[str, str], Belongs] = {
    ("Article", "reviews"): points_to("subject_id"),
    ("Query", "reviewsToDo"): _is_to_do,
    ("Review", "entries"): points_to("review_id"),
    ("Review", "findings"): lambda asked, review, row: (
        (row.review_id, row.revision) == (review.id, review.revision)
    ),
}

FITS: dict[str, dict[str, Fits]] = {
    "Review": {
        "articleId": lambda asked, row, id_: row.subject_id == number_of(id_),
        "within": is_below("organization_id"),
        "state": equals("state"),
        "stage": _has_stage,
        "claimedBy": lambda asked, row, id_: id_ in row.claimed_by,
        "isOverdue": lambda asked, row, wanted: (row.overdue_at is not None) == wanted,
        "isUrgent": equals("is_urgent"),
    },
    "ReviewTerm": {"kind": equals("kind")},
}

FIELDS: dict[tuple[str, str], Callable[..., Any]] = {
    ("Article", "review"): _latest,
    ("Organization", "reviewWorkflow"): _workflow_at,
    ("Review", "article"): lambda asked, row: asked.get("Article", row.subject_id),
    ("Review", "stages"): _numbered_stages,
    ("Review", "stageTitle"): lambda asked, row: _title(row.stages, row.stage),
    ("Review", "invitations"): _invitations,
    ("ReviewEntry", "remarks"): _remarks,
    ("ReviewEntry", "stageTitle"): lambda asked, row: _title(
        _review_of(asked, row).stages, row.stage
    ),
    ("ReviewFinding", "check"): lambda asked, row: row.check_kind,
    ("ReviewWorkflow", "stages"): _numbered_stages,
    ("ReviewWorkflow", "organizations"): _assigned_to,
}
