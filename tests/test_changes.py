"""What every action stands in: the gate, and the database's own refusals turned into words."""

from __future__ import annotations

import asyncio
from types import ModuleType

import pytest
from tortoise.exceptions import OperationalError

from domain.articles import access as articles
from domain.articles.actions import ArticleChanges, update
from domain.audit import access as audit
from domain.campaigns import access as campaigns
from domain.changes import change, locked
from domain.deliveries import access as deliveries
from domain.organizations import access as organizations
from domain.organizations.models import Organization
from domain.partners import access as partners
from domain.people import access as people
from domain.posts import access as posts
from domain.posts.models import Post
from domain.problems import Conflict, Forbidden, Invalid, NotFound, Problem
from domain.teams import access as teams
from domain.tokens import access as tokens
from tests.rows import (
    EDITOR,
    STRANGER,
    make_article,
    make_organization,
    make_post,
    make_world,
    nothing_written,
    refused,
    wrong_figures,
)

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    ("noun", "anonymous", "administrator"),
    [
        (organizations, "TRUE", "TRUE"),
        (teams, "TRUE", "TRUE"),
        (people, "TRUE", "TRUE"),
        (partners, "TRUE", "TRUE"),
        (campaigns, "TRUE", "TRUE"),
        (articles, "{row}.status = 'PUBLISHED'", "TRUE"),
        (posts, "{row}.public", "TRUE"),
        (deliveries, "FALSE", "TRUE"),
        (tokens, "FALSE", "TRUE"),
        (audit, "FALSE", "TRUE"),
    ],
)
def test_who_sees_which_rows(noun: ModuleType, anonymous: str, administrator: str) -> None:
    assert noun.visible(STRANGER.viewer) == (anonymous, ())
    assert noun.visible(EDITOR.viewer) == (administrator, ())


async def test_nobody_else_gets_in() -> None:
    async with refused(Forbidden), change(STRANGER):
        pytest.fail("the gate is open")


PERSON = (
    "INSERT INTO person (organization_id, name, version, created_at) VALUES ({0}, '{1}', 1, now())"
)


@pytest.mark.parametrize(
    ("statement", "problem", "path"),
    [
        (PERSON.format(2**62, "x"), NotFound, ("organization_id",)),
        (PERSON.format("{home}", ""), Invalid, ()),
        (PERSON.format("{home}", "x").replace("'x'", "NULL"), Invalid, ()),
        ("UPDATE organization SET parent_id = {home} WHERE id = {home}", Invalid, ("parent_id",)),
        ("INSERT INTO organization SELECT * FROM organization WHERE id = {home}", Conflict, ()),
    ],
)
async def test_what_slips_past_the_checks_is_refused_by_the_database_in_words(
    statement: str, problem: type[Problem], path: tuple[str, ...]
) -> None:
    home = await make_organization()
    code = expected_code(problem, path)
    async with refused(problem, *path, code=code), change(EDITOR) as client:
        await client.execute_query(statement.format(home=home))


def expected_code(problem: type[Problem], path: tuple[str, ...]) -> str:
    if problem is Conflict:
        return "OVERTAKEN"
    return "CYCLE" if path == ("parent_id",) else problem.code


async def test_what_is_nobodys_fault_but_ours_stays_an_error() -> None:
    async with nothing_written():
        with pytest.raises(OperationalError):
            async with change(EDITOR) as client:
                await client.execute_query("SELECT nonsense")


async def test_two_changes_that_wait_for_each_other_end_as_one_conflict() -> None:
    one, two = await make_organization(), await make_organization()
    met = asyncio.Barrier(2)

    async def both(first: int, second: int) -> None:
        async with change(EDITOR) as client:
            await locked(client, Organization, first)
            await met.wait()
            await locked(client, Organization, second)

    outcomes = await asyncio.gather(both(one, two), both(two, one), return_exceptions=True)
    refusals = [outcome for outcome in outcomes if outcome is not None]
    assert [type(refusal) for refusal in refusals] == [Conflict]


async def test_a_post_that_comes_while_its_article_moves_counts_where_it_went() -> None:
    world = await make_world()
    other = await make_organization()
    article = await make_article(world)
    for version, home in enumerate((other, world.organization_id) * 4, 1):
        post, moved = await asyncio.gather(
            make_post(world.account_id, article_id=article),
            update(EDITOR, article, version, ArticleChanges(organization_id=home)),
            return_exceptions=True,
        )
        assert moved is None
        assert isinstance(post, (int, Conflict)), post
        kept = await Post.filter(article_id=article)
        assert {row.organization_id for row in kept} <= {home}
    assert await wrong_figures() == []
