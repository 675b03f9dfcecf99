"""Organizations, teams and people: made, renamed, moved, and what is refused."""

from __future__ import annotations

import asyncio

import pytest

from domain.access import Act
from domain.engagement.rules import SubjectKind
from domain.organizations import actions
from domain.organizations.access import visible
from domain.organizations.models import Organization
from domain.organizations.rules import OrganizationKind
from domain.organizations.tree import lineage
from domain.people import actions as people
from domain.people.models import Person
from domain.problems import Conflict, Forbidden, Invalid, NotFound
from domain.teams import actions as teams
from domain.teams.models import Team
from domain.teams.rules import TeamKind
from tests.rows import (
    EDITOR,
    NO_SUCH,
    NOW,
    STRANGER,
    derive,
    known_posts,
    make_article,
    make_organization,
    make_post,
    make_world,
    nothing_written,
    refused,
    wrong_figures,
)

pytestmark = pytest.mark.usefixtures("database")


def new(name: str = "黄村所", parent_id: int | None = None) -> actions.NewOrganization:
    return actions.NewOrganization(kind=OrganizationKind.BRANCH, name=name, parent_id=parent_id)


async def path(number: int) -> list[int]:
    row = await Organization.get(id=number)
    return [int(part) for part in row.path.split(".")]


async def test_a_new_organization_stands_below_its_parent() -> None:
    root = await make_organization()
    branch = await actions.create(EDITOR, new("  黄村所 ", root))
    row = await Organization.get(id=branch)
    assert (row.name, row.kind, row.parent_id) == ("黄村所", OrganizationKind.BRANCH, root)
    assert (row.version, row.created_at) == (1, NOW)
    assert await path(branch) == [root, branch]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "EMPTY"),
        ("a\x00", "INVALID_TEXT"),
        ("\ud800", "INVALID_TEXT"),
        ("字" * 201, "TOO_LONG"),
    ],
)
async def test_a_name_that_cannot_be(name: str, code: str) -> None:
    root = await make_organization()
    async with refused(Invalid, "name", code=code):
        await actions.create(EDITOR, new(name))
    async with refused(Invalid, "name", code=code):
        await actions.rename(EDITOR, root, 1, name)


async def test_an_unknown_parent_is_named() -> None:
    root = await make_organization()
    async with refused(NotFound, "parent_id"):
        await actions.create(EDITOR, new(parent_id=NO_SUCH))
    async with refused(NotFound, "parent_id"):
        await actions.move(EDITOR, root, 1, NO_SUCH)
    async with refused(NotFound, "id"):
        await actions.move(EDITOR, NO_SUCH, 1, root)
    async with refused(NotFound, "id"):
        await actions.rename(EDITOR, NO_SUCH, 1, "x")


@pytest.mark.parametrize("act", [STRANGER])
async def test_only_administrators_write(act: Act) -> None:
    root = await make_organization()
    async with refused(Forbidden):
        await actions.create(act, new())
    async with refused(Forbidden):
        await actions.rename(act, root, 1, "x")
    async with refused(Forbidden):
        await actions.move(act, root, 1, None)
    async with refused(Forbidden):
        await people.create(act, people.NewPerson(name="x", organization_id=root))
    async with refused(Forbidden):
        await teams.create(act, teams.NewTeam(kind=TeamKind.CORPS, name="x"))


async def test_everybody_sees_them() -> None:
    assert visible(STRANGER.viewer).sql == "TRUE"


async def test_renaming_needs_the_version_that_was_seen() -> None:
    root = await make_organization()
    await actions.rename(EDITOR, root, 1, "新名")
    row = await Organization.get(id=root)
    assert (row.name, row.version) == ("新名", 2)
    async with refused(Conflict, "version", code="STALE_VERSION"):
        await actions.rename(EDITOR, root, 1, "旧名")


