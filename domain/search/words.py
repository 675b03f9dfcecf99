"""Words of a text: folded, so that equal words look equal, and cut, because Chinese has no spaces.

The dictionaries take 40 MB and half a second: they are read when the first text comes, so that
processes which neither write nor search have none of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any, NamedTuple

LATIN = re.compile(r"[a-z0-9]+")
WORDS = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")
"""Runs of Latin letters and digits, and runs of letters of other scripts."""

PARTS = re.compile(r"[a-z]+|[0-9]+")

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


def quoted(word: str) -> str:
    """A word as tsvectors and tsqueries write it: it holds letters and digits only."""
    return f"'{word}'"


def kept_words(text: str) -> list[Word]:
    """What is kept of a text: every two neighbouring letters of a Chinese run, the longer words in
    it, and letters that stand alone; Latin words, and the parts of those that hold digits too.

    Pairs are there however a run was cut: jieba's dictionary does not know most names, and cuts
    what it does not know differently in different places.
    """
    return [word for run in _runs(text) for word in (_latin(run) if run.is_latin else _pairs(run))]


def cut_words(text: str) -> list[Word]:
    """The words a text is cut into, none overlapping. What the dictionary does not know is cut into
    its letters."""
    found: list[Word] = []
    for run in _runs(text):
        if run.is_latin:
            found.append(Word(run.text, run.place, 1))
            continue
        tokens = _cutter().tokenize(run.text, "default", False)
        found.extend(Word(word, run.place + start, len(word)) for word, start, _ in tokens)
    return [word for word in found if word.text not in FUNCTION_WORDS]


def neighbours(words: Iterable[Word]) -> Iterator[list[Word]]:
    """Each word by itself, but letters that stand alone side by side together: mostly names."""
    group: list[Word] = []
    for word in words:
        follows = bool(group) and _is_letter(group[-1]) and word.place == group[-1].place + 1
        if group and not (follows and _is_letter(word)):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _is_letter(word: Word) -> bool:
    return word.width == 1 and not word.text.isascii()


@lru_cache(maxsize=10_000)
def frequency(word: str) -> int:
    """How often a Chinese word is used, as jieba's dictionary counts; 0 of one it does not know."""
    cutter = _cutter()
    return int(cutter.suggest_freq(word)) if cutter.has_word(word) else 0


class _Run(NamedTuple):
    """Letters between spaces and signs, of one script."""

    text: str
    place: int
    is_latin: bool


def _runs(text: str) -> Iterator[_Run]:
    place = 1
    for run in WORDS.findall(fold(text)):
        is_latin = LATIN.fullmatch(run) is not None
        if not is_latin or len(run) <= LONGEST_LATIN:
            yield _Run(run, place, is_latin)
        place += 1 if is_latin else len(run)


def _latin(run: _Run) -> Iterator[Word]:
    parts = PARTS.findall(run.text)
    for part in dict.fromkeys((run.text, *parts)):
        if part not in FUNCTION_WORDS:
            yield Word(part, run.place, 1)


def _pairs(run: _Run) -> Iterator[Word]:
    text, place, _ = run
    for start in range(len(text) - 1):
        yield Word(text[start : start + 2], place + start, 2)
    for word, start, _ in _cutter().tokenize(text, "search", False):
        if len(word) != 2 and word not in FUNCTION_WORDS:
            yield Word(word, place + start, len(word))
