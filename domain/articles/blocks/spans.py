"""The one form of a text: no empty span, none beside its like, no white space that nobody sees.

So texts that look the same are equal, whichever way they came in.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from itertools import groupby
from typing import get_args

from domain.articles.blocks.shapes import Mark, Span, Text
from domain.text import UNSEEN

MARKS: tuple[Mark, ...] = get_args(Mark)
BREAKS = "\n\u2028\u2029"
SPACES = " \t\r\f"


def tidy(spans: Iterable[Span]) -> Text:
    """A text in its one form; empty when nothing of it is seen."""
    looks: list[tuple[tuple[Mark, ...], str]] = []
    letters: list[str] = []
    for span in spans:
        looks += [(_ordered(span.marks), span.link)] * len(span.text)
        letters += span.text
    pieces: list[tuple[str, tuple[Mark, ...], str]] = []
    for (marks, link), group in groupby(_kept(letters), lambda kept: looks[kept[0]]):
        text = unicodedata.normalize("NFC", "".join(letter for _, letter in group))
        pieces.append((text, marks, link))
    if all(unicodedata.category(letter) in UNSEEN for text, _, _ in pieces for letter in text):
        return ()
    return tuple(Span(*piece) for piece in pieces)


def _ordered(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    given = set(marks)
    return tuple(mark for mark in MARKS if mark in given)


def _kept(whole: Iterable[str]) -> list[tuple[int, str]]:
    """Place and letter of what remains: one space or one break for many, none at the ends."""
    kept: list[tuple[int, str]] = []
    for at, letter in enumerate(whole):
        is_break = letter in BREAKS
        if is_break or letter in SPACES:
            if not kept or kept[-1][1] == "\n":
                continue
            if kept[-1][1] == " ":
                kept.pop()
            kept.append((at, "\n" if is_break else " "))
        else:
            kept.append((at, letter))
    while kept and kept[-1][1] in " \n":
        kept.pop()
    return kept


def said(text: Text) -> str:
    """The bare words."""
    return "".join(span.text for span in text)
