"""A whole day of a media centre over HTTP: the real API, the real worker and the sandbox's
platforms as processes. Each chapter goes on where the one before ended; what a chapter tries and
may not is refused with its code, and leaves everything as it was."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from tests.whole_day import evening, publishing, reviewing, writing
from tests.whole_day.cast import prepare
from tests.whole_day.centre import Centre, media_centre

CHAPTERS = (
    writing.everybody_signs_in,
    writing.wang_writes,
    writing.two_write_at_once,
    reviewing.wang_submits,
    reviewing.who_wrote_does_not_review,
    reviewing.li_sends_it_back,
    reviewing.wang_revises,
    reviewing.three_read_it,
    reviewing.a_guest_reads_last,
    publishing.it_waits_for_its_time,
    publishing.the_worker_publishes_it,
    publishing.it_goes_out_to_partners,
    publishing.its_reads_come_back,
    evening.it_is_corrected,
    evening.it_is_taken_back,
    evening.the_books_are_right,
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(database: str) -> AsyncIterator[Centre]:
    async with media_centre(database) as opened:
        await prepare(opened)
        yield opened


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.__name__)
async def test_the_day(centre: Centre, chapter: Callable[[Centre], Awaitable[None]]) -> None:
    await chapter(centre)
