"""How an account's pulls are going, for those who look after it."""

from __future__ import annotations

from datetime import datetime

import strawberry

from domain.pulling.access import visible
from domain.pulling.rules import FailureKind
from schema.described import described
from schema.planner.declare import column, one
from schema.planner.readings import stands_on

described(
    FailureKind,
    "Why a pull brought nothing.",
    RETRYABLE="It may succeed unchanged; it is tried again after a pause that grows.",
    THROTTLED="The platform, or its allowance, named a time to come back.",
    NOT_READY="The platform has not counted yet; these posts are asked about again soon.",
    REFUSED="The platform refuses the request, and would again; nothing is asked for a day.",
    EXPIRED="The credential no longer holds; a new one is needed.",
    RETIRED="The platform has shut the endpoint for good.",
)

DUE = "FROM post_pull d WHERE d.account_id = {row}.account_id"
ALLOWANCE = (
    "(SELECT s.account_id, s.budget_scope AS scope, s.budget_units AS units,"
    " s.budget_ends_at AS window_ends_at, coalesce(b.used, 0) AS used"
    " FROM account_pull s LEFT JOIN pull_budget b"
    " ON b.scope = s.budget_scope AND b.window_starts_at = s.budget_starts_at"
    " WHERE s.budget_units IS NOT NULL)"
)


@stands_on("account_pull", visible, cost=0)
@strawberry.type(description="The last failure of an account's pulls.")
class PullFailure:
    at: datetime = column("When.", "{row}.last_failure_at")
    reason: str = column("In words; never shows a credential.", "{row}.last_failure")
    kind: FailureKind = column("What follows from it.", "{row}.last_failure_kind")


@stands_on(ALLOWANCE, visible, cost=0)
@strawberry.type(description="The platform's allowance that the last answer came out of.")
class PullBudget:
    scope: str = column("Who shares it, e.g. weibo:account:12 or mastodon:host:example.org.")
    used: int = column("Units used in that window.")
    units: int = column("Units a window has, without what is held back.")
    window_ends_at: datetime = column("When that window ends, and all units are there again.")


@stands_on("account_pull", visible)
@strawberry.type(description="How an account's pulls are going.")
class PullStatus:
    last_success_at: datetime | None = column("When it was last answered.")
    next_due_at: datetime | None = column(
        "When its next post is to be asked about; null when none is.",
        f"(SELECT min(d.next_at) {DUE})",
    )
    paused_until: datetime | None = column(
        "Nothing is asked before then; the year 9999: before a person acts. Null when it is not"
        " paused.",
        "CASE WHEN {row}.paused_until > now() THEN {row}.paused_until END",
    )
    failures: int = column("Failures in a row.")
    last_failure: PullFailure | None = one(
        "{row}.account_id = {parent}.account_id AND {row}.last_failure_kind <> ''",
        "The last failure; null when there was none.",
    )
    budget: PullBudget | None = one(
        "{row}.account_id = {parent}.account_id",
        "The allowance; null while no answer came.",
    )
    posts_due: int = column(
        "Posts to be asked about now.", f"(SELECT count(*)::int {DUE} AND d.next_at <= now())"
    )
    posts_gone: int = column(
        "Posts the platform has no more; their last counts are kept.",
        "(SELECT count(*)::int FROM post g WHERE g.account_id = {row}.account_id"
        " AND g.state = 'GONE')",
    )
