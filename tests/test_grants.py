"""Roles: granted below an organization, handed on for a while, ended at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from domain.access import ANONYMOUS, EVERY_SCOPE, Act, Grant, Kind, Role, Scope, Viewer, is_within
from domain.articles import actions as articles
from domain.audit.models import AuditEntry
from domain.grants import actions
from domain.grants.actions import Delegation, Holder, NewGrant
from domain.grants.holding import Held, Term, held_by_token, held_by_user, held_of
from domain.grants.models import RoleGrant
from domain.organizations import actions as organizations
from domain.permissions import ROLES, Permission, may, places
from domain.problems import Conflict, Forbidden, Invalid, NotFound
from domain.tokens import actions as tokens
from domain.users.models import User
from domain.users.rules import UserState
from tests.rows import EDITOR, NO_SUCH, NOW, STRANGER, make_organization, make_world, refused

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MOMENTS = st.integers(-5, 5).map(lambda days: NOW + days * DAY)


@dataclass
class Tree:
    """here with below it, elsewhere beside it; wang and li may sign in."""

    top: int
    here: int
    below: int
    elsewhere: int
    wang: int
    li: int

    def path(self, number: int) -> str:
        above = {self.top: "", self.here: f"{self.top}.", self.elsewhere: f"{self.top}."}
        return above.get(number, f"{self.top}.{self.here}.") + str(number)


@pytest_asyncio.fixture(loop_scope="module")
async def tree(database: str) -> AsyncIterator[Tree]:
    top = await make_organization()
    here, elsewhere = await make_organization(top), await make_organization(top)
    users = [
        await User.create(
            email=f"user-{top}-{number}@example.org",
            name="王",
            state=UserState.ACTIVE,
            created_at=NOW,
        )
        for number in range(2)
    ]
    below = await make_organization(here)
    yield Tree(top, here, below, elsewhere, users[0].id, users[1].id)


def acting(user: int, *held: Grant, scopes: frozenset[Scope] = EVERY_SCOPE) -> Act:
    return Act(Viewer(Kind.USER, user, f"User:{user}", held, scopes), NOW)


async def _grant(tree: Tree, role: Role, user: int, organization: int | None) -> int:
    new = NewGrant(role=role, holder=Holder(user_id=user), organization_id=organization)
    return await actions.grant(EDITOR, new)


@given(
    terms=st.lists(
        st.tuples(st.sampled_from(Role), MOMENTS, st.none() | MOMENTS).map(
            lambda each: Term(Grant(each[0], "1"), each[1], each[2])
        ),
        max_size=6,
    ),
    later=st.integers(0, 6 * 24).map(lambda hours: NOW + hours * HOUR),
)
def test_what_is_held_changes_only_when_it_was_said_to(terms: list[Term], later: object) -> None:
    now = held_of(terms, NOW)
    then = held_of(terms, later)  # type: ignore[arg-type] # a moment, as the strategy gives it
    assert now.until is None or now.until > NOW
    if now.until is None or later < now.until:  # type: ignore[operator] # as above
        assert then.grants == now.grants


def test_a_role_reaches_what_stands_below() -> None:
    assert [is_within(path, "1.2") for path in ("1.2", "1.2.3", "1", "1.20", "1.3")] == [
        *(True, True),
        *(False, False, False),
    ]
    assert is_within("1", "")


@given(
    st.sets(
        st.builds(Grant, st.sampled_from(Role), st.sampled_from(["", "1", "1.2", "3"])), max_size=5
    ),
    st.sampled_from(Permission),
    st.sampled_from(["1", "1.2", "1.2.4", "3", "5"]),
)
def test_permissions_follow_from_roles_and_nothing_else(
    held: set[Grant], permission: Permission, path: str
) -> None:
    viewer = Viewer(Kind.USER, 1, "wang", tuple(sorted(held)), EVERY_SCOPE)
    expected = any(
        each.role in ROLES[permission]
        and f"{path}.".startswith(f"{each.path}." if each.path else "")
        for each in held
    )
    assert may(viewer, permission, path) is expected
    without = Viewer(Kind.USER, 1, "wang", viewer.grants, frozenset({Scope.READ_PUBLIC}))
    assert places(without, permission) == []


async def test_a_role_holds_from_its_grant_to_its_end(tree: Tree) -> None:
    number = await _grant(tree, Role.AUTHOR, tree.wang, tree.here)
    held = await held_by_user(tree.wang, now=NOW)
    assert held == Held((Grant(Role.AUTHOR, tree.path(tree.here)),), None)
    await actions.end(EDITOR, number)
    assert await held_by_user(tree.wang, now=NOW) == Held((), None)
    row = await RoleGrant.get(id=number)
    assert (row.ended_at, row.ended_by) == (NOW, "editor")
    entries = await AuditEntry.filter(subject=f"RoleGrant:{number}").order_by("id")
    assert [entry.action for entry in entries] == ["role.grant", "role.end"]
    async with refused(Conflict, "id", code="WRONG_STATUS"):
        await actions.end(EDITOR, number)


async def test_a_role_has_a_term(tree: Tree) -> None:
    new = NewGrant(
        role=Role.ANALYST,
        holder=Holder(user_id=tree.wang),
        organization_id=None,
        starts_at=NOW + HOUR,
        ends_at=NOW + DAY,
    )
    await actions.grant(EDITOR, new)
    grants = (Grant(Role.ANALYST, ""),)
    assert await held_by_user(tree.wang, now=NOW) == Held((), NOW + HOUR)
    assert await held_by_user(tree.wang, now=NOW + HOUR) == Held(grants, NOW + DAY)
    assert await held_by_user(tree.wang, now=NOW + DAY) == Held((), None)


async def test_who_grants_where(tree: Tree) -> None:
    chief = acting(tree.wang, Grant(Role.ADMINISTRATOR, tree.path(tree.here)))
    for role in Role:
        new = NewGrant(role=role, holder=Holder(user_id=tree.li), organization_id=tree.below)
        await actions.grant(chief, new)
    holder = Holder(user_id=tree.li)
    for place in (tree.top, tree.elsewhere, None):
        async with refused(Forbidden, "organization_id"):
            await actions.grant(
                chief, NewGrant(role=Role.AUTHOR, holder=holder, organization_id=place)
            )
    number, _ = await tokens.create(EDITOR, "app", None, None)
    new = NewGrant(role=Role.AUTHOR, holder=Holder(token_id=number), organization_id=tree.here)
    async with refused(Forbidden):
        await actions.grant(chief, new)
    await actions.grant(EDITOR, new)
    held = await held_by_token(number, now=NOW)
    assert held.grants == (Grant(Role.AUTHOR, tree.path(tree.here)),)
    below = NewGrant(role=Role.AUTHOR, holder=holder, organization_id=tree.below)
    for act in (STRANGER, acting(tree.li, Grant(Role.PUBLISHER, ""))):
        async with refused(Forbidden):
            await actions.grant(act, below)


async def test_what_cannot_be_granted(tree: Tree) -> None:
    holder = Holder(user_id=tree.wang)
    async with refused(NotFound, "organization_id"):
        await actions.grant(
            EDITOR, NewGrant(role=Role.AUTHOR, holder=holder, organization_id=NO_SUCH)
        )
    for wrong in (Holder(), Holder(user_id=tree.wang, token_id=1)):
        async with refused(Invalid, "holder_id"):
            await actions.grant(
                EDITOR, NewGrant(role=Role.AUTHOR, holder=wrong, organization_id=tree.here)
            )
    async with refused(NotFound, "holder_id"):
        await actions.grant(
            EDITOR,
            NewGrant(role=Role.AUTHOR, holder=Holder(user_id=NO_SUCH), organization_id=tree.here),
        )
    async with refused(Invalid, "ends_at"):
        await actions.grant(
            EDITOR,
            NewGrant(role=Role.AUTHOR, holder=holder, organization_id=tree.here, ends_at=NOW),
        )
    world = await make_world()
    partners, _ = await tokens.create(EDITOR, "p", None, None, partner_id=world.partner_id)
    async with refused(Invalid, "holder_id"):
        await actions.grant(
            EDITOR,
            NewGrant(role=Role.AUTHOR, holder=Holder(token_id=partners), organization_id=tree.here),
        )


async def _handed_on(tree: Tree, place: int | None = None) -> tuple[int, int]:
    """Wang's role here, and what Li has of it: the numbers of the two grants."""
    base = await _grant(tree, Role.PUBLISHER, tree.wang, tree.here)
    act = acting(tree.wang, Grant(Role.PUBLISHER, tree.path(tree.here)))
    new = Delegation(
        grant_id=base,
        holder=Holder(user_id=tree.li),
        organization_id=place,
        ends_at=NOW + DAY,
    )
    return base, await actions.delegate(act, new)


