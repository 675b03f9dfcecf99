"""What text, ids, moments and addresses may be."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import moments, text
from domain.ids import MAX_ID, format_id, parse_id
from domain.problems import Invalid
from domain.web_addresses import web_address

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PLACE = ("title",)


def line(value: str, longest: int = 20) -> str:
    return text.line(value, path=PLACE, longest=longest)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("  志愿服务  ", "志愿服务"),
        ("\u3000标题\u3000", "标题"),
        ("e\u0301tude", "\u00e9tude"),
        ("👩‍🚒 出发", "👩‍🚒 出发"),
    ],
)
def test_a_line_is_stripped_and_composed(value: str, expected: str) -> None:
    assert line(value) == expected


@pytest.mark.parametrize(
    ("value", "code", "word"),
    [
        ("", "EMPTY", "empty"),
        (" \u3000 ", "EMPTY", "empty"),
        ("\u200b\u200d", "EMPTY", "empty"),
        ("a\x00b", "INVALID_TEXT", "NUL"),
        ("a\ud800b", "INVALID_TEXT", "surrogate"),
        ("\udfff", "INVALID_TEXT", "surrogate"),
        ("a\x07b", "INVALID_TEXT", "U+0007"),
        ("a\x85b", "INVALID_TEXT", "U+0085"),
        ("a\nb", "INVALID_TEXT", "U+000A"),
        ("a\u2028b", "INVALID_TEXT", "U+2028"),
        ("字" * 21, "TOO_LONG", "21 characters"),
    ],
)
def test_a_line_that_is_refused_says_where_and_why(value: str, code: str, word: str) -> None:
    with pytest.raises(Invalid) as caught:
        line(value)
    assert caught.value.code == code
    assert caught.value.path == ("title",)
    assert word in caught.value.message


def test_prose_keeps_its_lines() -> None:
    assert text.prose(" 一\r\n\t二\r三\n", path=PLACE, longest=9) == "一\n\t二\n三"
    assert text.prose(" \n ", path=PLACE, longest=9) == ""


@pytest.mark.parametrize("value", ["a\x0bb", "a\x00b", "\ud900"])
def test_prose_refuses_what_is_no_layout(value: str) -> None:
    with pytest.raises(Invalid):
        text.prose(value, path=PLACE, longest=9)


@given(st.text(alphabet=st.characters(), max_size=40))
def test_whatever_is_taken_is_safe_to_store_and_stays_as_it_is(value: str) -> None:
    try:
        taken = text.prose(value, path=PLACE, longest=30)
    except Invalid:
        return
    assert taken.encode().decode() == taken
    assert len(taken) <= 30
    assert unicodedata.is_normalized("NFC", taken)
    assert not any(unicodedata.category(c) in {"Cs", "Cc"} and c not in "\n\t" for c in taken)
    assert text.prose(taken, path=PLACE, longest=30) == taken


@given(st.integers(1, MAX_ID))
def test_an_id_reads_as_it_was_written(number: int) -> None:
    assert parse_id(format_id("Article", number), "Post", "Article") == ("Article", number)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "12",
        "Article",
        "Article:",
        "Article:0",
        "Article:-1",
        "Article:+1",
        "Article:012",
        "Article:1_0",
        "Article: 1",
        "Article:1 ",
        "Article:1\n",
        "Article:१",
        "Article:1.0",
        "Article:9223372036854775808",
        "Article:" + "9" * 5000,
        "Post:1",
        "article:1",
        "Article:1:2",
        "Article\x00:1",
        "\ud800:1",
    ],
)
def test_an_id_that_cannot_be_names_its_place(value: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_id(value, "Article", path=("id",))
    assert caught.value.path == ("id",)
    assert caught.value.code == "INVALID_ID"
    assert "Article" in caught.value.message


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader_of_ids(value: str) -> None:
    try:
        name, number = parse_id(value)
    except Invalid:
        return
    assert format_id(name, number) == value


def test_a_moment_becomes_utc() -> None:
    shanghai = timezone(timedelta(hours=8))
    told = datetime(2026, 3, 1, 8, 0, tzinfo=shanghai)
    assert moments.past(told, now=NOW, path=()) == datetime(2026, 3, 1, tzinfo=UTC)
    assert moments.past(told, now=NOW, path=()).tzinfo is UTC


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (datetime(2026, 3, 1), "INVALID_TIME"),  # noqa: DTZ001 - that it is naive is the point
        (datetime(1999, 12, 31, tzinfo=UTC), "INVALID_TIME"),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), "INVALID_TIME"),
        (datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))), "INVALID_TIME"),
        (NOW + timedelta(minutes=5, seconds=1), "FUTURE"),
    ],
)
def test_a_moment_that_cannot_be_is_refused(value: datetime, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        moments.past(value, now=NOW, path=("posted_at",))
    assert (caught.value.code, caught.value.path) == (code, ("posted_at",))


def test_clocks_may_differ_by_five_minutes() -> None:
    ahead = NOW + timedelta(minutes=5)
    assert moments.past(ahead, now=NOW, path=()) == ahead


@pytest.mark.parametrize("value", ["https://weibo.com/1/N?x=1#y", "http://[::1]:80/", ""])
def test_an_address_on_the_web(value: str) -> None:
    assert web_address(f" {value} ", path=("url",), longest=100) == value


@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)",
        "ftp://example.org/",
        "//example.org/",
        "https://",
        "https:///path",
        "https://user:secret@example.org/",
        "https://example.org:99999/",
        "https://exa mple.org/",
        "https://example.org\\@evil.example/",
        "http://[::1",
        "weibo.com/1",
    ],
)
def test_other_addresses_are_refused(value: str) -> None:
    with pytest.raises(Invalid) as caught:
        web_address(value, path=("url",), longest=100)
    assert (caught.value.code, caught.value.path) == ("INVALID_URL", ("url",))


def test_a_text_of_somebody_else_s_can_be_shown_and_kept() -> None:
    assert text.shown("a\x00b\u2028\ud800") == "aU+0000bU+2028U+D800"
    assert text.shown("春" * 5, longest=5) == "春春春春春"
    assert text.shown("春" * 6, longest=5) == "春春春春…"
