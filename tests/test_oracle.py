"""The planner answers as an executor that shares nothing with it does.

Few documents in every run; thousands, and others each time, with XINFENG_SLOW=1:

    XINFENG_SLOW=1 .venv/bin/python -m pytest tests/test_oracle.py
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest_asyncio
from graphql import parse, validate
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.access import ANONYMOUS, SYSTEM
from tests.oracle.documents import Case, cases
from tests.oracle.effort import MARKS, examples
from tests.side_by_side import Sides, sides

pytestmark = MARKS


_opened: list[Sides] = []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(database: str) -> AsyncIterator[Sides]:
    async with sides(database, datetime.now(UTC)) as opened:
        _opened.append(opened)
        yield opened


def _cases() -> st.SearchStrategy[Case]:
    """Known only once there are rows: documents speak of them."""
    return cases(_opened[-1].oracle, _opened[-1].words)


@given(case=st.deferred(_cases))
@examples(100, 4000)
async def test_generated_documents_get_the_same_answers(both: Sides, case: Case) -> None:
    assume(not validate(both.oracle, parse(case.document)))  # e.g. a variable left unused
    for viewer in (ANONYMOUS, SYSTEM):
        for variables in case.sets:
            await both.agree(case.document, variables, viewer)
