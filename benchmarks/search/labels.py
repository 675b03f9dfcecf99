"""The labelled queries, and what a ranking is worth by them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path

from benchmarks.search.corpus import Document, Role

TUNED = Path(__file__).parent / "queries.toml"
HELD_OUT = Path(__file__).parent / "held_out.toml"
GRADES = (3, 2, 1)
PLACES = 10


@dataclass(frozen=True, slots=True)
class Labelled:
    """A query; grades: of the topics that are wanted, by title, 1 to 3.

    is_held_out: that the ranking's numbers were not tuned on it.
    """

    text: str
    kind: str
    grades: Mapping[str, int]
    is_held_out: bool = False


def read_labels() -> list[Labelled]:
    """Those the ranking was tuned on, then those it was not, as they stand in the files."""
    return [*_read(TUNED, is_held_out=False), *_read(HELD_OUT, is_held_out=True)]


def _read(path: Path, *, is_held_out: bool) -> list[Labelled]:
    return [
        Labelled(
            query["text"],
            query["kind"],
            {title: grade for grade in GRADES for title in query.get(f"grade_{grade}", ())},
            is_held_out,
        )
        for query in tomllib.loads(path.read_text("utf-8"))["query"]
    ]


def grade(topic_grade: int, role: Role) -> int:
    """Of an article: a report has its topic's, what follows it up one less, a mention none."""
    if role is Role.MENTION:
        return 0
    return max(0, topic_grade - (role is Role.FOLLOW_UP))


Written = Mapping[str, Sequence[tuple[int, Role]]]
"""By a topic's title, the ids and roles of the articles about it."""


def written(topics: Sequence[str], documents: Iterable[Document]) -> Written:
    """An article's id is its place, from 1 on."""
    found: dict[str, list[tuple[int, Role]]] = {title: [] for title in topics}
    for number, document in enumerate(documents, 1):
        found[topics[document.topic]].append((number, document.role))
    return found


def grades_of(label: Labelled, articles: Written) -> dict[int, int]:
    """Grade by the article's id; those of 0 left out."""
    given = {
        number: grade(wanted, role)
        for title, wanted in label.grades.items()
        for number, role in articles[title]
    }
    return {number: grade for number, grade in given.items() if grade}


def ndcg(ranked: Sequence[int], grades: Mapping[int, int], places: int = PLACES) -> float:
    """nDCG of the first places, with gains 2^grade − 1. ranked: ids, the best first."""
    best = sorted(grades.values(), reverse=True)
    ideal = _dcg(best[:places])
    return _dcg([grades.get(number, 0) for number in ranked[:places]]) / ideal if ideal else 0.0


def _dcg(grades: Iterable[int]) -> float:
    gains = (float(2**each - 1) / log2(place + 1) for place, each in enumerate(grades, 1))
    return sum(gains, 0.0)
