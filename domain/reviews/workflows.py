"""What a workflow may be, how its stages are kept, and the one of three reviews and three
proofreads (三审三校); pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from domain import text
from domain.access import Role
from domain.problems import Invalid
from domain.reviews.rules import AfterChange, Stage, StageKind, StagePlace

MOST_STAGES = 12
MOST_APPROVALS = 9
LONGEST_DUE_HOURS = 24 * 90
LONGEST_TITLE = 100
ROLES = frozenset({Role.REVIEWER, Role.PUBLISHER, Role.ADMINISTRATOR})
"""Who is let into a review at all: see Permission.REVIEW."""


def check_stages(stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """As they are stored. Raises Invalid that names the stage."""
    if not 1 <= len(stages) <= MOST_STAGES:
        raise Invalid(f"a workflow has 1 to {MOST_STAGES} stages", path=("stages",))
    return tuple(_checked(stage, index) for index, stage in enumerate(stages))


def _checked(stage: Stage, index: int) -> Stage:
    path = ("stages", str(index))
    title = text.line(stage.title, path=(*path, "title"), longest=LONGEST_TITLE)
    if stage.role not in ROLES:
        named = ", ".join(sorted(role.value for role in ROLES))
        raise Invalid(f"a stage's role is one of {named}", path=(*path, "role"))
    if not 1 <= stage.approvals <= MOST_APPROVALS:
        raise Invalid(f"there are 1 to {MOST_APPROVALS} approvals", path=(*path, "approvals"))
    if stage.due_hours is not None and not 1 <= stage.due_hours <= LONGEST_DUE_HOURS:
        raise Invalid(
            f"a stage is due within 1 to {LONGEST_DUE_HOURS} hours", path=(*path, "due_hours")
        )
    if (stage.organization_id is not None) != (stage.place is StagePlace.GIVEN):
        raise Invalid("GIVEN and an organization belong together", path=(*path, "organization_id"))
    if stage.shares_people and index == 0:
        raise Invalid("there is no stage before the first one", path=(*path, "shares_people"))
    return replace(stage, title=title)


def stored(stages: Sequence[Stage]) -> list[dict[str, Any]]:
    return [asdict(stage) for stage in stages]


def read(stages: Sequence[Mapping[str, Any]]) -> tuple[Stage, ...]:
    """What `stored` wrote."""
    return tuple(
        Stage(
            **{
                **stage,
                "kind": StageKind(stage["kind"]),
                "role": Role(stage["role"]),
                "place": StagePlace(stage["place"]),
                "after_change": AfterChange(stage["after_change"]),
            }
        )
        for stage in stages
    )


LEVELS = (
    ("初审（责任编辑）", "一校", Role.REVIEWER, StagePlace.SUBJECT, 8),
    ("复审（部门主任）", "二校", Role.REVIEWER, StagePlace.ABOVE, 8),
    ("终审（总编辑）", "三校", Role.PUBLISHER, StagePlace.ABOVE, 24),
)
"""Title, its proofread's, the role, where it is held, hours: who does what is each centre's own to
say, these are the usual ones."""

NAME = "三审三校"


def three_reviews(*, all_here: bool = False) -> tuple[Stage, ...]:
    """Three reviews, each with its proofread by the same people. all_here: every role is held at
    the subject's own organization, where nobody stands above it."""
    return tuple(
        Stage(
            kind=kind,
            title=title,
            role=role,
            place=StagePlace.SUBJECT if all_here else place,
            due_hours=hours,
            opinion_required=kind is StageKind.REVIEW,
            after_change=AfterChange.REPEAT_UNLESS_CORRECTED,
            shares_people=kind is StageKind.PROOFREAD,
        )
        for review, proofread, role, place, hours in LEVELS
        for kind, title in ((StageKind.REVIEW, review), (StageKind.PROOFREAD, proofread))
    )
