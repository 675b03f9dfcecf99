"""Paragraphs that stand more than once in a text, as scrapers leave them: whole or nearly. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

LEAST_LETTERS = 12
"""A shorter paragraph (“记者 王建国”, “新华社北京电”) may well stand twice."""

SHINGLE = 3
ALIKE = 0.85
UNTOLD = re.compile(r"[\W_]+")


class Repeat(NamedTuple):
    """The paragraph at `place` says what the one at `first` says. alike: 1.0 when its letters are
    the same, else the share of their shingles that both have."""

    place: int
    first: int
    alike: float


def repeats(paragraphs: Sequence[str]) -> list[Repeat]:
    """Each paragraph that an earlier one makes needless, in order; the first of equals stays."""
    kept: dict[str, int] = {}
    shingled: list[tuple[int, frozenset[str]]] = []
    by_shingle: dict[str, list[int]] = {}
    found: list[Repeat] = []
    for place, paragraph in enumerate(paragraphs):
        letters = _letters(paragraph)
        if len(letters) < LEAST_LETTERS:
            continue
        if letters in kept:
            found.append(Repeat(place, kept[letters], 1.0))
            continue
        shingles = _shingles(letters)
        near = _nearest(shingles, shingled, by_shingle)
        if near is not None:
            found.append(Repeat(place, *near))
            continue
        kept[letters] = place
        for shingle in shingles:
            by_shingle.setdefault(shingle, []).append(len(shingled))
        shingled.append((place, shingles))
    return found


def _letters(paragraph: str) -> str:
    """Its letters and digits alone, of one width and case."""
    return UNTOLD.sub("", unicodedata.normalize("NFKC", paragraph).casefold())


def _shingles(letters: str) -> frozenset[str]:
    return frozenset(letters[at : at + SHINGLE] for at in range(len(letters) - SHINGLE + 1))


def _nearest(
    shingles: frozenset[str],
    known: Sequence[tuple[int, frozenset[str]]],
    by_shingle: dict[str, list[int]],
) -> tuple[int, float] | None:
    """The known paragraph most alike, if one is alike enough. Only those that share the rarest
    shingles are compared: who shares less than one of so many cannot be alike."""
    needed = len(shingles) - int(ALIKE * len(shingles)) + 1
    rare = sorted(shingles, key=lambda each: len(by_shingle.get(each, ())))[:needed]
    candidates = {number for each in rare for number in by_shingle.get(each, ())}
    best: tuple[int, float] | None = None
    for number in sorted(candidates):
        place, other = known[number]
        alike = len(shingles & other) / len(shingles | other)
        if alike >= ALIKE and (best is None or alike > best[1]):
            best = place, round(alike, 3)
    return best
