"""What somebody typed, read as a question: words, "phrases", beginnings*, -exclusions and OR.

A pure function of the text; what comes out is text PostgreSQL casts to tsquery.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from domain.search.sounds import sound
from domain.search.words import (
    Word,
    cut_words,
    fold,
    kept_words,
    neighbours,
    quoted,
    squeezed,
    stem,
)

LONGEST_QUERY = 200
MOST_GROUPS = 12
"""Words, phrases and alternatives that are looked at; what follows them is not."""

MOST_LOOSE = 8
"""Words of which most will do."""

_ASKING_WORDS = (
    "什么 时候 什么时候 为什么 怎么 怎样 如何 哪里 哪些 哪个 谁 多少 是否 有没有"
    " how what when where who why"
)
ASKING_WORDS = frozenset(_ASKING_WORDS.split())
"""Words that ask and are not asked for."""

SHORTEST_SOUND = 4

QUOTES = str.maketrans(dict.fromkeys("“”„「」『』《》＂", '"'))
TERM = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
OR = {"OR", "|"}


@dataclass(frozen=True, slots=True)
class Question:
    """What a query asks for.

    strict: every word, as a tsquery; empty when there is none. loose: most of the words, empty
    where there is only one. unwanted: what must not stand there; empty for nothing. squeezed,
    sound: of the wanted words together. terms: what is marked where it is found, folded.
    """

    strict: str
    loose: str
    unwanted: str
    squeezed: str
    sound: str
    terms: tuple[str, ...]


def read(query: str, *, is_typing: bool = False) -> Question:
    """is_typing: the last word may be the beginning of one."""
    groups: list[list[str]] = []
    unwanted: list[str] = []
    texts: list[str] = []
    joins = False
    found = list(TERM.finditer(query.translate(QUOTES)))
    for at, term in enumerate(found):
        if term[0] in OR:
            joins = bool(groups)
            continue
        is_last = at == len(found) - 1 and is_typing and not term["minus"]
        parts = _parts(term, is_last)
        if term["minus"]:
            unwanted.extend(_all(parts))
            continue
        texts.append(term["phrase"] or term["word"] or "")
        if parts:
            if joins:
                groups[-1] = [f"({_and(groups[-1])} | {_and(parts)})"]
            else:
                groups.append(parts)
        joins = False
    wanted = [part for group in groups for part in group][:MOST_GROUPS]
    plain = " ".join(texts)
    return Question(
        strict=_and(wanted),
        loose=_most_of(wanted),
        unwanted=" | ".join(unwanted),
        squeezed=squeezed(plain),
        sound=_sound(plain),
        terms=_terms(plain),
    )


def plain_query(text: str) -> str:
    """The tsquery of a text without signs of its own: all its words."""
    return _and(_words(text))


def alternatives(texts: Sequence[str]) -> str:
    """The tsquery of any of these."""
    return " | ".join(f"({query})" for query in map(plain_query, texts) if query)


def _sound(text: str) -> str:
    """Of two syllables or more: a single one sounds like too much."""
    code = sound(text)
    return code if len(code) >= SHORTEST_SOUND else ""


def _parts(term: re.Match[str], is_beginning: bool) -> list[str]:
    if term["phrase"] is not None:
        return _phrase(term["phrase"])
    word = term["word"]
    return _words(word.rstrip("*"), is_beginning or word.endswith("*"))


def _words(text: str, is_beginning: bool = False) -> list[str]:
    """One part for each word. What the dictionary does not know is asked for pair by pair."""
    words = [word for word in cut_words(text) if word.text not in ASKING_WORDS]
    groups = list(neighbours(words))
    parts: list[str] = []
    for group in groups:
        if len(group) > 1:
            parts += _pairs("".join(word.text for word in group))
        elif group[0].width > 1 or group[0].text.isascii() or len(groups) == 1:
            parts.append(_word(group[0], is_beginning and group is groups[-1]))
    return parts


def _word(word: Word, is_start: bool) -> str:
    """A word of three letters or more is also there where its pairs are, however it was cut; a
    single letter where a pair begins with it."""
    is_letter = word.width == 1 and not word.text.isascii()
    own = f"{quoted(word.text)}:*" if is_start or is_letter else _quoted(word)
    return f"({own} | ({_and(_pairs(word.text))}))" if word.width > 2 else own


def _pairs(letters: str) -> list[str]:
    return [quoted(one + other) for one, other in pairwise(letters)]


def _phrase(text: str) -> list[str]:
    """Pairs and words at the very distances they have in the phrase."""
    words = [word for word in kept_words(text) if word.width == 2 or word.text.isascii()]
    if not words:
        return _words(text)
    steps = (
        f" <{after.place - before.place}> {_quoted(after)}"
        for before, after in pairwise(_one_for_each_place(words))
    )
    joined = _quoted(words[0]) + "".join(steps)
    return [f"({joined})" if len(words) > 1 else joined]


def _one_for_each_place(words: Sequence[Word]) -> list[Word]:
    """The first of those that stand at one place: the whole, not its parts."""
    return list({word.place: word for word in reversed(words)}.values())[::-1]


def _quoted(word: Word) -> str:
    return quoted(stem(word.text))


def _and(parts: Sequence[str]) -> str:
    return " & ".join(parts)


def _all(parts: Sequence[str]) -> list[str]:
    return [f"({_and(parts)})"] if parts else []


def _most_of(parts: Sequence[str]) -> str:
    """Most of the words, of at most so many: three of five, for example; one of two."""
    known = parts[:MOST_LOOSE]
    if len(known) < 2:
        return ""
    enough = len(known) - max(1, len(known) * 2 // 5)
    return " | ".join(f"({_and(chosen)})" for chosen in combinations(known, enough))


def _terms(text: str) -> tuple[str, ...]:
    """The longest first, so that they are marked before the shorter ones inside of them."""
    groups = ("".join(word.text for word in group) for group in neighbours(cut_words(text)))
    known = {stem(group) for group in groups if len(group) > 1 or len(squeezed(text)) == 1}
    runs = {run for run in fold(text).split() if run.isalnum()}
    return tuple(sorted(known | runs, key=lambda term: (-len(term), term)))
