"""Inflation in the ledger: what is known of a bucket, and what `engagement flags` tells."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

import cli
from domain.database import open_database
from domain.engagement.actions.rollup import roll_up_all
from domain.engagement.derivation import hour_starts_at
from domain.engagement.rules import Bound, Finality, Metric, ValueKind
from domain.engagement.words import Observed
from domain.inflation.courses import Course, Gain
from domain.inflation.observed import Buckets, course_of
from domain.partners.rules import Platform
from tests import engagement_district as d

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
START = datetime(2025, 10, 2, tzinfo=UTC)
HOURS = Buckets(HOUR, lambda moment: hour_starts_at(moment, d.ZONE))


def at(
    hours: float, value: int, *, definition: str = "test/1", bound: str = Bound.EXACT
) -> Observed:
    return Observed(value, START + hours * HOUR, definition=definition, bound=bound)


def told(hour: int, value: int, *, minute: int = 0, finality: str = Finality.FINAL) -> Observed:
    """What the platform says a whole hour had."""
    begins = START + hour * HOUR
    return Observed(
        value,
        begins + 2 * HOUR + minute * MINUTE,
        ValueKind.INTERVAL,
        finality=finality,
        period_starts_at=begins,
        period_ends_at=begins + HOUR,
        definition="test/1",
    )


def course(*observations: Observed, platform: Platform = Platform.WEIBO) -> Course:
    found = course_of("Post:1", platform, Metric.READS, START, observations, HOURS)
    assert found is not None
    return found


def gains(*observations: Observed) -> dict[int, int]:
    known = course(*observations).gains
    return {(moment - START) // HOUR: gain.value for moment, gain in known.items()}


def test_a_gain_is_what_lies_between_the_last_words_of_two_hours() -> None:
    assert gains(at(0.2, 10), at(0.9, 40), at(1.9, 100), at(2.9, 100)) == {1: 60, 2: 0}
    assert course(at(0, 10), at(1, 15)).gains == {START + HOUR: Gain(5, 1)}


def test_growth_over_a_silence_belongs_to_no_hour() -> None:
    assert gains(at(0, 10), at(1, 20), at(3, 900), at(4, 910)) == {1: 10, 4: 10}
    assert gains(at(0.1, 10), at(1.9, 900)) == {}
    assert gains(at(0.9, 10), at(1.1, 11)) == {}
    assert gains(at(0.5, 10), at(1.75, 20)) == {1: 10}


def test_a_bound_is_no_value() -> None:
    assert gains(at(0, 10), at(1, 100, bound=Bound.AT_LEAST), at(2, 200), at(3, 210)) == {3: 10}


def test_a_fall_is_a_correction() -> None:
    fell = course(at(0, 100), at(1, 60), at(2, 70))
    assert fell.restated == {START + HOUR}
    assert fell.gains[START + HOUR] == Gain(-40)


def test_whole_hours_that_a_platform_tells() -> None:
    said = (told(0, 10), told(1, 20), told(3, 5))
    assert gains(*said) == {0: 10, 1: 20, 3: 5}
    assert course(*said).restated == frozenset()


def test_two_final_values_of_an_hour_are_a_restatement() -> None:
    provisional = told(0, 8, finality=Finality.PROVISIONAL)
    assert course(provisional, told(0, 10, minute=5)).restated == frozenset()
    restated = course(told(0, 10), told(0, 4, minute=5))
    assert restated.restated == {START}
    assert restated.gains == {START: Gain(4)}


def test_nothing_is_subtracted_across_a_definition_break() -> None:
    """In August 2026 YouTube began to count plays at their start."""
    first, last = "youtube.views", "youtube.views/2026-08"
    broken = course(
        at(0, 100, definition=first),
        at(1, 110, definition=first),
        at(2, 500, definition=last),
        at(3, 520, definition=last),
        platform=Platform.YOUTUBE,
    )
    assert broken.definition == last
    assert broken.gains == {START + 3 * HOUR: Gain(20)}
    assert START + 2 * HOUR in broken.breaks


def test_nothing_observed_is_no_course() -> None:
    assert course_of("Post:1", Platform.WEIBO, Metric.READS, START, (), HOURS) is None


def test_the_command_tells_what_looks_bought(
    database_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = asyncio.run(fill(database_url))
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert cli.run(["engagement", "flags", "--days", "3650", "--json"]) == 0
    written = capsys.readouterr()
    (flag,) = json.loads(written.out)
    assert (flag["kind"], flag["post"], flag["metric"]) == ("GAIN_LEVEL", f"Post:{odd}", "READS")
    assert (flag["observed"], flag["bucket"]) == (50_000, "2025-10-01 02:00:00+00:00")
    assert (flag["inputs"]["group_posts"], flag["inputs"]["group_median"]) == (31, 100)
    assert "1 flags on 31 posts; 31 judgements, 0 gains" in written.err
    assert cli.run(["engagement", "flags", "--days", "1"]) == 0
    assert capsys.readouterr().out == ""


async def fill(database_url: str) -> int:
    """The post that is told."""
    async with open_database(database_url):
        return (await bought(1))[7]


async def bought(odd: int = 2) -> list[int]:
    """Thirty posts that gained 100 in their second hour, and from the eighth on `odd` more that
    gained 50,000."""
    district = await d.build()
    posts = [
        await d.post(district, f"post {number}", organization_id=district.branch)
        for number in range(30 + odd)
    ]
    for post in posts:
        gained = 50_000 if post in posts[7 : 7 + odd] else 100
        await d.take(
            d.reads(post, 500, d.POSTED + 30 * MINUTE),
            d.reads(post, 500 + gained, d.POSTED + 90 * MINUTE),
        )
    await roll_up_all(zone=d.ZONE)
    return posts
