"""Indices as pure functions: the formulas as their sources have them, and what goes into them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.engagement.rules import Addition, Metric, MetricStatus
from domain.indices.formulas import FaultyFormula, all_formulas, read_file
from domain.indices.rules import (
    NO_COUNTER,
    NO_HEADLINES,
    NO_POSTS,
    NOT_COUNTED,
    PEOPLE,
    Figure,
    Formula,
    IndexCounter,
    IndexMeasure,
    Input,
    Measured,
    PostFigures,
    inputs_of,
    measure,
    score,
    why_never,
)
from domain.partners.rules import Platform

R, L, C, S = Metric.READS, Metric.LIKES, Metric.COMMENTS, Metric.SHARES
FORMULAS = {formula.code: formula for formula in all_formulas()}
each_formula = pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS)

SINCE, UNTIL = date(2026, 3, 1), date(2026, 3, 4)


def of(name: str, counter: str | None = None) -> Input:
    return Input(IndexMeasure(name), None if counter is None else IndexCounter(counter))


def test_the_formulas_are_data_with_their_evidence() -> None:
    assert [(each.code, each.version, each.platform, each.grade) for each in all_formulas()] == [
        ("BCI", "ZHEJIANG", Platform.WEIBO, "W"),
        ("WCI", "V14.2", Platform.WECHAT, "W"),
        ("WEIBO_LIST", "60-25-10-5", Platform.WEIBO, "W"),
    ]
    assert all(each.source and each.expression and each.name for each in all_formulas())


@each_formula
def test_weights_add_up_to_one(formula: Formula) -> None:
    assert sum(part.weight for part in formula.parts) == pytest.approx(1)
    for part in formula.parts:
        assert sum(term.weight for term in part.terms) == pytest.approx(1)


@pytest.mark.parametrize(
    "text",
    ["", "code = 7", "][", 'code = "X"\nversion = "1"', 'colour = "red"'],
)
def test_a_faulty_file_is_named(text: str) -> None:
    with pytest.raises(FaultyFormula, match=r"^x\.toml: "):
        read_file("x.toml", text)


def test_bci() -> None:
    """W1 = ln 4; W2 = 0.4·ln 121 + 0.4·ln 46 + 0.2·ln 901; (0.2·W1 + 0.8·W2)·160."""
    values = {
        of("POSTS"): 3.0,
        of("TOTAL", "SHARES"): 120.0,
        of("TOTAL", "COMMENTS"): 45.0,
        of("TOTAL", "LIKES"): 900.0,
    }
    assert score(FORMULAS["BCI"], values) == 660.1021
    assert score(FORMULAS["BCI"], dict.fromkeys(values, 0.0)) == 0


def test_wci() -> None:
    """O, A, H, P of four articles in a day: 9.312868, 7.927064, 8.961696, 10.948321; WCI is
    (0.6·O + 0.2·A + 0.1·H + 0.1·P)²·12."""
    counters = ("READS", "WOWS", "LIKES", "SHARES")
    given = {
        "PER_DAY": (20_000, 120, 300, 450),
        "PER_POST": (5_000, 30, 75, 112.5),
        "HEADLINES_PER_DAY": (14_000, 100, 200, 300),
        "HIGHEST": (100_001, 900, 1_500, 2_100),
    }
    values = {
        of(name, counter): float(value)
        for name, row in given.items()
        for counter, value in zip(counters, row, strict=True)
    }
    assert set(inputs_of(FORMULAS["WCI"])) == set(values)
    assert score(FORMULAS["WCI"], values) == 1007.7766


def test_the_rule_of_weibos_lists() -> None:
    """0.6·10,000 + 0.25·120 + 0.1·45 + 0.05·300."""
    counts = {"READS": 10_000.0, "SHARES": 120.0, "COMMENTS": 45.0, "LIKES": 300.0}
    values = {of("GAINED", name): value for name, value in counts.items()}
    assert score(FORMULAS["WEIBO_LIST"], values) == 6049.5


@each_formula
def test_without_one_of_its_inputs_there_is_no_score(formula: Formula) -> None:
    values: dict[Input, float | None] = dict.fromkeys(inputs_of(formula), 5.0)
    assert score(formula, values) is not None
    for asked in values:
        assert score(formula, {**values, asked: None}) is None


@each_formula
@given(data=st.data())
def test_a_score_never_falls_when_something_grows(formula: Formula, data: st.DataObject) -> None:
    counts = st.integers(0, 10**12).map(float)
    values = {asked: data.draw(counts) for asked in inputs_of(formula)}
    grown = data.draw(st.sampled_from(list(values)))
    more = {**values, grown: values[grown] + data.draw(counts)}
    before, after = score(formula, values), score(formula, more)
    assert before is not None
    assert after is not None
    assert 0 <= before <= after


def test_what_wci_needs_and_nobody_counts_is_said() -> None:
    never = {asked: why_never(asked) for asked in inputs_of(FORMULAS["WCI"])}
    assert [asked for asked, reason in never.items() if reason == NO_COUNTER] == [
        of("PER_DAY", "WOWS"),
        of("PER_POST", "WOWS"),
        of("HIGHEST", "WOWS"),
    ]
    assert [asked.of for asked, reason in never.items() if reason == NO_HEADLINES] == [
        IndexCounter.READS,
        IndexCounter.WOWS,
        IndexCounter.LIKES,
        IndexCounter.SHARES,
    ]
    assert not any(why_never(asked) for asked in inputs_of(FORMULAS["BCI"]))


def days(**gained: int) -> dict[date, Figure]:
    """By the day: d0301 is 1 March."""
    return {
        date(2026, int(name[1:3]), int(name[3:])): Figure(value) for name, value in gained.items()
    }


def posts() -> list[PostFigures]:
    """Four days are asked about. Three posts of them, of one of which nothing is known, one of
    five days before and one of eight."""
    return [
        PostFigures(
            1,
            date(2026, 3, 1),
            totals={R: Figure(900, at_least=True), S: Figure(12)},
            gains={R: days(d0301=800, d0302=100, d0309=7)},
        ),
        PostFigures(
            2,
            date(2026, 3, 4),
            totals={R: Figure(100, provisional=True), S: Figure(0, provisional=True)},
            gains={R: days(d0304=100)},
        ),
        PostFigures(3, date(2026, 3, 3)),
        PostFigures(
            4,
            date(2026, 2, 24),
            totals={R: Figure(5_000)},
            gains={R: days(d0301=40, d0302=-5, d0303=9)},
        ),
        PostFigures(5, date(2026, 2, 21), totals={R: Figure(7_000)}, gains={R: days(d0301=1_000)}),
    ]


CASES: list[tuple[Input, Measured]] = [
    (of("POSTS"), Measured(3.0, 3, 3)),
    (of("TOTAL", "READS"), Measured(1_000.0, 3, 2, 1, 1)),
    (of("PER_DAY", "READS"), Measured(250.0, 3, 2, 1, 1)),
    # A mean is of the posts that are known.
    (of("PER_POST", "READS"), Measured(500.0, 3, 2, 1, 1)),
    (of("HIGHEST", "READS"), Measured(900.0, 3, 2, 1, 1)),
    (of("TOTAL", "SHARES"), Measured(12.0, 3, 2, 0, 1)),
    (of("TOTAL", "LIKES"), Measured(None, 3, 0, missing=NOT_COUNTED)),
    (of("HEADLINES_PER_DAY", "READS"), Measured(None, 3, 0, missing=NO_HEADLINES)),
    (of("PER_DAY", "WOWS"), Measured(None, 3, 0, missing=NO_COUNTER)),
    # The older post's first week ends on 2 March: 40 - 5 of it, and not the 9 of the day after.
    (of("GAINED", "READS"), Measured(1_035.0, 4, 3, 1, 1)),
    (of("GAINED", "SHARES"), Measured(None, 4, 0, missing=NOT_COUNTED)),
]


@pytest.mark.parametrize(("asked", "expected"), CASES, ids=lambda each: str(each)[:60])
def test_what_goes_into_a_formula(asked: Input, expected: Measured) -> None:
    assert measure(asked, posts(), SINCE, UNTIL) == expected
    assert measure(asked, posts()[::-1], SINCE, UNTIL) == expected


def readers(number: int, value: int) -> PostFigures:
    """A post that counts people."""
    figure = Figure(value, Addition.NEVER)
    day = date(2026, 3, 2)
    return PostFigures(number, day, totals={R: figure}, gains={R: {day: figure}})


def test_people_are_never_added_up() -> None:
    people = [readers(1, 70), readers(2, 50)]
    for name in ("TOTAL", "PER_DAY", "GAINED"):
        found = measure(of(name, "READS"), people, SINCE, UNTIL)
        assert found == Measured(None, 2, 0, people=2, missing=PEOPLE)
    assert measure(of("HIGHEST", "READS"), people, SINCE, UNTIL) == Measured(70.0, 2, 2)
    assert measure(of("PER_POST", "READS"), people, SINCE, UNTIL) == Measured(60.0, 2, 2)
    mixed = [readers(9, 70), *posts()]
    assert measure(of("TOTAL", "READS"), mixed, SINCE, UNTIL) == Measured(1_000.0, 4, 2, 1, 1, 1)


def test_a_repost_is_left_out_where_its_original_is_counted() -> None:
    def one(number: int, value: int, original: int | None = None) -> PostFigures:
        figure = Figure(value, Addition.UNLESS_ORIGINAL)
        day = date(2026, 3, 2)
        return PostFigures(number, day, original, {R: figure}, {R: {day: figure}})

    original, repost = one(1, 500), one(2, 30, original=1)
    for name in ("TOTAL", "GAINED"):
        asked = of(name, "READS")
        both = measure(asked, [original, repost], SINCE, UNTIL)
        assert both == Measured(500.0, 2, 1, reposts=1)
        assert measure(asked, [repost], SINCE, UNTIL) == Measured(30.0, 1, 1)
    assert measure(of("HIGHEST", "READS"), [original, repost], SINCE, UNTIL).value == 500


def test_without_posts_nothing_was_earned_and_nothing_is_a_mean() -> None:
    empty: list[Any] = [
        (measure(of(name, "READS"), [], SINCE, UNTIL).value, name)
        for name in ("TOTAL", "PER_DAY", "GAINED")
    ]
    assert empty == [(0.0, "TOTAL"), (0.0, "PER_DAY"), (0.0, "GAINED")]
    for name in ("PER_POST", "HIGHEST"):
        assert measure(of(name, "READS"), [], SINCE, UNTIL) == Measured(
            None, 0, 0, missing=NO_POSTS
        )


@pytest.mark.parametrize(
    ("measured", "status"),
    [
        (Measured(None, 3, 2, 1, 1, missing=NOT_COUNTED), MetricStatus.UNAVAILABLE),
        (Measured(5.0, 3, 2, 1, 1), MetricStatus.AT_LEAST),
        (Measured(5.0, 3, 2, 0, 1), MetricStatus.PROVISIONAL),
        (Measured(5.0, 3, 2), MetricStatus.EXACT),
    ],
)
def test_what_a_value_is_worth(measured: Measured, status: MetricStatus) -> None:
    assert measured.status is status
