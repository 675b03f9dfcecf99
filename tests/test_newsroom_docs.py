"""The examples of docs/newsroom.md on writing and on showing drafts, run as they stand there, one
after the other."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from domain.access import Role
from domain.tokens.actions import create as create_token
from tests.graph import Graph, graph
from tests.rows import EDITOR, make_world

PAGE = (Path(__file__).parent.parent / "docs" / "newsroom.md").read_text("utf-8")
COUNTS = {"Writing": 11, "Showing a draft": 3}
"""Sections whose examples stand with their answers, and how many each has."""

EXAMPLE = re.compile(r"^```graphql\n(.*?)^```\n\n```json\n(.*?)^```", re.M | re.S)
ANY = "…"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as it:
        yield it


def difference(shown: Any, found: Any, place: str = "") -> str:
    """The first place where an answer is not the one that is shown; empty where there is none."""
    if shown == ANY:
        return ""
    if isinstance(shown, dict) and isinstance(found, dict) and shown.keys() == found.keys():
        parts = [difference(shown[key], found[key], f"{place}.{key}") for key in shown]
    elif isinstance(shown, list) and isinstance(found, list) and len(shown) == len(found):
        pairs = enumerate(zip(shown, found, strict=True))
        parts = [difference(a, b, f"{place}[{at}]") for at, (a, b) in pairs]
    else:
        return "" if shown == found else f"{place}: {shown!r} is shown, {found!r} found"
    return next(filter(None, parts), "")


def examples_of(section: str, count: int) -> list[tuple[str, str]]:
    """So many queries, with the answers that are shown."""
    text = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    examples: list[tuple[str, str]] = EXAMPLE.findall(text)
    assert len(examples) == text.count("```graphql") == count
    return examples


async def test_the_examples_give_what_they_show(opened: Graph) -> None:
    await make_world()
    _, token = await create_token(EDITOR, "desk", Role.ADMINISTRATOR, None)
    for query, answer in [each for of in COUNTS.items() for each in examples_of(*of)]:
        found = await opened.ask(query, token=token)
        assert difference(json.loads(answer), found) == "", query


@pytest.mark.parametrize(
    ("shown", "found"), [({"a": 1}, {"a": 2}), ([1], [1, 1]), ({"a": 1}, {"a": 1, "b": 1})]
)
def test_what_differs_is_told(shown: Any, found: Any) -> None:
    """Else the test above could not fail."""
    assert difference(shown, found) != ""
