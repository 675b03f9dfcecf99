"""The planner answers as an executor that shares nothing with it does.

Few documents in every run; thousands, and others each time, with XINFENG_SLOW=1:

    XINFENG_SLOW=1 .venv/bin/python -m pytest tests/test_oracle.py
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest_asyncio
from graphql import validate
from graphql.language import parse
from hypothesis import given
from hypothesis import strategies as st

from domain.access import ANONYMOUS, SYSTEM
from tests.oracle import faults
from tests.oracle.documents import ELSEWHERE, case_of
from tests.oracle.effort import MARKS, examples, seeds
from tests.oracle.executor import schema_of
from tests.oracle.features import EVERY_FEATURE, features
from tests.oracle.shrinking import agrees
from tests.oracle.ways import reachable
from tests.side_by_side import SDL, Sides, sides

pytestmark = MARKS

QUICK = 140
"""Documents in every run."""

SCHEMA = schema_of(SDL.read_text(encoding="utf-8"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(database: str) -> AsyncIterator[Sides]:
    async with sides(database, datetime.now(UTC)) as opened:
        yield opened


async def test_generated_documents_get_the_same_answers(both: Sides) -> None:
    for seed in seeds(QUICK, 4000):
        case = case_of(both.oracle, both.words, seed)
        assert validate(both.oracle, parse(case.document)) == []
        for viewer in (ANONYMOUS, SYSTEM):
            for variables in case.sets:
                await agrees(both, case.document, variables, viewer)


async def test_documents_have_everything_in_them(both: Sides) -> None:
    """What the graph has and queries can say occurs in the very documents that every run tries."""
    found: set[str] = set()
    fields: set[tuple[str, str]] = set()
    for seed in range(QUICK):
        document = case_of(both.oracle, both.words, seed).document
        occurring, selected = features(both.oracle, document)
        found |= occurring
        fields |= selected
    assert EVERY_FEATURE - found == set()
    known = set(reachable(both.oracle, ELSEWHERE))
    assert {name for name, _ in known} - {name for name, _ in fields} == set()
    missed = known - fields
    assert len(missed) < len(known) // 10, missed


def _asked(document: str, value: Any, type_: str, is_literal: bool) -> tuple[str, dict[str, Any]]:
    """A document with a value in its place, as a literal or as a variable."""
    if is_literal:
        return document.replace("%s", json.dumps(value)), {}
    return f"query($it: {type_}) {document.replace('%s', '$it')}", {"it": value}


@given(
    document=st.sampled_from(faults.id_places(SCHEMA)),
    value=faults.no_ids,
    is_literal=st.booleans(),
)
@examples(100, 3000)
async def test_what_is_no_id_is_refused(
    both: Sides, document: str, value: str, is_literal: bool
) -> None:
    await both.refuses(*_asked(document, value, "ID!", is_literal))


WRONG_BRANCH = '... on Account { posts(filter: {accountId: "no id"}) { nodes { id } } } id'


async def test_what_is_never_taken_cannot_be_wrong(both: Sides) -> None:
    """The id of a series says what its subject is, so a fragment on another type asks nothing."""
    asked = 'engagementSeries(id: "Article:1") { subject { ' + WRONG_BRANCH + " } }"
    await both.agree("{ " + asked + " }", {}, SYSTEM)


async def test_what_may_be_taken_is_refused_whatever_the_id(both: Sides) -> None:
    """One statement holds every branch of `node`: a fault is told of, not found out by a row."""
    for id_ in ("Account:1", "Article:1"):
        asked = "query($id: ID!) { node(id: $id) { " + WRONG_BRANCH + " } }"
        message = await both.refuses(asked, {"id": id_})
        assert "'no id'" in message


INDICES = """query($since: Date, $until: Date) { partners(first: 20) { nodes { %s } } }
    fragment Score on IndexScore { since until score status coverage { known counted }
        formula { code version } inputs { measure counter value status missing
            coverage { known counted people reposts } } }"""
SCORES = "indices(since: $since, until: $until) { ...Score }"


async def test_every_index_is_what_its_rules_say(both: Sides) -> None:
    scored = 0
    for since, until in zip(both.words.first_days, both.words.last_days, strict=True):
        given = {"since": since, "until": until}
        found = await both.agree(INDICES % SCORES, given, SYSTEM)
        scored += len(re.findall(rb'"score":\d', found.body))
        await both.agree(INDICES % f"accounts(first: 6) {{ nodes {{ {SCORES} }} }}", given, SYSTEM)
    assert scored > 0
