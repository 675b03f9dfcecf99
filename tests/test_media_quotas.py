"""What an organization's library may hold: refused beyond, whoever comes first, and shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from domain.access import SYSTEM, Act, Role
from domain.media.models import Media
from domain.media.quotas import check_room
from domain.media.rules import MEBIBYTE
from domain.organizations import actions as organizations
from domain.problems import Conflict
from domain.tokens import actions as tokens
from tests.graph import Graph, graph
from tests.media import PDF, everything_below, send, shown
from tests.rows import EDITOR, NOW, make_organization, nothing_written

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPERATOR = Act(SYSTEM, NOW)
LIBRARY = """query($id: ID!) { organization(id: $id) { library { usedBytes quotaBytes } } }"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str, directory: Path) -> AsyncIterator[Graph]:
    async with graph(database_url, media_dir=directory) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def token(opened: Graph) -> str:
    return (await tokens.create(EDITOR, "editor", Role.ADMINISTRATOR, None))[1]


async def home(quota: int | None) -> str:
    number = await make_organization()
    await organizations.set_library_quota(OPERATOR, number, quota)
    return f"Organization:{number}"


async def library(opened: Graph, token: str, organization: str) -> Any:
    answer = await opened.ask(LIBRARY, token=token, id=organization)
    return answer["organization"]["library"]


async def test_what_goes_beyond_is_refused_and_says_by_what(
    opened: Graph, token: str, directory: Path
) -> None:
    organization = await home(3 * MEBIBYTE)
    first, second = PDF + b"1" * 2 * MEBIBYTE, PDF + b"2" * 2 * MEBIBYTE
    taken = await send(opened, first, token=token, organization=organization)
    assert taken.status == 201
    files = everything_below(directory)
    async with nothing_written():
        refused = await send(opened, second, token=token, organization=organization)
    assert refused.status == 409
    assert shown(refused)["error"] == {
        "code": "QUOTA_EXCEEDED",
        "message": "the library holds 2.0 MiB of the 3.0 MiB it may; the file has 2.0 MiB",
    }
    assert everything_below(directory) == files
    again = await send(opened, first, token=token, organization=organization)
    assert again.status == 200
    assert await library(opened, token, organization) == {
        "usedBytes": len(first),
        "quotaBytes": 3 * MEBIBYTE,
    }
    assert await library(opened, token, await home(None)) == {
        "usedBytes": 0,
        "quotaBytes": None,
    }


async def test_two_at_once_do_not_both_have_the_last_room(opened: Graph, token: str) -> None:
    organization = await home(5 * len(PDF) // 2)
    answers = await asyncio.gather(
        *(
            send(opened, PDF + b"%d" % number, token=token, organization=organization)
            for number in range(6)
        )
    )
    assert sorted(answer.status for answer in answers) == [201, 201, 409, 409, 409, 409]
    number = int(organization.partition(":")[2])
    assert await Media.filter(organization_id=number).count() == 2


async def test_to_the_last_byte() -> None:
    check_room(1, 3, 2)
    check_room(10**12, None, 2)
    with pytest.raises(Conflict):
        check_room(1, 3, 3)
    with pytest.raises(Conflict):
        check_room(0, 0, 1)
