"""Lists: every row looked at, sorted in Python, sliced."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any, TypeAlias

from tests.oracle import media
from tests.oracle.asked import Asked
from tests.oracle.counting import subject_of
from tests.oracle.tables import Row

Belongs: TypeAlias = Callable[[Asked, Row, Row], bool]
Fits: TypeAlias = Callable[[Asked, Row, Any], bool]
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


def _number(id_: str) -> int:
    return int(id_.split(":")[1])


def _points_to(column: str) -> Belongs:
    return lambda asked, parent, row: bool(getattr(row, column) == parent.id)


BELONGS: dict[tuple[str, str], Belongs] = {
    ("Account", "distributions"): _points_to("account_id"),
    ("Account", "posts"): _points_to("account_id"),
    ("Article", "distributions"): _points_to("article_id"),
    ("Article", "posts"): _points_to("article_id"),
    ("Article", "revisions"): _points_to("article_id"),
    ("Campaign", "posts"): _points_to("campaign_id"),
    ("Organization", "articles"): _points_to("organization_id"),
    ("Organization", "campaigns"): _points_to("organization_id"),
    ("Organization", "children"): _points_to("parent_id"),
    ("Organization", "partners"): _points_to("organization_id"),
    ("Organization", "subtree"): lambda asked, parent, row: asked.tables.is_within(
        "Organization", row.id, parent.id
    ),
    ("Partner", "accounts"): _points_to("partner_id"),
    ("Partner", "deliveries"): _points_to("partner_id"),
    ("Person", "articles"): _points_to("author_id"),
    ("Post", "discounts"): _points_to("post_id"),
    ("Team", "children"): _points_to("parent_id"),
    ("WebhookEndpoint", "messages"): _points_to("endpoint_id"),
}


def _is(column: str) -> Fits:
    return lambda asked, row, wanted: bool(getattr(row, column) == wanted)


def _is_of(column: str) -> Fits:
    return lambda asked, row, id_: bool(getattr(row, column) == _number(id_))


def _below(column: str, tree: str = "Organization") -> Fits:
    return lambda asked, row, id_: asked.tables.is_within(tree, getattr(row, column), _number(id_))


def _since(column: str) -> Fits:
    def fits(asked: Asked, row: Row, moment: datetime) -> bool:
        value = getattr(row, column)
        return value is not None and value >= moment

    return fits


def _before(column: str) -> Fits:
    def fits(asked: Asked, row: Row, moment: datetime) -> bool:
        value = getattr(row, column)
        return value is not None and value < moment

    return fits


def _starts(column: str) -> Fits:
    return lambda asked, row, start: bool(getattr(row, column).startswith(start))


def _has_account_on(asked: Asked, partner: Row, platform: str) -> bool:
    accounts = asked.all("Account")
    return any(row.partner_id == partner.id and row.platform == platform for row in accounts)


def _is_on(asked: Asked, row: Row, platform: str) -> bool:
    return bool(asked.tables.nouns["Account"][row.account_id].platform == platform)


FITS: dict[str, dict[str, Fits]] = {
    "Account": {"platform": _is("platform")},
    "Article": {
        "organizationId": _is_of("organization_id"),
        "within": _below("organization_id"),
        "authorId": _is_of("author_id"),
        "category": _is("category"),
        "tag": lambda asked, row, tag: tag in row.tags,
        "status": _is("status"),
        "publishedSince": _since("published_at"),
        "publishedBefore": _before("published_at"),
    },
    "AuditEntry": {
        "actor": _is("actor"),
        "actorId": _is("actor_id"),
        "action": _is("action"),
        "subject": _is("subject"),
        "requestId": _is("request_id"),
        "happenedSince": _since("at"),
        "happenedBefore": _before("at"),
    },
    "Campaign": {
        "within": _below("organization_id"),
        "runningAt": lambda asked, row, moment: row.starts_at <= moment < row.ends_at,
    },
    "Delivery": {
        "webhookId": _is("webhook_id"),
        "hasRejections": lambda asked, row, wanted: bool(row.rejected) == wanted,
    },
    "Distribution": {
        "articleId": _is_of("article_id"),
        "accountId": _is_of("account_id"),
        "state": _is("state"),
        "way": _is("way"),
        "platform": _is_on,
    },
    "EngagementDiscount": {"metric": _is("metric")},
    "InflationFlag": {"state": _is("state"), "kind": _is("kind"), "metric": _is("metric")},
    "Media": {
        "organizationId": _is_of("organization_id"),
        "within": _below("organization_id"),
        "kind": _is("kind"),
        "unused": media.is_unused,
        "text": media.has_text,
    },
    "WebhookEndpoint": {"event": lambda asked, row, event: event in row.events},
    "WebhookMessage": {"state": _is("state")},
    "Organization": {
        "kind": _is("kind"),
        "parentId": _is_of("parent_id"),
        "within": _below("id"),
        "nameStarts": _starts("name"),
    },
    "Partner": {
        "kind": _is("kind"),
        "within": _below("organization_id"),
        "platform": _has_account_on,
        "nameStarts": _starts("name"),
    },
    "Post": {
        "accountId": _is_of("account_id"),
        "articleId": _is_of("article_id"),
        "campaignId": _is_of("campaign_id"),
        "within": _below("organization_id"),
        "platform": _is_on,
        "state": _is("state"),
        "postedSince": _since("posted_at"),
        "postedBefore": _before("posted_at"),
    },
    "Team": {
        "kind": _is("kind"),
        "organizationId": _is_of("organization_id"),
        "within": _below("id", "Team"),
    },
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
    "NAME": (lambda asked, row: row.name, False),
    "MOST_READ": (_most_read, True),
}
"""What each order goes by, and whether the largest comes first. Equal ones go by their number, in
the same direction."""


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
    key, descending = ORDERS[orderBy]
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
