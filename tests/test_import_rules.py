"""Numbers, moments and headers as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.engagement.rules import Bound
from domain.imports.columns import Field, find_columns, plain, read_map
from domain.imports.values import count_of, moment_of
from domain.problems import Invalid
from tests.rows import SHANGHAI

EXACT, AT_LEAST = Bound.EXACT, Bound.AT_LEAST


@pytest.mark.parametrize(
    ("cell", "value", "bound"),
    [
        ("0", 0, EXACT),
        ("1234", 1234, EXACT),
        (" 1,234,567 ", 1_234_567, EXACT),
        ("1 234 567", 1_234_567, EXACT),
        ("１，２３４", 1234, EXACT),
        ("1.2万", 12_000, EXACT),
        ("3.2 亿", 320_000_000, EXACT),
        ("12w", 120_000, EXACT),
        ("1.5k", 1500, EXACT),
        ("1.0", 1, EXACT),
        ("10万+", 100_000, AT_LEAST),
        ("10万＋", 100_000, AT_LEAST),
        ("100000+", 100_000, AT_LEAST),
        ("10万以上", 100_000, AT_LEAST),
        ("1,234次", 1234, EXACT),
        (1234, 1234, EXACT),
        (1234.0, 1234, EXACT),
    ],
)
def test_a_number(cell: Any, value: int, bound: Bound) -> None:
    assert count_of(cell) == (value, bound)


@pytest.mark.parametrize("cell", ["", " ", "-", "—", "N/A", "暂无", "－"])
def test_unknown_is_not_zero(cell: str) -> None:
    assert count_of(cell) is None


@pytest.mark.parametrize(
    "cell",
    ["1.5", 1.5, -3, "-3", "1.23E+05", "1,23", "12,34,567", "很多", "1.2.3", "万", "+", True,
     date(2026, 3, 1), "1.23456万", "٣٤x", "1e400", "²"],
)  # fmt: skip
def test_no_number(cell: Any) -> None:
    with pytest.raises(Invalid):
        count_of(cell)


@given(st.integers(0, 10**13))
def test_a_number_is_itself_however_it_is_grouped(value: int) -> None:
    assert count_of(f"{value:,}") == count_of(str(value)) == count_of(value) == (value, EXACT)


MARCH = datetime(2026, 3, 1, 8, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-01 08:30",
        "2026-03-01 08:30:00",
        "2026-03-01T08:30:00+08:00",
        "2026-03-01T00:30:00Z",
        "2026-03-01T08:30:00.000+0800",
        "2026/3/1 8:30",
        "2026.3.1 8:30",
        "2026年3月1日 8时30分",
        "2026年3月1日8点30",
        "20260301 8:30",
        "２０２６-03-01 08：30",
        datetime(2026, 3, 1, 8, 30),  # noqa: DTZ001 - as a spreadsheet has it
        MARCH,
    ],
)
def test_a_moment(cell: Any) -> None:
    found = moment_of(cell, SHANGHAI)
    assert found is not None
    assert (found.at, found.is_day) == (MARCH, False)


@pytest.mark.parametrize(
    "cell", ["2026-03-01", "2026/3/1", "2026年3月1日", "20260301", date(2026, 3, 1)]
)
def test_a_day(cell: Any) -> None:
    found = moment_of(cell, SHANGHAI)
    assert found is not None
    assert (found.at, found.is_day) == (datetime(2026, 3, 1, tzinfo=SHANGHAI), True)


def test_an_offset_is_kept() -> None:
    found = moment_of("2026-03-01 08:30 -05:00", SHANGHAI)
    assert found is not None
    assert found.at == datetime(2026, 3, 1, 8, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert moment_of("", SHANGHAI) is None


@pytest.mark.parametrize(
    "cell",
    ["3/1/2026", "01.03.26", "2026-13-01", "2026-02-30", "2026-03-01 25:00", "昨天", "2026-03",
     46082, 46082.35, "2026-03-01 08:30 CST", "0000-01-01"],
)  # fmt: skip
def test_no_moment(cell: Any) -> None:
    with pytest.raises(Invalid):
        moment_of(cell, SHANGHAI)


def test_headers_in_both_languages() -> None:
    headers = [
        "标题",
        "播放量（次）",
        " Like_Count ",
        "评论数",
        "转发",
        "统计日期",
        "作品ID",
        "热度",
    ]
    found = find_columns(headers, {})
    assert found.places == {
        **{Field.TITLE: 0, Field.READS: 1, Field.LIKES: 2, Field.COMMENTS: 3},
        **{Field.SHARES: 4, Field.OBSERVED_AT: 5, Field.EXTERNAL_ID: 6},
    }
    assert found.unused == ("热度",)
    told = find_columns(headers, read_map(["热度=reads", "播放量(次)="]))
    assert (told.places[Field.READS], told.unused) == (7, ("播放量（次）",))
    assert plain("播放量（次）") == plain("播放量 (次)") == "播放量"


@pytest.mark.parametrize(
    ("headers", "told", "word"),
    [
        (["阅读", "播放"], [], "apart"),
        (["标题", "链接"], [], "no column says READS"),
        (["阅读"], ["热度=READS"], "no column 热度"),
        (["阅读"], ["阅读=CLAPS"], "is no map"),
        (["阅读"], ["阅读"], "is no map"),
        (["阅读"], ["=READS"], "is no map"),
    ],
)
def test_columns_that_cannot_be(headers: list[str], told: list[str], word: str) -> None:
    with pytest.raises(Invalid, match=word):
        find_columns(headers, read_map(told))


def test_utc_is_not_assumed() -> None:
    found = moment_of("2026-03-01", SHANGHAI)
    assert found is not None
    assert found.at.astimezone(UTC) == datetime(2026, 2, 28, 16, tzinfo=UTC)
