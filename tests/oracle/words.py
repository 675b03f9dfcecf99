"""What may stand in an argument: values that hit something, values that just miss, odd ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from tests.oracle.matches import QUERIES
from tests.oracle.newsroom_rows import FRONTS
from tests.oracle.review_rows import ACTORS, TITLES
from tests.oracle.tables import Tables

NO_SUCH = 999_999
UNNUMBERED = (
    *("ArticleMedia", "AuditLink", "Embargo", "FrontEntry", "MediaRendition", "Restatement"),
    *("ArticleHighlight", "ReviewAssignment"),
)
"""Types without a global id."""

NO_NODES = (
    *("Front", "PreviewLink", "PublicationPlan", "Review", "ReviewEntry", "ReviewFinding"),
    *("ReviewInvitation", "ReviewTerm", "ReviewWorkflow", "SearchSynonym"),
)
"""Types with an id by which `node` finds nothing."""

ODD_TEXTS = ["", "'", '"; DROP TABLE article', "no such", "😀", "{x}", "%s", "$1", "\\"]

Order: TypeAlias = tuple[str, str]
"""Name of the type in a list, name of the list's order."""

AUDITED = {
    "actor": "actor",
    "actorId": "actor_id",
    "action": "action",
    "subject": "subject",
    "requestId": "request_id",
}
"""Conditions of the audit trail, and their columns."""


@dataclass
class Words:
    """ids: by type name, of rows there are and of one there is not. cursors: by list and order,
    as the planner gave them."""

    ids: dict[str, list[str]]
    texts: dict[str, list[str]]
    moments: list[str]
    believed: list[str]
    first_days: list[str]
    last_days: list[str]
    cursors: dict[Order, list[str]] = field(default_factory=dict)


def words_of(tables: Tables, now: datetime, zone: ZoneInfo) -> Words:
    articles = list(tables.nouns["Article"].values())
    audited = list(tables.nouns["AuditEntry"].values())
    named = [*tables.nouns["Organization"].values(), *tables.nouns["Partner"].values()]
    today = now.astimezone(zone).date()
    return Words(
        {name: _ids(name, rows) for name, rows in tables.nouns.items() if name not in UNNUMBERED}
        | {"Network": ["Network:1", "Network:2"]},
        {
            "code": ["BCI", "WEIBO_LIST", "WCI", *ODD_TEXTS],
            "text": _once(row.alt[:3] for row in tables.nouns["Media"].values()) + ODD_TEXTS,
            "slug": [row.slug for row in (*articles, *tables.nouns["Category"].values())]
            + ODD_TEXTS,
            **{
                name: _once(getattr(row, column) for row in audited) + ODD_TEXTS
                for name, column in AUDITED.items()
            },
            "tag": _once(tag for row in articles for tag in row.tags) + ODD_TEXTS,
            "query": list(QUERIES),
            "name": [*FRONTS, *ODD_TEXTS],
            "stage": [*TITLES, *ODD_TEXTS],
            "claimedBy": [*ACTORS, "User:7", *ODD_TEXTS],
            "webhookId": [f"push-{number}" for number in range(14)] + ODD_TEXTS,
            "nameStarts": _once(row.name[:2] for row in named) + ODD_TEXTS,
        },
        _moments(tables, zone),
        _believed(tables),
        [_day(today, back) for back in (5, 6, 31, 60, 420, 2000)],
        [_day(today, back) for back in (5, 4, 2, 1, 0, -3)],
    )


def _believed(tables: Tables) -> list[str]:
    """When figures came to be believed, and a little before; and when nothing was yet."""
    rows = (row for rows in tables.history.totals.values() for row in rows)
    known = sorted({row["believed_from"] for row in rows})[-4:]
    step = timedelta(microseconds=1)
    before = [moment - step for moment in known]
    return [moment.isoformat() for moment in (*known, *before, datetime(2020, 1, 1, tzinfo=UTC))]


def _ids(name: str, rows: dict[int, Any]) -> list[str]:
    return [f"{name}:{number}" for number in [*rows, NO_SUCH]]


def _once(values: Any) -> list[str]:
    return list(dict.fromkeys(values))


def _moments(tables: Tables, zone: ZoneInfo) -> list[str]:
    """Exactly when something happened, and a little before and after; in several zones."""
    known = {row.posted_at for row in tables.nouns["Post"].values()}
    known |= {row.starts_at for row in tables.nouns["Campaign"].values()}
    known |= {row.at for row in tables.nouns["AuditEntry"].values()}
    known |= {row.at for row in tables.nouns["PublicationPlan"].values()}
    known |= {row.published_at for row in tables.nouns["Article"].values() if row.published_at}
    step = timedelta(microseconds=1)
    return [
        text
        for moment in sorted(known)
        for text in (
            moment.isoformat(),
            (moment + step).astimezone(zone).isoformat(),
            (moment - step).isoformat(),
        )
    ]


def _day(today: date, back: int) -> str:
    return (today - timedelta(days=back)).isoformat()
