"""Types whose fields are resolved one by one, on the rows the ORM gave."""

from __future__ import annotations

import base64
import json
from datetime import date, datetime
from enum import Enum
from typing import Any, NewType

import strawberry

from benchmarks.stock.totals import Row, series
from domain.articles import models as articles
from domain.organizations import models as organizations
from domain.partners import models as partners

ZONE = "Asia/Shanghai"
BigInt = NewType("BigInt", int)


@strawberry.enum
class Metric(Enum):
    READS = "READS"
    LIKES = "LIKES"


@strawberry.enum
class LeaderboardOf(Enum):
    ARTICLES = "ARTICLE"
    PARTNERS = "PARTNER"
    ORGANIZATIONS = "ORGANIZATION"


@strawberry.type
class Coverage:
    known: int
    counted: int


@strawberry.type
class MetricValue:
    value: BigInt | None
    status: str
    as_of: datetime | None
    coverage: Coverage


@strawberry.type
class SeriesPoint:
    starts_at: datetime
    value: BigInt


def metric_value(row: Row) -> MetricValue:
    coverage = Coverage(known=row["known"], counted=row["counted"])
    return MetricValue(
        value=row["value"], status=row["status"], as_of=row["as_of"], coverage=coverage
    )


def _total(row: Any, metric: str) -> MetricValue:
    return metric_value(row.totals[row.id, metric])


@strawberry.type
class Counted:
    @strawberry.field
    def reads(self) -> MetricValue:
        return _total(self, "READS")

    @strawberry.field
    def likes(self) -> MetricValue:
        return _total(self, "LIKES")

    @strawberry.field
    def comments(self) -> MetricValue:
        return _total(self, "COMMENTS")

    @strawberry.field
    def shares(self) -> MetricValue:
        return _total(self, "SHARES")


@strawberry.interface
class Subject:
    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(f"{type(self).__name__}:{self.id}")


@strawberry.type
class Person:
    name: str


@strawberry.type
class Partner(Subject):
    name: str

    @classmethod
    def is_type_of(cls, row: Any, _info: Any) -> bool:
        return isinstance(row, partners.Partner)


@strawberry.type
class Post(Counted):
    url: str
    posted_at: datetime

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(f"Post:{self.id}")

    @strawberry.field
    def partner(self) -> Partner:
        partner: Partner = self.account.partner  # type: ignore[attr-defined]
        return partner


@strawberry.type
class PostPage:
    nodes: list[Post]


@strawberry.type
class Organization(Subject):
    name: str

    @classmethod
    def is_type_of(cls, row: Any, _info: Any) -> bool:
        return isinstance(row, organizations.Organization)

    @strawberry.field
    async def articles(self, first: int = 20) -> ArticlePage:
        listed = articles.Article.filter(organization_id=self.id, status="PUBLISHED")
        return ArticlePage(nodes=await listed.order_by("-listed_at", "-id").limit(first))  # type: ignore[arg-type]


@strawberry.type
class OrganizationPage:
    nodes: list[Organization]


@strawberry.type
class Category:
    name: str


@strawberry.type
class Article(Subject, Counted):
    title: str
    slug: str
    summary: str
    body: str
    category: Category | None
    tags: list[str]
    published_at: datetime | None
    author: Person
    organization: Organization

    @classmethod
    def is_type_of(cls, row: Any, _info: Any) -> bool:
        return isinstance(row, articles.Article)

    @strawberry.field
    def posts(self, first: int = 20) -> PostPage:
        rows: Any = self
        return PostPage(nodes=list(rows.posts)[:first])


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class ArticlePage:
    nodes: list[Article]
    page_info: PageInfo | None = None


@strawberry.type
class LeaderboardEntry:
    rank: int
    value: BigInt
    subject: Subject


@strawberry.type
class Network(Counted):
    id: strawberry.Private[int]
    totals: strawberry.Private[dict[tuple[int, str], Row]]

    @strawberry.field
    async def series(
        self, since: date, until: date, metric: Metric = Metric.READS
    ) -> list[SeriesPoint]:
        return [SeriesPoint(**row) for row in await series(metric.value, since, until, ZONE)]


def cursor(row: articles.Article) -> str:
    """The same text as the real server's, so that both page from the same place."""
    values = f'["NEWEST", "{row.listed_at.isoformat()}", {row.id}]'
    return base64.b64encode(values.encode()).decode()


def read_cursor(text: str) -> tuple[datetime, int]:
    _, listed_at, number = json.loads(base64.b64decode(text))
    return datetime.fromisoformat(listed_at), number