async def test_a_role_is_handed_on_for_a_while(tree: Tree) -> None:
    base, number = await _handed_on(tree, tree.below)
    grants = (Grant(Role.PUBLISHER, tree.path(tree.below)),)
    assert await held_by_user(tree.li, now=NOW) == Held(grants, NOW + DAY)
    assert await held_by_user(tree.li, now=NOW + DAY) == Held((), None)
    row = await RoleGrant.get(id=number)
    assert (row.delegated_from_id, row.granted_by) == (base, f"User:{tree.wang}")


async def _end_base(tree: Tree, base: int) -> None:
    await actions.end(EDITOR, base)


async def _lock_holder(tree: Tree, base: int) -> None:
    await User.filter(id=tree.wang).update(state=UserState.LOCKED)


async def _move_away(tree: Tree, base: int) -> None:
    await organizations.move(EDITOR, tree.below, 1, tree.elsewhere)


@pytest.mark.parametrize("end", [_end_base, _lock_holder, _move_away])
async def test_a_delegation_ends_with_what_it_stands_on(tree: Tree, end: object) -> None:
    base, _ = await _handed_on(tree, tree.below)
    assert len((await held_by_user(tree.li, now=NOW)).grants) == 1
    await end(tree, base)  # type: ignore[operator] # one of the three above
    assert (await held_by_user(tree.li, now=NOW)).grants == ()


