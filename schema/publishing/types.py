"""What is planned of articles, and embargoes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.publishing.access import visible
from domain.publishing.rules import PlannedStep, PlanState
from schema.planner.declare import column, to_one
from schema.planner.readings import stands_on

if TYPE_CHECKING:
    from schema.articles.types import Article


@stands_on("publication_plan", visible)
@strawberry.type(description="A step of one article at a moment, and what became of it.")
class PublicationPlan:
    id: strawberry.ID = column(
        "Global id, e.g. PublicationPlan:7.", "'PublicationPlan:' || {row}.id"
    )
    article: Annotated[Article, strawberry.lazy("schema.articles.types")] | None = to_one(
        "article_id", "Which article."
    )
    step: PlannedStep = column("What is to become of it.")
    revision: int | None = column("Which revision is made public; null where it is taken back.")
    at: datetime = column("When.")
    state: PlanState = column("Whether it is still to come, and else what became of it.")
    problem: str | None = column(
        "Why it was refused, for programs, e.g. EMBARGO; null where it was not.",
        "nullif({row}.problem, '')",
    )
    told: str | None = column(
        "Why it was refused or needed no doing, for people; null else.", "nullif({row}.told, '')"
    )
    maker: str = column(
        "Who planned it last, as the audit trail names them: it is carried out with what they may"
        " do by then."
    )
    version: int = column("Grows with every change; a change carries the one it saw.")
    created_at: datetime = column("When it was planned.")
    ended_at: datetime | None = column("When it was carried out or cancelled; null before that.")


@stands_on("article_embargo", visible, number="{row}.article_id")
@strawberry.type(description="Before its end an article goes public by nobody's hand.")
class Embargo:
    until: datetime = column("When it ends.")
    reason: str = column("Why; may be empty.")
    setter: str = column("Who set it last.")
    set_at: datetime = column("When that was.")
