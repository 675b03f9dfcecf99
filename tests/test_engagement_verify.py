"""Whatever is tampered with is found, named and repaired."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest_asyncio

from domain.engagement.actions.rebuild import rebuild
from domain.engagement.actions.rollup import roll_up, roll_up_all
from domain.engagement.actions.verify import MOST, Difference, verify
from domain.engagement.rules import Metric, SubjectKind
from tests import engagement_district as d

DAY = datetime(2025, 10, 2, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
READS = Metric.READS


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def district(database: str) -> AsyncIterator[d.District]:
    yield await d.build()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def post(district: d.District) -> AsyncIterator[int]:
    post_id = await d.post(
        district, "post", organization_id=district.point, article_id=district.article
    )
    await d.take(
        d.reads(post_id, 100, DAY),
        d.reads(post_id, 150, DAY + HOUR),
        d.reads(post_id, 400, DAY + 24 * HOUR),
    )
    await roll_up_all(zone=d.ZONE)
    yield post_id


async def verified() -> list[Difference]:
    return await verify(zone=d.ZONE, report=d.silent)


async def rebuilt() -> int:
    return await rebuild(zone=d.ZONE, report=d.silent)


DERIVED: dict[str, int | str] = {
    "known": 0,
    "counted": 0,
    "at_least": 0,
    "provisional": 0,
    "people": 0,
    "reposts": 0,
    "breaks": 0,
    "addition": "ALWAYS",
}


async def test_every_tampered_figure_is_found_and_repaired(district: d.District, post: int) -> None:
    whole = await d.everything_stored()
    tampering: list[tuple[str, int, list[Difference]]] = [
        (
            f"UPDATE engagement_total SET value = 401 WHERE subject_kind = 'POST'"
            f" AND subject_id = {post} AND metric = 'READS'",
            1,
            [Difference(SubjectKind.POST, post, READS, None, "value", 401, 400)],
        ),
        (
            "UPDATE engagement_total SET value = NULL, as_of = NULL, counted = 0"
            " WHERE subject_kind = 'NETWORK' AND metric = 'READS'",
            1,
            [
                Difference(SubjectKind.NETWORK, 0, READS, None, "value", None, 400),
                Difference(SubjectKind.NETWORK, 0, READS, None, "as_of", None, DAY + 24 * HOUR),
                Difference(SubjectKind.NETWORK, 0, READS, None, "counted", 0, 1),
            ],
        ),
        (
            f"DELETE FROM engagement_daily WHERE subject_kind = 'ORGANIZATION'"
            f" AND subject_id = {district.centre} AND day = '2025-10-03'",
            1,
            [
                Difference(
                    SubjectKind.ORGANIZATION,
                    district.centre,
                    READS,
                    date(2025, 10, 3),
                    "value",
                    None,
                    250,
                )
            ],
        ),
        (
            f"INSERT INTO engagement_hourly VALUES ('ARTICLE', {district.article}, 'LIKES',"
            " '2025-10-02T05:00Z', 9)",
            1,
            [
                Difference(
                    SubjectKind.ARTICLE,
                    district.article,
                    Metric.LIKES,
                    datetime(2025, 10, 2, 5, tzinfo=UTC),
                    "value",
                    9,
                    None,
                )
            ],
        ),
        (
            f"DELETE FROM engagement_total WHERE subject_kind = 'CAMPAIGN'"
            f" AND subject_id = {district.campaign} AND metric = 'SHARES'",
            1,
            [
                Difference(
                    SubjectKind.CAMPAIGN,
                    district.campaign,
                    Metric.SHARES,
                    None,
                    column,
                    None,
                    derived,
                )
                for column, derived in DERIVED.items()
            ],
        ),
    ]
    for statement, changed, expected in tampering:
        await d.rows(statement)
        assert await verified() == expected
        assert await rebuilt() == changed
        assert await verified() == []
    assert await d.everything_stored() == whole
    assert await rebuilt() == 0


async def test_a_difference_reads_as_one_line(post: int) -> None:
    difference = Difference(SubjectKind.POST, 7, READS, date(2025, 10, 2), "value", None, 12_345)
    assert str(difference) == "POST:7 READS 2025-10-02 value: stored nothing, derived 12,345"
    moment = Difference(SubjectKind.NETWORK, 0, READS, None, "as_of", DAY, None)
    assert str(moment) == (
        "NETWORK:0 READS as_of: stored 2025-10-02T01:00:00+00:00, derived nothing"
    )


async def test_the_progress_ends_at_all_observations(post: int) -> None:
    seen: list[tuple[int, int]] = []
    await verify(zone=d.ZONE, report=lambda done, total: seen.append((done, total)))
    observations = (await d.rows("SELECT count(*) FROM observation"))[0]["count"]
    assert seen[0] == (0, observations)
    assert seen[-1] == (observations, observations)


async def test_verify_rolls_up_what_is_queued(district: d.District, post: int) -> None:
    await d.take(d.reads(post, 500, DAY + 48 * HOUR))
    assert await verified() == []
    assert await d.values(("POST", post), ("NETWORK", 0)) == [500, 500]


async def test_a_rebuild_answers_the_marks_it_finds(district: d.District, post: int) -> None:
    await d.take(d.reads(post, 600, DAY + 72 * HOUR))
    assert await rebuilt() > 0
    assert (await roll_up(zone=d.ZONE)).marks == 0
    assert await d.values(("POST", post), ("NETWORK", 0)) == [600, 600]
    assert await verified() == []


async def test_no_more_differences_are_told_than_fit(district: d.District, post: int) -> None:
    await d.rows(
        "INSERT INTO engagement_daily SELECT 'ARTICLE', $1, 'LIKES', '2020-01-01'::date + n, 1"
        " FROM generate_series(1, $2::integer) AS n",
        district.article,
        MOST + 5,
    )
    assert len(await verified()) == MOST
    assert await rebuilt() == MOST + 5
    assert await verified() == []