async def test_who_handed_it_on_takes_it_back_and_who_has_it_gives_it_up(tree: Tree) -> None:
    base, number = await _handed_on(tree)
    await actions.end(acting(tree.wang, Grant(Role.PUBLISHER, tree.path(tree.here))), number)
    assert (await held_by_user(tree.li, now=NOW)).grants == ()
    await actions.end(acting(tree.wang, Grant(Role.PUBLISHER, tree.path(tree.here))), base)
    assert (await held_by_user(tree.wang, now=NOW)).grants == ()


async def test_what_cannot_be_handed_on(tree: Tree) -> None:
    base, number = await _handed_on(tree)
    held = Grant(Role.PUBLISHER, tree.path(tree.here))
    wang, li = acting(tree.wang, held), acting(tree.li, held)

    def new(grant_id: int, place: int | None = None, days: int = 1) -> Delegation:
        holder, ends_at = Holder(user_id=tree.li), NOW + days * DAY
        return Delegation(grant_id=grant_id, holder=holder, organization_id=place, ends_at=ends_at)

    async with refused(NotFound, "organization_id"):
        await actions.delegate(wang, new(base, tree.elsewhere))
    async with refused(NotFound, "organization_id"):
        await actions.delegate(wang, new(base, tree.top))
    async with refused(Invalid, "ends_at"):
        await actions.delegate(wang, new(base, days=400))
    async with refused(NotFound, "grant_id"):
        await actions.delegate(li, new(base))
    async with refused(Conflict, "grant_id", code="DELEGATED"):
        await actions.delegate(li, new(number))
    async with refused(NotFound, "grant_id"):
        await actions.delegate(EDITOR, new(base))
    for nobody in (STRANGER, acting(tree.wang), acting(tree.wang, held, scopes=frozenset())):
        async with refused(Forbidden):
            await actions.delegate(nobody, new(base))
    await actions.end(EDITOR, base)
    async with refused(Conflict, "grant_id", code="WRONG_STATUS"):
        await actions.delegate(wang, new(base))


async def test_roles_elsewhere_read_as_not_there(tree: Tree) -> None:
    number = await _grant(tree, Role.AUTHOR, tree.wang, tree.elsewhere)
    chief = acting(tree.li, Grant(Role.ADMINISTRATOR, tree.path(tree.here)))
    async with refused(NotFound, "id"):
        await actions.end(chief, number)


async def test_an_article_is_moved_by_who_may_on_both_sides(tree: Tree) -> None:
    world = await make_world()
    new = articles.NewArticle(title="新", author_id=world.person_id, organization_id=tree.here)
    here = Grant(Role.AUTHOR, tree.path(tree.here))
    author = acting(tree.wang, here)
    article = await articles.create(author, new)
    there = articles.ArticleChanges(organization_id=tree.elsewhere)
    async with refused(Forbidden, "organization_id"):
        await articles.update(author, article, 1, there)
    both = acting(tree.wang, here, Grant(Role.AUTHOR, tree.path(tree.elsewhere)))
    await articles.update(both, article, 1, there)
    async with refused(NotFound, "id"):
        await articles.update(author, article, 2, articles.ArticleChanges(title="x"))
    await articles.publish(EDITOR, article, 2)
    async with refused(Forbidden, "id"):
        await articles.update(both, article, 3, articles.ArticleChanges(slug="x"))
    await articles.update(both, article, 3, articles.ArticleChanges(title="x"))


async def test_an_organization_is_not_taken_out_of_what_stands_above(tree: Tree) -> None:
    chief = acting(tree.wang, Grant(Role.ADMINISTRATOR, tree.path(tree.here)))
    async with refused(Forbidden, "id"):
        await organizations.move(chief, tree.here, 1, tree.below)
    async with refused(Forbidden, "parent_id"):
        await organizations.move(chief, tree.below, 1, tree.elsewhere)
    await organizations.rename(chief, tree.here, 1, "新名")


def test_nobody_has_no_place() -> None:
    assert all(places(ANONYMOUS, permission) == [] for permission in Permission)
