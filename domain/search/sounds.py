"""How a text sounds, in a short code: what people who type by sound mistake has the same one.

A Chinese syllable is two signs, its initial and its final; sounds that are often mixed up (zh and
z, n and l, in and ing) share one. Latin words stand as they are, apart. PostgreSQL compares codes
by their trigrams: of ASCII only, because in a database of the locale C it knows no others.
"""

from __future__ import annotations

import os
from functools import cache, lru_cache
from typing import Any

from domain.search.words import LATIN, WORDS, fold

LONGEST_SOUNDED = 300

INITIALS = {"zh": "z", "ch": "c", "sh": "s", "l": "n"}
"""Initials that are written as another; no initial is 0."""

FINALS = {
    name: sign
    for sign, names in {
        "1": "a", "2": "o", "3": "e", "4": "i", "5": "u", "6": "v", "7": "ai", "8": "ei",
        "9": "ao", "a": "ou", "b": "an ang", "c": "en eng", "d": "er", "e": "ia", "f": "ie",
        "g": "iao", "h": "iou iu", "i": "ian", "j": "in ing", "k": "iang", "l": "iong",
        "m": "ong ueng", "n": "ua", "o": "uo", "p": "uai", "q": "uei ui", "r": "uan uang",
        "s": "uen un", "t": "ve ue", "u": "van", "v": "vn",
    }.items()
    for name in names.split()
}  # fmt: skip
UNHEARD = "z"


@cache
def _pinyin() -> Any:
    # Of the readings of a character the most frequent one will do: the dictionary of phrases, which
    # knows better, takes 45 MB.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    import pypinyin  # reads its dictionary

    return pypinyin


def sound(text: str) -> str:
    """The code of a text; empty where it has neither letters nor digits."""
    words: list[str] = []
    for run in WORDS.findall(fold(text[:LONGEST_SOUNDED])):
        if LATIN.fullmatch(run):
            words.append(run)
        else:
            code = "".join(_syllable(character) for character in run)
            words.append(code)
    return " ".join(word for word in words if word)


@lru_cache(maxsize=20_000)
def _syllable(character: str) -> str:
    pinyin = _pinyin()
    parts = [
        pinyin.pinyin(character, style=style, strict=True, errors="ignore")
        for style in (pinyin.Style.INITIALS, pinyin.Style.FINALS)
    ]
    initial, final = (part[0][0] if part else "" for part in parts)
    if not initial and not final:
        return ""
    return (INITIALS.get(initial, initial) or "0") + FINALS.get(final, UNHEARD)
