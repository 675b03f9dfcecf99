"""The search benchmark judges as it says, by labels of topics that are there."""

from __future__ import annotations

import math

import pytest

from benchmarks.search.corpus import Role, documents
from benchmarks.search.labels import Labelled, grade, grades_of, ndcg, read_labels, written
from commands.district.topics import read_topics

TOPICS = [topic.title for topic in read_topics()]


def test_every_label_is_of_a_real_topic() -> None:
    labels = read_labels()
    assert len(labels) == 78 + 56
    assert [label.is_held_out for label in labels] == [False] * 78 + [True] * 56
    assert len({label.text for label in labels}) == len(labels)
    for label in labels:
        assert label.grades
        assert set(label.grades) <= set(TOPICS), label.text
    kinds = {"word", "words", "phrase", "misspelled", "english", "beginning", "exclusion"}
    assert kinds < {label.kind for label in labels}


def test_articles_are_the_same_every_time() -> None:
    first = list(documents(TOPICS[:5], 60))
    assert first == list(documents(TOPICS[:5], 60))
    assert [each.role for each in first if each.topic == 0] == [
        *[Role.REPORT] * 2,
        *[Role.FOLLOW_UP] * 6,
        *[Role.MENTION] * 4,
    ]
    assert first[0].title == TOPICS[0]
    assert TOPICS[4] in first[59].body


@pytest.mark.parametrize(
    ("wanted", "role", "found"),
    [
        (3, Role.REPORT, 3),
        (3, Role.FOLLOW_UP, 2),
        (1, Role.FOLLOW_UP, 0),
        (3, Role.MENTION, 0),
        (0, Role.REPORT, 0),
    ],
)
def test_an_article_has_its_topics_grade_by_its_role(wanted: int, role: Role, found: int) -> None:
    assert grade(wanted, role) == found


def test_grades_are_by_id() -> None:
    articles = written(TOPICS[:2], documents(TOPICS[:2], 18))
    label = Labelled("x", "word", {TOPICS[1]: 3})
    assert grades_of(label, articles) == {2: 3, 4: 3, 6: 2, 8: 2, 10: 2, 12: 2, 14: 2, 16: 2}


def test_a_ranking_is_worth_what_stands_first() -> None:
    grades = {1: 3, 2: 1}
    assert ndcg([1, 2, 9], grades) == 1.0
    assert ndcg([9, 8], grades) == 0.0
    expected = (1 + 7 / math.log2(3)) / (7 + 1 / math.log2(3))
    assert ndcg([2, 1], grades) == pytest.approx(expected)
    assert ndcg([9] * 10 + [1], grades) == 0.0
