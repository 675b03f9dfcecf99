"""A district small enough to add up by hand, and shorthands to count in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tortoise.connection import get_connection

from domain.database import transaction
from domain.engagement.actions.record import NewObservation, record
from domain.engagement.figures import COLUMNS
from domain.engagement.rules import Metric, Source

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2025, 10, 20, 12, tzinfo=UTC)
POSTED = datetime(2025, 10, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class District:
    """centre ⊃ branch ⊃ point, centre ⊃ other_branch.

    article stands at the point, other_article at the branch; the partner, its two accounts and
    the campaign at the other branch.
    """

    centre: int
    branch: int
    point: int
    other_branch: int
    article: int
    other_article: int
    campaign: int
    partner: int
    account: int
    other_account: int


async def rows(sql: str, *values: Any) -> list[dict[str, Any]]:
    return await get_connection("default").execute_query_dict(sql, list(values))


async def insert(table: str, **columns: Any) -> int:
    names = ", ".join(columns)
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    added = await rows(
        f"INSERT INTO {table} ({names}, created_at) VALUES ({places}, '2025-09-01') RETURNING id",
        *columns.values(),
    )
    return int(added[0]["id"])


async def organization(name: str, parent_id: int | None = None) -> int:
    return await insert(
        "organization", kind="BRANCH", name=name, parent_id=parent_id, path="", version=1
    )


async def article(slug: str, organization_id: int, author_id: int) -> int:
    created = datetime(2025, 9, 1, tzinfo=UTC)
    return await insert(
        "article",
        slug=slug,
        title=slug,
        summary="",
        body="",
        tags=[],
        status="DRAFT",
        listed_at=created,
        updated_at=created,
        author_id=author_id,
        organization_id=organization_id,
        version=1,
    )


async def account(name: str, partner_id: int) -> int:
    return await insert(
        "account",
        partner_id=partner_id,
        platform="WEIBO",
        external_id=name,
        handle=name,
        base_url="",
        options="{}",
        version=1,
    )


async def build() -> District:
    centre = await organization("centre")
    branch = await organization("branch", centre)
    point = await organization("point", branch)
    other_branch = await organization("other branch", centre)
    author = await insert("person", name="author", organization_id=centre, version=1)
    partner = await insert(
        "partner", kind="BLOGGER", name="partner", organization_id=other_branch, version=1
    )
    campaign = await insert(
        "campaign",
        title="campaign",
        summary="",
        organization_id=other_branch,
        starts_at=datetime(2025, 9, 1, tzinfo=UTC),
        ends_at=datetime(2025, 12, 1, tzinfo=UTC),
        version=1,
    )
    return District(
        centre,
        branch,
        point,
        other_branch,
        await article("article", point, author),
        await article("other-article", branch, author),
        campaign,
        partner,
        await account("account", partner),
        await account("other-account", partner),
    )


async def post(
    district: District,
    name: str,
    *,
    organization_id: int,
    article_id: int | None = None,
    campaign_id: int | None = None,
    account_id: int | None = None,
    posted_at: datetime = POSTED,
    repost_of_id: int | None = None,
) -> int:
    return await insert(
        "post",
        repost_of_id=repost_of_id,
        account_id=account_id or district.account,
        external_id=name,
        url="",
        title=name,
        state="LIVE",
        posted_at=posted_at,
        article_id=article_id,
        campaign_id=campaign_id,
        organization_id=organization_id,
    )


def reads(post_id: int, value: int, observed_at: datetime, **other: Any) -> NewObservation:
    given = {"metric": Metric.READS, "definition": "test.reads/1", "source": Source.PULL, **other}
    return NewObservation(post_id=post_id, value=value, observed_at=observed_at, **given)


async def take(*observations: NewObservation, now: datetime = NOW) -> list[bool]:
    async with transaction() as client:
        return await record(client, observations, now=now)


async def figures(kind: str, subject_id: int, metric: str = "READS") -> dict[str, Any]:
    found = await rows(
        f"SELECT {', '.join(COLUMNS)} FROM engagement_total"
        " WHERE subject_kind = $1 AND subject_id = $2 AND metric = $3",
        kind,
        subject_id,
        metric,
    )
    return found[0]


async def values(*subjects: tuple[str, int]) -> list[int | None]:
    return [(await figures(kind, subject_id))["value"] for kind, subject_id in subjects]


async def days(kind: str, subject_id: int, metric: str = "READS") -> dict[date, int]:
    found = await rows(
        "SELECT day, value FROM engagement_daily"
        " WHERE subject_kind = $1 AND subject_id = $2 AND metric = $3 ORDER BY day",
        kind,
        subject_id,
        metric,
    )
    return {row["day"]: row["value"] for row in found}


async def hours(kind: str, subject_id: int, metric: str = "READS") -> dict[datetime, int]:
    found = await rows(
        "SELECT hour, value FROM engagement_hourly"
        " WHERE subject_kind = $1 AND subject_id = $2 AND metric = $3 ORDER BY hour",
        kind,
        subject_id,
        metric,
    )
    return {row["hour"]: row["value"] for row in found}


async def everything_stored() -> Sequence[Sequence[dict[str, Any]]]:
    """All derived rows, for exact comparison."""
    return [
        await rows(f"SELECT * FROM engagement_{table} ORDER BY {keys}")
        for table, keys in (
            ("total", "1, 2, 3"),
            ("daily", "1, 2, 3, 4"),
            ("hourly", "1, 2, 3, 4"),
        )
    ]


def silent(done: int, total: int) -> None:
    """A progress report that nobody reads."""
