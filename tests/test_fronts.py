"""Fronts: articles in slots, in their order, each for its time; only what is public
shows to everybody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from domain.access import Role
from domain.articles import actions as articles
from domain.fronts.actions import NewFront, set_front
from domain.fronts.models import Front
from domain.fronts.rules import Entry, check_entries, check_name
from domain.problems import Conflict, Forbidden, Invalid, NotFound
from domain.tokens import actions as tokens
from tests.graph import Graph, graph
from tests.rows import EDITOR, NO_SUCH, NOW, STRANGER, World, make_article, make_world, refused

HOUR = timedelta(hours=1)
FRONT = """query($organization: ID!, $name: String!) {
    front(organizationId: $organization, name: $name) { title version
        entries { slot holdsNow startsAt article { title } } } }"""
SET = """mutation($input: SetFrontInput!) { setFront(input: $input) {
    ... on FrontPayload { front { name version entries { slot article { title } } } }
    ... on Problem { code path } } }"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as it:
        yield it


async def public(world: World, title: str) -> int:
    number = await make_article(world, title=title)
    await articles.publish(EDITOR, number, 1)
    return number


def front(world: World, version: int, *entries: Entry, name: str = "home") -> NewFront:
    return NewFront(
        organization_id=world.organization_id,
        name=name,
        title="头条",
        version=version,
        entries=entries,
    )


async def shown(opened: Graph, world: World, token: str = "") -> list[tuple[int, str]]:
    """Asked of the database: word of what was just written may still be on its way."""
    given = {"organization": f"Organization:{world.organization_id}", "name": "home"}
    headers = {"authorization": f"Bearer {token}"} if token else {}
    answer = await opened.post(FRONT, given, **headers, **{"cache-control": "no-cache"})
    found = answer.json()["data"]["front"]
    return [(each["slot"], each["article"]["title"]) for each in found["entries"]]


async def test_what_holds_now_and_is_public_shows_in_its_slot(opened: Graph) -> None:
    world = await make_world()
    now = datetime.now(UTC)
    one, two = await public(world, "一"), await public(world, "二")
    draft = await make_article(world, title="草稿")
    entries = (
        Entry(2, one),
        Entry(1, two, ends_at=now + HOUR),
        Entry(1, one, starts_at=now + HOUR),
        Entry(3, draft),
        Entry(4, two, ends_at=now - HOUR),
    )
    await set_front(EDITOR, front(world, 0, *entries))
    assert await shown(opened, world) == [(1, "二"), (2, "一")]
    _, token = await tokens.create(EDITOR, "sees drafts", Role.ADMINISTRATOR, None)
    everything = [(1, "二"), (1, "一"), (2, "一"), (3, "草稿"), (4, "二")]
    assert await shown(opened, world, token) == everything
    await articles.publish(EDITOR, draft, 1)
    assert await shown(opened, world) == [(1, "二"), (2, "一"), (3, "草稿")]
    await articles.withdraw(EDITOR, two, 2)
    assert await shown(opened, world) == [(2, "一"), (3, "草稿")]


async def test_it_is_set_as_a_whole_and_never_over_another_s_head(opened: Graph) -> None:
    world = await make_world()
    one, two = await public(world, "一"), await public(world, "二")
    number = await set_front(EDITOR, front(world, 0, Entry(1, one), Entry(2, two)))
    await set_front(EDITOR, front(world, 1, Entry(1, two), Entry(2, one)))
    assert await shown(opened, world) == [(1, "二"), (2, "一")]
    assert (await Front.get(id=number)).version == 2
    async with refused(Conflict, "version", code="STALE_VERSION"):
        await set_front(EDITOR, front(world, 1, Entry(1, one)))
    async with refused(Conflict, "version", code="STALE_VERSION"):
        await set_front(EDITOR, front(world, 0))
    assert await shown(opened, world) == [(1, "二"), (2, "一")]
    await set_front(EDITOR, front(world, 2))
    assert await shown(opened, world) == []


async def test_through_the_graph(opened: Graph) -> None:
    world = await make_world()
    one = await public(world, "一")
    _, token = await tokens.create(EDITOR, "curates", Role.ADMINISTRATOR, None)
    entry: dict[str, Any] = {"slot": 1, "articleId": f"Article:{one}"}
    given = {
        "organizationId": f"Organization:{world.organization_id}",
        "name": "top",
        "title": "头条",
        "version": 0,
        "entries": [entry],
    }
    made = (await opened.ask(SET, token=token, input=given))["setFront"]
    assert made == {
        "front": {"name": "top", "version": 1, "entries": [{"slot": 1, "article": {"title": "一"}}]}
    }
    twice = {**given, "version": 1, "entries": [entry, entry]}
    assert (await opened.ask(SET, token=token, input=twice))["setFront"] == {
        "code": "OVERLAP",
        "path": ["input", "entries", "1"],
    }


async def test_what_is_refused(opened: Graph) -> None:
    world, other = await make_world(), await make_world()
    one = await public(world, "一")
    cases: list[tuple[type[Any], str, str, NewFront]] = [
        (NotFound, "entries", "NOT_FOUND", front(world, 0, Entry(1, NO_SUCH))),
        (NotFound, "name", "NOT_FOUND", front(world, 3, Entry(1, one))),
        (Invalid, "name", "INVALID_NAME", front(world, 0, name="No Spaces")),
        (Invalid, "entries", "INVALID_SLOT", front(world, 0, Entry(0, one))),
    ]
    for kind, place, code, new in cases:
        with pytest.raises(kind) as caught:
            await set_front(EDITOR, new)
        assert (caught.value.path[0], caught.value.code) == (place, code)
    with pytest.raises(Forbidden):
        await set_front(STRANGER, front(world, 0))
    assert await Front.filter(organization_id__in=[world.organization_id]).count() == 0
    assert other.organization_id != world.organization_id


MOMENTS = st.none() | st.integers(0, 9).map(lambda hours: NOW + hours * HOUR)
ENTRIES = st.lists(st.builds(Entry, st.integers(1, 2), st.just(1), MOMENTS, MOMENTS), max_size=5)


@given(ENTRIES)
def test_at_no_moment_do_two_stand_in_a_slot(entries: list[Entry]) -> None:
    """What is let through is looked at hour by hour."""
    try:
        check_entries(entries)
    except Invalid:
        return
    for half_hours in range(-2, 22):
        at = NOW + half_hours * HOUR / 2
        slots = [
            entry.slot
            for entry in entries
            if (entry.starts_at is None or entry.starts_at <= at)
            and (entry.ends_at is None or at < entry.ends_at)
        ]
        assert len(slots) == len(set(slots))


def test_periods_that_only_touch_do_not_meet() -> None:
    check_entries([Entry(1, 1, None, NOW), Entry(1, 2, NOW, NOW + HOUR), Entry(1, 3, NOW + HOUR)])
    with pytest.raises(Invalid):
        check_entries([Entry(1, 1, None, NOW + HOUR / 2), Entry(1, 2, NOW)])


@pytest.mark.parametrize("name", ["", "A", "a--b", "-a", "a_b", "字", "a" * 65])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(Invalid):
        check_name(name)
