"""Rows for tests, made by the actions themselves, and a look at everything that was written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tortoise.connection import get_connection

from domain.access import ANONYMOUS, EVERY_SCOPE, NETWORK, Act, Grant, Kind, Role, Viewer
from domain.articles import actions as articles
from domain.campaigns import actions as campaigns
from domain.categories import actions as categories
from domain.engagement.actions.rollup import roll_up_all
from domain.engagement.actions.verify import Difference, verify
from domain.organizations import actions as organizations
from domain.organizations.rules import OrganizationKind
from domain.partners import actions as partners
from domain.partners.rules import PartnerKind, Platform
from domain.people import actions as people
from domain.posts import actions as posts
from domain.problems import Problem

NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
EVERYWHERE = (Grant(Role.ADMINISTRATOR, NETWORK),)
EDITOR = Act(Viewer(Kind.USER, 1, "editor", EVERYWHERE, EVERY_SCOPE), NOW, "request-1")
STRANGER = Act(ANONYMOUS, NOW)
SHANGHAI = ZoneInfo("Asia/Shanghai")
NO_SUCH = 2**63 - 1

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class World:
    """One of each: what most actions need to stand on."""

    organization_id: int
    person_id: int
    partner_id: int
    account_id: int


async def make_world(platform: Platform = Platform.WEIBO) -> World:
    organization_id = await make_organization()
    person = people.NewPerson(name="王编辑", organization_id=organization_id)
    partner_id = await make_partner(organization_id)
    return World(
        organization_id=organization_id,
        person_id=await people.create(EDITOR, person),
        partner_id=partner_id,
        account_id=await make_account(partner_id, platform),
    )


async def make_organization(parent_id: int | None = None, name: str = "大兴中心") -> int:
    new = organizations.NewOrganization(
        kind=OrganizationKind.CENTRE, name=name, parent_id=parent_id
    )
    return await organizations.create(EDITOR, new)


async def make_partner(organization_id: int, name: str = "黄村博主") -> int:
    new = partners.NewPartner(kind=PartnerKind.BLOGGER, name=name, organization_id=organization_id)
    return await partners.register(EDITOR, new)


async def make_account(
    partner_id: int, platform: Platform = Platform.WEIBO, base_url: str = ""
) -> int:
    new = partners.NewAccount(
        partner_id=partner_id,
        platform=platform,
        external_id=f"account-{next(_numbers)}",
        handle="@huangcun",
        base_url=base_url,
    )
    return await partners.register_account(EDITOR, new)


async def make_article(world: World, **given: Any) -> int:
    values: dict[str, Any] = {
        "title": "志愿者走进社区",
        "author_id": world.person_id,
        "organization_id": world.organization_id,
        **given,
    }
    return await articles.create(EDITOR, articles.NewArticle(**values))


async def make_category(name: str = "要闻", parent_id: int | None = None) -> int:
    slug = f"category-{next(_numbers)}"
    new = categories.NewCategory(name=name, slug=slug, parent_id=parent_id)
    return await categories.create(EDITOR, new)


async def make_campaign(organization_id: int) -> int:
    new = campaigns.NewCampaign(
        title="网上志愿服务",
        organization_id=organization_id,
        starts_at=NOW,
        ends_at=NOW + timedelta(days=30),
    )
    return await campaigns.create(EDITOR, new)


async def make_post(account_id: int, **given: Any) -> int:
    values: dict[str, Any] = {
        "account_id": account_id,
        "external_id": f"post-{next(_numbers)}",
        "posted_at": NOW,
        **given,
    }
    return await posts.register(EDITOR, posts.NewPost(**values))


async def contents(tables: Sequence[str] = ()) -> dict[str, str]:
    """A digest of the tables' rows; of every table's where none is named."""
    connection = get_connection("default")
    statement = " UNION ALL ".join(
        f"SELECT '{table}' AS name,"
        f" md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS digest"
        f" FROM {table} t"
        for table in tables or await _tables()
    )
    rows = await connection.execute_query_dict(statement)
    return {row["name"]: row["digest"] for row in rows}


async def _tables() -> list[str]:
    rows = await get_connection("default").execute_query_dict(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " ORDER BY relname"
    )
    return [row["relname"] for row in rows]


@asynccontextmanager
async def nothing_written() -> AsyncIterator[None]:
    before = await contents()
    yield
    assert await contents() == before


@asynccontextmanager
async def refused(problem: type[Problem], *path: str, code: str = "") -> AsyncIterator[None]:
    """What is done here is refused, says why in this place, and leaves every table as it was."""
    before = await contents()
    with pytest.raises(problem) as caught:
        yield
    assert type(caught.value) is problem
    assert caught.value.path == path
    assert caught.value.code == (code or problem.code)
    assert await contents() == before


async def derive() -> None:
    """Derives every figure that waits for it."""
    await roll_up_all(zone=SHANGHAI)


async def wrong_figures() -> list[Difference]:
    """Figures that differ from what the observations say; looked for when none wait."""
    return await verify(zone=SHANGHAI, report=lambda done, of: None)


async def known_posts(kind: str, subject_id: int) -> int:
    """How many posts count for this subject."""
    rows = await get_connection("default").execute_query_dict(
        "SELECT known FROM engagement_total"
        " WHERE subject_kind = $1 AND subject_id = $2 AND metric = 'READS'",
        [kind, subject_id],
    )
    return int(rows[0]["known"])
