"""Rows for tests, made by the actions themselves, and a look at everything that was written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

import pytest
from tortoise.connection import get_connection

from domain.access import ANONYMOUS, Act, Role, Viewer
from domain.articles import actions as articles
from domain.organizations import actions as organizations
from domain.organizations.rules import OrganizationKind
from domain.partners import actions as partners
from domain.partners.rules import PartnerKind, Platform
from domain.people import actions as people
from domain.posts import actions as posts
from domain.problems import Problem

NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
EDITOR = Act(Viewer(Role.ADMINISTRATOR, "editor"), NOW, "request-1")
STRANGER = Act(ANONYMOUS, NOW)

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


async def make_article(world: World, title: str = "志愿者走进社区", **given: object) -> int:
    values: dict[str, object] = {
        "title": title,
        "author_id": world.person_id,
        "organization_id": world.organization_id,
        **given,
    }
    return await articles.create(EDITOR, articles.NewArticle(**values))  # type: ignore[arg-type]


async def make_post(
    account_id: int,
    *,
    external_id: str | None = None,
    article_id: int | None = None,
    campaign_id: int | None = None,
) -> int:
    new = posts.NewPost(
        account_id=account_id,
        external_id=external_id or f"post-{next(_numbers)}",
        posted_at=NOW,
        article_id=article_id,
        campaign_id=campaign_id,
    )
    return await posts.register(EDITOR, new)


async def contents() -> dict[str, str]:
    """A digest of every table's rows."""
    connection = get_connection("default")
    tables = await connection.execute_query_dict(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " ORDER BY relname"
    )
    statement = " UNION ALL ".join(
        f"SELECT '{table['relname']}' AS name,"
        f" md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS digest"
        f" FROM {table['relname']} t"
        for table in tables
    )
    rows = await connection.execute_query_dict(statement)
    return {row["name"]: row["digest"] for row in rows}


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
