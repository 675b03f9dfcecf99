"""Texts cut into words, and what somebody typed read as a question: pure functions."""

from __future__ import annotations

import pytest

from domain.problems import Invalid
from domain.search.asking import plain_query, read
from domain.search.rules import check_synonyms
from domain.search.sounds import sound
from domain.search.vectors import vector
from domain.search.words import cut_words, fold, kept_words, squeezed


def test_letters_are_folded() -> None:
    assert fold("ＣｈａｔＧＰＴ 臺灣志願者") == "chatgpt 台湾志愿者"
    assert squeezed("《繁花》：第 1 集!") == "繁花第1集"


def test_words_stand_where_their_letters_do() -> None:
    """A Latin word is one place wide, whatever was cut inside of Chinese ones."""
    assert [tuple(word) for word in kept_words("志愿者的 Running 社区")] == [
        ("志愿", 1, 2),
        ("愿者", 2, 2),
        ("者的", 3, 2),
        ("志愿者", 1, 3),
        ("running", 5, 1),
        ("社区", 6, 2),
    ]
    assert [word.text for word in cut_words("志愿者的 Running 社区")] == [
        "志愿者",
        "running",
        "社区",
    ]


def test_a_vector_has_words_stems_places_and_weights() -> None:
    """Fifty places lie between two texts, so that no phrase reaches across."""
    assert vector([("A", "社区 running"), ("D", "it's 社区")]) == (
        "'run':3A 'running':3A 's':56D '社区':1A,57D"
    )


@pytest.mark.parametrize(
    ("query", "strict"),
    [
        ("社区 活动", "'社区' & '活动'"),
        ("志愿者", "('志愿者' | ('志愿' & '愿者'))"),
        ("“文明实践”", "('文明' <1> '明实' <1> '实践')"),
        ("宗馥莉", "'宗馥' & '馥莉'"),
        ("南京市 雪", "('南京市' | ('南京' & '京市')) & '雪':*"),
        ("什么时候 放假", "'放假'"),
        ('"free running shoes', "('free' <1> 'run' <1> 'shoe')"),
        ("手机 OR 华为 社区", "('手机' | '华为') & '社区'"),
        ("OR 社区", "'社区'"),
        ("volunte*", "'volunte':*"),
        ("的", ""),
        ("- \" ( ' \\ :* & ! <->", ""),
    ],
)
def test_what_is_typed_is_read(query: str, strict: str) -> None:
    assert read(query).strict == strict


def test_what_is_not_wanted_stands_apart() -> None:
    question = read("社区 活动 -北京 -“南京 市民”")
    assert question.strict == "'社区' & '活动'"
    assert question.unwanted == "('北京') | (('南京' <2> '市民'))"
    assert question.loose == "('社区') | ('活动')"
    assert question.terms == ("活动", "社区")


def test_the_last_word_may_be_a_beginning() -> None:
    assert read("社区 volun", is_typing=True).strict == "'社区' & 'volun':*"
    assert read("社区 -volun", is_typing=True).unwanted == "('volun')"


def test_only_so_many_words_are_looked_at() -> None:
    assert plain_query("x").count("&") == 0
    assert read(" ".join(f"w{number}" for number in range(50))).strict.count("&") == 11


def test_what_sounds_alike_has_one_code() -> None:
    assert sound("雷佳音新剧") == sound("雷加音心剧") == "n8je0jxjj6"
    assert sound("张三 iPhone17") == "zbsb iphone17"
    assert sound("张三") != sound("李四")


def test_synonyms_are_checked() -> None:
    assert check_synonyms(" 高考 ", ["统考", "高考", "统考"]) == ("高考", ["统考"])
    with pytest.raises(Invalid) as caught:
        check_synonyms("高考", ["高考"])
    assert (caught.value.path, caught.value.code) == (("synonyms",), "EMPTY")
    with pytest.raises(Invalid) as caught:
        check_synonyms("高考", [f"词{number}" for number in range(21)])
    assert caught.value.code == "TOO_MANY"
