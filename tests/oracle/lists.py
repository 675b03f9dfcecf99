"""Lists: every row looked at, sorted in Python, sliced."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, TypeAlias

from tests.oracle import media, newsroom, reviews
from tests.oracle.asked import Asked
from tests.oracle.conditions import (
    Belongs,
    Fits,
    before,
    equals,
    is_below,
    is_of,
    points_to,
    since,
    starts,
)
from tests.oracle.counting import subject_of
from tests.oracle.distribution import recalled
from tests.oracle.tables import Row

Key: TypeAlias = Callable[[Asked, Row], Any]


class Cursor(str):
    """Where a row stands. What is compared is the row, not the text, which is opaque."""

    row_id: int


def cursor(row: Row) -> Cursor:
    made = Cursor(f"{type(row).__name__}:{row.id}")
    made.row_id = row.id
    return made


def row_of(text: str) -> int:
    """The row a cursor of the planner stands for."""
    return int(json.loads(base64.b64decode(text))[-1])


BELONGS: dict[tuple[str, str], Belongs] = {
    ("Account", "distributions"): points_to("account_id"),
    ("Account", "posts"): points_to("account_id"),
    ("Article", "distributions"): points_to("article_id"),
    ("Article", "previewLinks"): points_to("article_id"),
    ("Article", "posts"): points_to("article_id"),
    ("Article", "revisions"): points_to("article_id"),
    ("Campaign", "posts"): points_to("campaign_id"),
    ("Category", "articles"): lambda asked, parent, row: asked.tables.is_within(
        "Category", row.category_id, parent.id
    ),
    ("Category", "children"): points_to("parent_id"),
    ("Organization", "articles"): points_to("organization_id"),
    ("Organization", "campaigns"): points_to("organization_id"),
    ("Organization", "children"): points_to("parent_id"),
    ("Organization", "partners"): points_to("organization_id"),
    ("Organization", "subtree"): lambda asked, parent, row: asked.tables.is_within(
        "Organization", row.id, parent.id
    ),
    ("Partner", "accounts"): points_to("partner_id"),
    ("Partner", "deliveries"): points_to("partner_id"),
    ("Person", "articles"): points_to("author_id"),
    ("Post", "discounts"): points_to("post_id"),
    ("Team", "children"): points_to("parent_id"),
    ("WebhookEndpoint", "messages"): points_to("endpoint_id"),
    **reviews.BELONGS,
}


def _has_account_on(asked: Asked, partner: Row, platform: str) -> bool:
    accounts = asked.all("Account")
    return any(row.partner_id == partner.id and row.platform == platform for row in accounts)


def _is_on(asked: Asked, row: Row, platform: str) -> bool:
    return bool(asked.tables.nouns["Account"][row.account_id].platform == platform)


FITS: dict[str, dict[str, Fits]] = {
    "Account": {"platform": equals("platform")},
    "Article": {
        "organizationId": is_of("organization_id"),
        "within": is_below("organization_id"),
        "authorId": is_of("author_id"),
        "inCategory": is_below("category_id", "Category"),
        "tag": lambda asked, row, tag: tag in row.tags,
        "status": equals("status"),
        "highlight": newsroom.is_highlighted,
        "publishedSince": since("published_at"),
        "publishedBefore": before("published_at"),
    },
    "AuditEntry": {
        "actor": equals("actor"),
        "actorId": equals("actor_id"),
        "action": equals("action"),
        "subject": equals("subject"),
        "requestId": equals("request_id"),
        "happenedSince": since("at"),
        "happenedBefore": before("at"),
    },
    "Campaign": {
        "within": is_below("organization_id"),
        "runningAt": lambda asked, row, moment: row.starts_at <= moment < row.ends_at,
    },
    "Category": {
        "parentId": is_of("parent_id"),
        "within": is_below("id", "Category"),
        "isTop": lambda asked, row, wanted: (row.parent_id is None) == wanted,
    },
    "Delivery": {
        "webhookId": equals("webhook_id"),
        "hasRejections": lambda asked, row, wanted: bool(row.rejected) == wanted,
    },
    "Distribution": {
        "articleId": is_of("article_id"),
        "accountId": is_of("account_id"),
        "state": equals("state"),
        "way": equals("way"),
        "platform": _is_on,
        "isRecalled": lambda asked, row, wanted: recalled(asked, row) == wanted,
    },
    "EngagementDiscount": {"metric": equals("metric")},
    "InflationFlag": {"state": equals("state"), "kind": equals("kind"), "metric": equals("metric")},
    "Media": {
        "organizationId": is_of("organization_id"),
        "within": is_below("organization_id"),
        "kind": equals("kind"),
        "unused": media.is_unused,
        "text": media.has_text,
    },
    "WebhookEndpoint": {"event": lambda asked, row, event: event in row.events},
    "WebhookMessage": {"state": equals("state")},
    "Organization": {
        "kind": equals("kind"),
        "parentId": is_of("parent_id"),
        "within": is_below("id"),
        "nameStarts": starts("name"),
    },
    "Partner": {
        "kind": equals("kind"),
        "within": is_below("organization_id"),
        "platform": _has_account_on,
        "nameStarts": starts("name"),
    },
    "Post": {
        "accountId": is_of("account_id"),
        "articleId": is_of("article_id"),
        "campaignId": is_of("campaign_id"),
        "within": is_below("organization_id"),
        "platform": _is_on,
        "state": equals("state"),
        "postedSince": since("posted_at"),
        "postedBefore": before("posted_at"),
    },
    "Team": {
        "kind": equals("kind"),
        "organizationId": is_of("organization_id"),
        "within": is_below("id", "Team"),
    },
    **newsroom.FITS,
    **reviews.FITS,
}

STAND_AT = {"AuditEntry": "at", "Campaign": "starts_at", "Post": "posted_at"}
"""The moment by which NEWEST and OLDEST go; an article has two, see _listed."""


def _listed(row: Row) -> Any:
    if type(row).__name__ == "Article":
        return row.published_at or row.created_at
    return getattr(row, STAND_AT[type(row).__name__])


def _most_read(asked: Asked, row: Row) -> tuple[bool, int]:
    value = asked.tables.totals[subject_of(row, "READS")]["value"]
    return value is not None, value or 0


ORDERS: dict[str, tuple[Key, bool]] = {
    "NEWEST": (lambda asked, row: _listed(row), True),
    "OLDEST": (lambda asked, row: _listed(row), False),
    "ENTERED": (lambda asked, row: 0, False),
    "LATEST": (lambda asked, row: getattr(row, "number", 0), True),
    "POSITION": (lambda asked, row: row.position, False),
    "NAME": (lambda asked, row: row.name, False),
    "MOST_READ": (_most_read, True),
    "DUE": (reviews.due, False),
    "SOONEST": (lambda asked, row: row.at, False),
    "WORD": (lambda asked, row: row.word, False),
}
"""What each order goes by, and whether the largest comes first. Equal ones go by their number, in
the same direction."""

OWN_ORDERS: dict[tuple[str, str], tuple[Key, bool]] = {
    ("PublicationPlan", "LATEST"): (lambda asked, row: row.at, True),
    **{
        (name, "OLDEST"): (lambda asked, row: 0, False)
        for name in ("Review", "ReviewEntry", "ReviewFinding")
    },
}
"""Where a type means something else by the name of an order."""


def page(
    asked: Asked,
    parent: Row,
    place: tuple[str, str],
    type_name: str,
    *,
    first: int,
    after: str | None,
    orderBy: str,  # noqa: N803 - as the argument is called in the graph
    filter: Mapping[str, Any] | None = None,
) -> SimpleNamespace:
    """A connection."""
    key, descending = OWN_ORDERS.get((type_name, orderBy)) or ORDERS[orderBy]
    belongs = BELONGS.get(place)

    def standing(row: Row) -> tuple[Any, int]:
        return key(asked, row), row.id

    rows = [
        row
        for row in asked.all(type_name)
        if (belongs is None or belongs(asked, parent, row))
        and all(
            FITS[type_name][name](asked, row, wanted)
            for name, wanted in (filter or {}).items()
            if wanted is not None
        )
    ]
    rows.sort(key=standing, reverse=descending)
    behind = rows
    if after is not None:
        end = standing(asked.tables.nouns[type_name][row_of(after)])
        behind = [
            row for row in rows if (standing(row) < end if descending else standing(row) > end)
        ]
    shown = behind[:first]
    return SimpleNamespace(
        nodes=shown,
        edges=[SimpleNamespace(node=row, cursor=cursor(row)) for row in shown],
        total_count=len(rows),
        page_info=SimpleNamespace(
            has_next_page=len(behind) > len(shown),
            has_previous_page=after is not None,
            start_cursor=cursor(shown[0]) if shown else None,
            end_cursor=cursor(shown[-1]) if shown else None,
        ),
    )
