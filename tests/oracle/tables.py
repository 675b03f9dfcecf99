"""Whole tables in memory, of which everybody finds what they see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

from tortoise.connection import get_connection
from tortoise.models import Model

from domain.access import Viewer
from domain.articles.models import Article, ArticleEditing, ArticleRevision, RevisionName
from domain.audit.models import AuditEntry, AuditLink
from domain.campaigns.models import Campaign
from domain.categories.models import Category
from domain.deliveries.models import Delivery, Restatement
from domain.distribution.models import Distribution
from domain.engagement.models import MetricDefinition
from domain.engagement.rules import Addition
from domain.fronts.models import Front, FrontEntry
from domain.highlights.models import ArticleHighlight
from domain.inflation.models import EngagementDiscount, InflationFlag
from domain.media.models import ArticleMedia, Media, MediaRendition
from domain.organizations.models import Organization
from domain.partners.models import Account, Partner
from domain.people.models import Person
from domain.posts.models import Post
from domain.previews.models import PreviewLink
from domain.publishing.models import Embargo, PublicationPlan
from domain.pulling.models import AccountPull, Budget, PostPull
from domain.reviews.models import (
    Review,
    ReviewAssignment,
    ReviewEntry,
    ReviewFinding,
    ReviewInvitation,
    ReviewTerm,
    ReviewWorkflow,
)
from domain.search.models import SearchSynonym
from domain.teams.models import Team
from domain.webhooks.models import WebhookEndpoint, WebhookMessage
from tests.oracle.matches import Asking, Match, kin, matches
from tests.oracle.sight import sees

Row: TypeAlias = Any
"""A model's instance; Any, because the oracle asks it for columns by name."""

MODELS: tuple[type[Model], ...] = (
    Account,
    Article,
    ArticleHighlight,
    ArticleMedia,
    ArticleRevision,
    AuditEntry,
    AuditLink,
    Campaign,
    Category,
    Delivery,
    Distribution,
    Embargo,
    EngagementDiscount,
    Front,
    FrontEntry,
    InflationFlag,
    Media,
    MediaRendition,
    Organization,
    Partner,
    Person,
    Post,
    PreviewLink,
    PublicationPlan,
    Restatement,
    Review,
    ReviewAssignment,
    ReviewEntry,
    ReviewFinding,
    ReviewInvitation,
    ReviewTerm,
    ReviewWorkflow,
    SearchSynonym,
    Team,
    WebhookEndpoint,
    WebhookMessage,
)
Subject: TypeAlias = tuple[str, int, str]
"""Kind of subject, its number, the metric: all as the ledger's tables spell them."""

Believed: TypeAlias = dict[Subject, list[dict[str, Any]]]


@dataclass(frozen=True)
class Network:
    """The one object that stands on no table. id: as the ledger numbers it."""

    id: int = 0


@dataclass(frozen=True)
class History:
    """Every row that ever was, by subject, in the order in which it came to be believed."""

    totals: Believed
    daily: Believed
    hourly: Believed


@dataclass(frozen=True)
class Tables:
    """now: when they were read; no row's period begins or ends about that time."""

    now: datetime
    nouns: dict[str, dict[int, Row]]
    totals: dict[Subject, dict[str, Any]]
    daily: dict[Subject, dict[date, int]]
    hourly: dict[Subject, dict[datetime, int]]
    definitions: list[MetricDefinition]
    history: History
    pulls: dict[int, Row]
    due: list[Row]
    budgets: dict[tuple[str, datetime], int]
    revision_names: dict[int, str]
    editing: list[Row]
    additions: dict[tuple[Subject, date], Addition]
    matches: dict[Asking, list[Match]]
    kin: dict[int, list[tuple[float, int]]]
    seen: dict[tuple[str, Viewer], dict[int, Row]] = field(default_factory=dict)

    def all(self, type_name: str, viewer: Viewer) -> list[Row]:
        return list(self._seen(type_name, viewer).values())

    def find(self, id_: str, viewer: Viewer) -> Row | None:
        """The row of a global id, if it is there for this viewer."""
        type_name, number = id_.split(":")
        if type_name == "Network":
            return Network() if number == "1" else None
        return self.get(type_name, int(number), viewer)

    def get(self, type_name: str, number: int | None, viewer: Viewer) -> Row | None:
        return self._seen(type_name, viewer).get(number or 0)

    def _seen(self, type_name: str, viewer: Viewer) -> dict[int, Row]:
        """Looked through once for each viewer: the same few ask again and again."""
        known = self.seen.get((type_name, viewer))
        if known is None:
            rows = self.nouns[type_name].items()
            known = {number: row for number, row in rows if sees(self, row, viewer)}
            self.seen[type_name, viewer] = known
        return known

    def line(self, row: Row) -> list[Row]:
        """A tree's row and those above it, from the row up."""
        found = [row]
        while found[-1].parent_id is not None:
            found.append(self.nouns[type(row).__name__][found[-1].parent_id])
        return found

    def is_within(self, type_name: str, number: int | None, top: int) -> bool:
        """Whether a tree's row is `top` or stands somewhere below it."""
        row = self.nouns[type_name].get(number or 0)
        return row is not None and top in [above.id for above in self.line(row)]


async def load() -> Tables:
    nouns = {model.__name__: {row.pk: row for row in await model.all()} for model in MODELS}
    return Tables(
        datetime.now(UTC),
        nouns,
        {_subject(row): row for row in await _rows("engagement_total")},
        _by_subject(await _rows("engagement_daily"), "day"),
        _by_subject(await _rows("engagement_hourly"), "hour"),
        sorted(await MetricDefinition.all(), key=lambda row: row.code),
        History(*[await _believed(table) for table in ("total", "daily", "hourly")]),
        {row.pk: row for row in await AccountPull.all()},
        await PostPull.all(),
        {(row.scope, row.window_starts_at): row.used for row in await Budget.all()},
        {row.pk: row.name for row in await RevisionName.all()},
        await ArticleEditing.all(),
        {
            (_subject(row), row["day"]): Addition(row["addition"])
            for row in await _rows("engagement_daily")
        },
        await matches(),
        await kin(),
    )


async def _believed(table: str) -> Believed:
    found: Believed = {}
    rows = await _rows(f"engagement_{table}_history")
    for row in sorted(rows, key=lambda row: row["believed_from"]):
        found.setdefault(_subject(row), []).append(row)
    return found


async def _rows(table: str) -> list[dict[str, Any]]:
    return await get_connection("default").execute_query_dict(f"SELECT * FROM {table}")


def _subject(row: dict[str, Any]) -> Subject:
    return row["subject_kind"], row["subject_id"], row["metric"]


def _by_subject(rows: Iterable[dict[str, Any]], bucket: str) -> dict[Subject, dict[Any, int]]:
    found: dict[Subject, dict[Any, int]] = {}
    for row in rows:
        found.setdefault(_subject(row), {})[row[bucket]] = row["value"]
    return found
