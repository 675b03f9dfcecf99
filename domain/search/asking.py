"""What somebody typed, read as a question: words, "phrases", beginnings*, -exclusions and OR.

A pure function of the text; what comes out is text PostgreSQL casts to tsquery.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from domain.search.sounds import sound
from domain.search.vectors import quoted
from domain.search.words import Word, coarse_words, fine_words, fold, squeezed, stem

LONGEST_QUERY = 200
MOST_GROUPS = 12
"""Words, phrases and alternatives that are looked at; what follows them is not."""

QUOTES = str.maketrans(dict.fromkeys("“”„「」『』《》＂", '"'))
TERM = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
OR = {"OR", "|"}


@dataclass(frozen=True, slots=True)
class Question:
    """What a query asks for.

    strict: every word, as a tsquery; empty when there is none. loose: all words but one, empty
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
        elif parts:
            texts.append(term["phrase"] or term["word"] or "")
            if joins:
                groups[-1] = [f"({_and(groups[-1])} | {_and(parts)})"]
            else:
                groups.append(parts)
        joins = False
    wanted = [part for group in groups for part in group][:MOST_GROUPS]
    plain = " ".join(texts)
    return Question(
        strict=_and(wanted),
        loose=_all_but_one(wanted),
        unwanted=" | ".join(unwanted),
        squeezed=squeezed(plain),
        sound=sound(plain),
        terms=_terms(plain),
    )


def plain_query(text: str) -> str:
    """The tsquery of a text without signs of its own: all its words."""
    return _and(_words(text))


def alternatives(texts: Sequence[str]) -> str:
    """The tsquery of any of these."""
    return " | ".join(f"({query})" for query in map(plain_query, texts) if query)


def _parts(term: re.Match[str], is_beginning: bool) -> list[str]:
    if term["phrase"] is not None:
        return _phrase(term["phrase"])
    word = term["word"]
    return _words(word.rstrip("*"), is_beginning or word.endswith("*"))


def _words(text: str, is_beginning: bool = False) -> list[str]:
    """A word that is made of shorter ones is also found where these stand apart."""
    coarse, fine = coarse_words(text), fine_words(text)
    parts = []
    for word in coarse:
        is_start = is_beginning and word is coarse[-1]
        own = f"{quoted(word.text)}:*" if is_start else _quoted(word)
        inside = _inside(word, fine)
        parts.append(f"({own} | ({_and([quoted(each) for each in inside])}))" if inside else own)
    return parts


def _inside(word: Word, fine: Sequence[Word]) -> list[str]:
    """The shorter words in a long one."""
    start, end = word.place, word.place + word.width
    return list(
        dict.fromkeys(
            other.text
            for other in fine
            if start <= other.place and other.place + other.width <= end and other.text != word.text
        )
    )


def _phrase(text: str) -> list[str]:
    """Words at the very distances they have in the phrase."""
    words = coarse_words(text)
    if not words:
        return []
    steps = (
        f" <{after.place - before.place}> {_quoted(after)}" for before, after in pairwise(words)
    )
    joined = _quoted(words[0]) + "".join(steps)
    return [f"({joined})" if len(words) > 1 else joined]


def _quoted(word: Word) -> str:
    return quoted(stem(word.text))


def _and(parts: Sequence[str]) -> str:
    return " & ".join(parts)


def _all(parts: Sequence[str]) -> list[str]:
    return [f"({_and(parts)})"] if parts else []


def _all_but_one(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return ""
    return " | ".join(f"({_and([*parts[:at], *parts[at + 1 :]])})" for at in range(len(parts)))


def _terms(text: str) -> tuple[str, ...]:
    """The longest first, so that they are marked before the shorter ones inside of them."""
    known = {stem(word.text) for word in (*coarse_words(text), *fine_words(text))}
    runs = set(fold(text).split())
    letters = {run for run in runs if run.isalnum()} | known
    return tuple(sorted(letters, key=lambda term: (-len(term), term)))
