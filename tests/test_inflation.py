"""Inflation 刷量: the rules as pure functions, and what they say of the real topics."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cli
from domain.engagement.definitions import all_definitions
from domain.engagement.rules import Metric
from domain.inflation.courses import Course, Gain, LeftOut, announced_breaks
from domain.inflation.flags import FlagKind
from domain.inflation.ratios import Standing
from domain.inflation.ratios import flags_of as ratio_flags
from domain.inflation.rules import Review, review
from domain.inflation.thresholds import FaultyThresholds, Rule, current, read_file
from domain.partners.rules import Platform

RULES = current()
START = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
NATURAL = (900, 800, 700, 600, 500, 400, 300, 200, 150, 100)


def course(post: str, gains: Mapping[int, int] | tuple[int, ...], *, resolution: int = 1) -> Course:
    """A WeChat post's reads; gains by hours since publication."""
    by_hour = gains if isinstance(gains, Mapping) else dict(enumerate(gains))
    found = {START + hour * HOUR: Gain(gain, resolution) for hour, gain in by_hour.items()}
    return Course(post, Platform.WECHAT, Metric.READS, "wechat.x", START, HOUR, found)


def usual(count: int = 40) -> list[Course]:
    """Posts that gain 80 % to 119 % of what is natural."""
    return [
        course(f"P{number}", tuple(gain * (80 + number % 40) // 100 for gain in NATURAL))
        for number in range(count)
    ]


def found(courses: list[Course]) -> list[tuple[FlagKind, str, datetime]]:
    return [(flag.kind, flag.post, flag.bucket) for flag in review(courses, RULES).flags]


def test_the_thresholds_are_data_with_their_evidence() -> None:
    assert RULES.version == "2026-11"
    rules: tuple[Rule, ...] = (RULES.level, RULES.jump, RULES.step, *RULES.ratios)
    for each in rules:
        assert each.grade in {"W", "O"}
        assert each.source


@pytest.mark.parametrize("text", ["", "version = 7", "][", 'colour = "red"'])
def test_a_faulty_file_is_named(text: str) -> None:
    with pytest.raises(FaultyThresholds, match=r"^x\.toml: "):
        read_file("x.toml", text)


def test_ordinary_growth_is_not_flagged() -> None:
    said = review(usual(), RULES)
    assert said.flags == ()
    assert said.judged == {
        FlagKind.GAIN_LEVEL: 400,
        FlagKind.GAIN_JUMP: 360,
        FlagKind.LASTING_STEP: 40 * 3,
    }
    assert not any(said.left_out.values())


def test_a_gain_far_outside_its_group_says_why() -> None:
    """Forty posts of 100 and one of 2,000: the spread is the least, 0.25; ln 20 / 0.25 = 11.98."""
    courses = [course(f"P{number}", {5: 100}) for number in range(40)] + [course("X", {5: 2000})]
    (flag,) = review(courses, RULES).flags
    assert (flag.kind, flag.post, flag.bucket) == (FlagKind.GAIN_LEVEL, "X", START + 5 * HOUR)
    assert (flag.observed, flag.score) == (2000, 11.982929)
    assert (flag.low, flag.high) == (28.65048, 349.034296)
    assert flag.rule_version == "2026-11"
    assert flag.inputs == {
        "gain": 2000,
        "resolution": 1,
        "age_hours": 5,
        "group_posts": 41,
        "group_median": 100,
        "group_spread": 0.25,
        "definition": "wechat.x",
    }


def test_a_jump_is_judged_by_what_others_did_at_that_age() -> None:
    """200 in the eighth hour is usual, after 5 it is not: others fell from 300 to 200."""
    odd = course("X", {6: 5, 7: 200})
    assert found([*usual(), odd]) == [(FlagKind.GAIN_JUMP, "X", START + 7 * HOUR)]


def test_a_step_that_lasts_is_one_flag() -> None:
    (flag,) = review([course("X", (60, 50, 40, 200, 205, 198, 201, 199, 203))], RULES).flags
    assert (flag.kind, flag.bucket) == (FlagKind.LASTING_STEP, START + 3 * HOUR)
    assert (flag.observed, flag.high, flag.score) == (3.96, 3, 1.32)
    assert (flag.inputs["median_before"], flag.inputs["least_after"]) == (50, 198)


@pytest.mark.parametrize(
    "gains",
    [
        (60, 50, 40, 800, 500, 300, 200, 160, 150),  # decays
        (60, 50, 40, 120, 125, 118, 121, 119, 123),  # does not rise enough
        (60, 50, 40, 200, 205, 198, 201),  # not seen for long enough
    ],
)
def test_what_decays_or_hardly_rises_is_no_step(gains: tuple[int, ...]) -> None:
    assert found([course("X", gains)]) == []


def test_missing_is_not_zero() -> None:
    step = dict(enumerate((60, 50, 40, 200, 205, 198, 201, 199)))
    assert len(found([course("X", step)])) == 1
    for hour in range(8):
        known = {at: gain for at, gain in step.items() if at != hour}
        assert found([course("X", known)]) == []


def test_too_few_posts_say_nothing() -> None:
    odd = course("X", {5: 100_000})
    assert found([*usual(29), odd]) == [(FlagKind.GAIN_LEVEL, "X", START + 5 * HOUR)]
    said = review([*usual(28), odd], RULES)
    assert said.flags == ()
    assert said.left_out[LeftOut.SMALL_GROUP] == 28 * 10 + 1


def test_what_rounding_can_make_is_not_judged() -> None:
    odd = course("X", {5: 19_000}, resolution=1000)
    others = [course(f"P{number}", {5: 2000}, resolution=1000) for number in range(40)]
    assert review([*others, odd], RULES).left_out[LeftOut.TOO_COARSE] == 41
    assert found([*others, replace(odd, gains={START + 5 * HOUR: Gain(20_000, 1000)})]) == [
        (FlagKind.GAIN_LEVEL, "X", START + 5 * HOUR)
    ]


def test_a_group_that_rounding_makes_agree_says_nothing() -> None:
    """A quarter of it cannot be told from none: it can still be judged by; one more, and not."""
    odd = course("X", {5: 100_000})
    for untold, kinds in ((10, [FlagKind.GAIN_LEVEL]), (11, [])):
        others = [course(f"P{each}", {5: 1 if each < untold else 100}) for each in range(39)]
        assert [kind for kind, _, _ in found([*others, odd])] == kinds


BOUGHT = tuple(gain if hour != 5 else 50_000 for hour, gain in enumerate(NATURAL))


def test_nothing_is_judged_near_a_break() -> None:
    odd = course("X", BOUGHT)
    assert {kind for kind, _, _ in found([*usual(), odd])} == {
        FlagKind.GAIN_LEVEL,
        FlagKind.GAIN_JUMP,
    }
    for hours, silent in ((5, True), (53, True), (54, False), (-43, True), (-44, False)):
        broken = replace(odd, breaks=(START + hours * HOUR,))
        assert (found([*usual(), broken]) == []) is silent
    said = review([*usual(), replace(odd, breaks=(START,))], RULES)
    assert said.left_out[LeftOut.DEFINITION_BREAK] == 10


def test_nothing_is_judged_near_a_restatement_or_a_fall() -> None:
    restated = replace(course("X", BOUGHT), restated=frozenset([START + 9 * HOUR]))
    fell = course("X", {**dict(enumerate(BOUGHT)), 9: -40_000})
    for each in (restated, fell):
        said = review([*usual(), each], RULES)
        assert said.flags == ()
        assert said.left_out[LeftOut.RESTATED] == 10
    long_ago = replace(restated, restated=frozenset([START - 48 * HOUR]))
    assert len(found([*usual(), long_ago])) == 2


def test_announced_breaks_come_from_the_definitions() -> None:
    breaks = announced_breaks(all_definitions(), Platform.YOUTUBE, Metric.READS)
    days = {each.date() for each in breaks}
    assert date(2025, 3, 31) in days
    assert all(each.tzinfo is UTC for each in breaks)
    assert announced_breaks(all_definitions(), Platform.BILIBILI, Metric.LIKES) == ()


def standing(
    reads: int | None,
    likes: int | None,
    *,
    platform: Platform = Platform.WECHAT,
    steady: bool = True,
) -> Standing:
    values = {Metric.READS: reads, Metric.LIKES: likes}
    totals = {metric: value for metric, value in values.items() if value is not None}
    return Standing("X", platform, START, totals, steady)


@pytest.mark.parametrize(
    ("reads", "likes", "observed", "score"),
    [(50_000, 12_500, 0.25, 1.25), (100_000, 5, 0.00005, 10), (100_000, 0, 0, 50)],
)
def test_a_ratio_outside_the_usual(reads: int, likes: int, observed: float, score: float) -> None:
    (flag,) = ratio_flags([standing(reads, likes)], RULES)
    assert (flag.kind, flag.observed, flag.score) == (FlagKind.RATIO, observed, score)
    assert (flag.low, flag.high) == (0.0005, 0.2)
    assert flag.inputs == {"READS": reads, "LIKES": likes, "grade": "W"}


@pytest.mark.parametrize(
    "quiet",
    [
        standing(50_000, 1000),
        standing(50_000, None),
        standing(None, 1000),
        standing(39_999, 0),
        standing(50_000, 12_500, steady=False),
        standing(50_000, 12_500, platform=Platform.WEIBO),
    ],
)
def test_a_ratio_nothing_is_said_of(quiet: Standing) -> None:
    assert list(ratio_flags([quiet], RULES)) == []


gains = st.dictionaries(st.integers(0, 12), st.integers(-50, 10**6), max_size=9)
districts = st.lists(gains, min_size=28, max_size=45).map(
    lambda several: [course(f"P{number}", each) for number, each in enumerate(several)]
)


@settings(max_examples=60, deadline=None)
@given(districts, st.randoms())
def test_order_changes_nothing(courses: list[Course], chance: random.Random) -> None:
    shuffled = chance.sample(courses, len(courses))
    assert review(shuffled, RULES) == review(courses, RULES)


@settings(max_examples=60, deadline=None)
@given(districts, st.integers(2, 10_000))
def test_a_whole_group_may_grow_without_a_new_flag(courses: list[Course], factor: int) -> None:
    """Everything, its rounding too, so many times as large."""
    grown = [
        replace(
            each,
            gains={
                at: Gain(gain.value * factor, gain.resolution * factor)
                for at, gain in each.gains.items()
            },
        )
        for each in courses
    ]
    before, after = review(courses, RULES), review(grown, RULES)
    assert _whose(after) == _whose(before)
    assert (after.judged, after.left_out) == (before.judged, before.left_out)


def _whose(said: Review) -> list[tuple[FlagKind, str, datetime]]:
    return [(flag.kind, flag.post, flag.bucket) for flag in said.flags]


def test_the_real_topics(capsys: pytest.CaptureFixture[str]) -> None:
    """One flag in 27,000 judgements, and most of what is put in is found."""
    assert cli.run(["bench", "flags", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["topics"], said["topics_with_gains"], said["gains"]) == (5012, 2595, 19_614)
    assert said["judged"] == {"LASTING_STEP": 1287, "GAIN_LEVEL": 15_395, "GAIN_JUMP": 10_498}
    (flag,) = said["flags"]
    assert (flag["kind"], flag["post"]) == ("GAIN_JUMP", "刘雯时隔13年重回Dior秀场")
    recall = {(row["series"], row["metric"]): row["found"] for row in said["recall"]}
    assert {row["injected"] for row in said["recall"]} == {71}
    assert recall["supply x20", "READS"] == recall["supply x20", "COMMENTS"] == 67
    assert recall["burst x10", "READS"] == 2
    assert recall["burst x100", "READS"] == 63
