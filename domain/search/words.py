"""Words of a text: folded, so that equal words look equal, and cut, because Chinese has no spaces.

The dictionaries take 40 MB and half a second: they are read when the first text comes, so that
processes which neither write nor search have none of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, NamedTuple

LATIN = re.compile(r"[a-z0-9]+")
WORDS = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")
"""Runs of Latin letters and digits, and runs of letters of other scripts."""

LONGEST_LATIN = 100
_FUNCTION_WORDS = (
    "的 了 是 在 和 与 及 或 等 也 都 就 而 吗 呢 吧 啊 呀 被 把 将 这 那 之 其 所 着 过 地 得 于"
    " a an and are as at be by for from in is it of on or that the this to was with"
)
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
"""Words that stand everywhere and tell nothing: they are not kept, and not asked for."""


class Word(NamedTuple):
    """text: folded. place: of its first letter among the letters of the
    text, where a Latin word counts as one: what follows what is seen however the text was cut.
    width: in places."""

    text: str
    place: int
    width: int


@cache
def _simplifying() -> Any:
    from opencc import OpenCC  # reads its dictionaries

    return OpenCC("t2s")


@cache
def _cutter() -> Any:
    import rjieba  # reads its dictionary

    return rjieba


@cache
def _stemmer() -> Any:
    import snowballstemmer  # loads all its languages

    return snowballstemmer.stemmer("english")


def fold(text: str) -> str:
    """The text in one form of each letter: compatible forms as one (NFKC), lower case, simplified
    Chinese."""
    simplified: str = _simplifying().convert(unicodedata.normalize("NFKC", text).lower())
    return simplified


def squeezed(text: str) -> str:
    """The folded text's letters and digits alone: what is left when people type it differently."""
    return "".join(WORDS.findall(fold(text)))


@lru_cache(maxsize=10_000)
def stem(word: str) -> str:
    """The stem of an English word; every other word is its own."""
    is_english = word.isascii() and word.isalpha()
    return str(_stemmer().stemWord(word)) if is_english else word


def fine_words(text: str) -> list[Word]:
    """All words of a text: long ones, and the shorter ones inside of them."""
    return _words(text, lambda run: _cutter().tokenize(run, "search", True))


def coarse_words(text: str) -> list[Word]:
    """The words a text is cut into, none overlapping."""
    return _words(text, lambda run: _cutter().tokenize(run, "default", True))


def _words(text: str, cut: Any) -> list[Word]:
    found: list[Word] = []
    place = 1
    for run in WORDS.findall(fold(text)):
        if LATIN.fullmatch(run):
            if run not in FUNCTION_WORDS and len(run) <= LONGEST_LATIN:
                found.append(Word(run, place, 1))
            place += 1
        else:
            found.extend(Word(word, place + start, len(word)) for word, start in _cut(run, cut))
            place += len(run)
    return found


def _cut(run: str, cut: Any) -> Iterator[tuple[str, int]]:
    for word, start, _end in cut(run):
        if word not in FUNCTION_WORDS:
            yield word, start