async def test_a_move_carries_everything_below() -> None:
    left, right = await make_organization(), await make_organization()
    branch = await make_organization(left)
    point = await make_organization(branch)
    await actions.move(EDITOR, branch, 1, right)
    assert await path(point) == [right, branch, point]
    assert (await Organization.get(id=branch)).version == 2
    await actions.move(EDITOR, branch, 2, None)
    assert await path(point) == [branch, point]


async def test_a_cycle_is_refused() -> None:
    root = await make_organization()
    branch = await make_organization(root)
    async with refused(Invalid, "parent_id", code="CYCLE"):
        await actions.move(EDITOR, root, 1, branch)
    async with refused(Invalid, "parent_id", code="CYCLE"):
        await actions.move(EDITOR, root, 1, root)


async def test_two_moves_at_once_never_make_a_cycle() -> None:
    one, two = await make_organization(), await make_organization()
    outcomes = await asyncio.gather(
        actions.move(EDITOR, one, 1, two),
        actions.move(EDITOR, two, 1, one),
        return_exceptions=True,
    )
    refusals = [outcome for outcome in outcomes if outcome is not None]
    assert [type(refusal) for refusal in refusals] == [Invalid]
    assert sorted([len(await path(one)), len(await path(two))]) == [1, 2]


async def test_children_added_during_a_move_stand_below_the_moved() -> None:
    left, right = await make_organization(), await make_organization()
    branch = await make_organization(left)
    children, _ = await asyncio.gather(
        asyncio.gather(*(make_organization(branch) for _ in range(6))),
        actions.move(EDITOR, branch, 1, right),
    )
    for child in children:
        assert await path(child) == [right, branch, child]


async def test_posts_known_above_follow_a_move() -> None:
    world = await make_world()
    left, right = await make_organization(), await make_organization()
    await actions.move(EDITOR, world.organization_id, 1, left)
    await make_post(world.account_id, article_id=await make_article(world))
    await derive()
    assert await known_posts("ORGANIZATION", left) == 1
    await actions.move(EDITOR, world.organization_id, 2, right)
    assert await known_posts("ORGANIZATION", left) == 0
    assert await known_posts("ORGANIZATION", right) == 1
    assert await wrong_figures() == []


async def test_the_lineage_is_itself_and_all_above() -> None:
    root = await make_organization()
    branch = await make_organization(root)
    connection = Organization._meta.db
    kind = SubjectKind.ORGANIZATION
    assert await lineage(connection, branch) == {(kind, root), (kind, branch)}
    assert await lineage(connection, NO_SUCH) == set()


async def test_a_person_belongs_to_an_organization() -> None:
    root = await make_organization()
    person = await people.create(EDITOR, people.NewPerson(name="李 记者", organization_id=root))
    assert await Person.filter(id=person).values_list("name", "organization_id") == [
        ("李 记者", root)
    ]
    async with refused(NotFound, "organization_id"):
        await people.create(EDITOR, people.NewPerson(name="x", organization_id=NO_SUCH))
    async with refused(Invalid, "name", code="TOO_LONG"):
        await people.create(EDITOR, people.NewPerson(name="x" * 101, organization_id=root))


async def test_teams_form_a_tree_and_serve_organizations() -> None:
    root = await make_organization()
    corps = await teams.create(EDITOR, teams.NewTeam(kind=TeamKind.CORPS, name="总队"))
    squad = await teams.create(
        EDITOR,
        teams.NewTeam(kind=TeamKind.SQUAD, name="小队", parent_id=corps, organization_id=root),
    )
    assert (await Team.get(id=squad)).path == f"{corps}.{squad}"
    for place in ("parent_id", "organization_id"):
        async with refused(NotFound, place):
            given = {place: NO_SUCH}
            await teams.create(EDITOR, teams.NewTeam(kind=TeamKind.SQUAD, name="x", **given))


async def test_a_refusal_that_writes_would_be_noticed() -> None:
    with pytest.raises(AssertionError):
        async with nothing_written():
            await make_organization()
