"""Two texts compared: Chinese letter by letter, other scripts word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from enum import StrEnum
from typing import NamedTuple

TOKEN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|\w+|\s+|.", re.DOTALL)
"""A letter of a script without spaces between words; a word; white space; a sign."""

MOST_PAIRS = 250_000
MOST_PAIRS_TOGETHER = 2_000_000
"""How many pairs of words may have to be looked at for two texts, and for all of a comparison: what
is more is told as replaced. What both texts begin and end with costs nothing."""


class Word(StrEnum):
    """Whether words stand in both texts, or in one of them."""

    SAME = "SAME"
    ADDED = "ADDED"
    REMOVED = "REMOVED"


class Words(NamedTuple):
    kind: Word
    text: str


class Comparer:
    """Compares the texts of one comparison."""

    def __init__(self) -> None:
        self._left = MOST_PAIRS_TOGETHER

    def words(self, old: str, new: str) -> list[Words]:
        """In order: SAME and REMOVED ones make up the old text, SAME and ADDED ones the new."""
        olds, news = TOKEN.findall(old), TOKEN.findall(new)
        start = _alike(olds, news)
        end = _alike(olds[start:][::-1], news[start:][::-1])
        a, b = olds[start : len(olds) - end], news[start : len(news) - end]
        between = self._between(a, b)
        return [
            *_told(Word.SAME, olds[:start]),
            *between,
            *_told(Word.SAME, olds[len(olds) - end :]),
        ]

    def _between(self, olds: list[str], news: list[str]) -> list[Words]:
        pairs = len(olds) * len(news)
        if pairs > min(MOST_PAIRS, self._left):
            return [*_told(Word.REMOVED, olds), *_told(Word.ADDED, news)]
        self._left -= pairs
        found: list[Words] = []
        for what, a, b, c, d in SequenceMatcher(None, olds, news, autojunk=False).get_opcodes():
            if what == "equal":
                found += _told(Word.SAME, olds[a:b])
            else:
                found += _told(Word.REMOVED, olds[a:b])
                found += _told(Word.ADDED, news[c:d])
        return found


def _alike(olds: list[str], news: list[str]) -> int:
    """How many words both begin with."""
    pairs = zip(olds, news, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(olds), len(news)))


def _told(kind: Word, words: list[str]) -> Iterator[Words]:
    if words:
        yield Words(kind, "".join(words))
