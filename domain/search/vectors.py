"""Texts as PostgreSQL keeps them for searching: tsvectors, written out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from domain.search.kinship import kin
from domain.search.rules import BODY, KEYWORDS, LONGEST_BODY, SUMMARY, TITLE, SearchKind, Subject
from domain.search.sounds import sound
from domain.search.words import kept_words, quoted, squeezed, stem

GAP = 50
"""Places left free between two texts, so that no phrase reaches from one into the next."""

LAST_PLACE = 16_383
MOST_PLACES = 255
"""PostgreSQL's own: the last place it tells apart, and the most it keeps of one word."""

Weighted = tuple[str, str]
"""A weight's name, and a text that has it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of search_entry, by column; see the migration that makes it."""

    kind: SearchKind
    subject_id: int
    organization_id: int
    is_public: bool
    title: str
    summary: str
    body: str
    category_id: int | None
    tags: list[str]
    listed_at: object
    published_at: object
    squeezed: str
    sound: str
    heading: str
    document: str
    kin: str


COLUMNS = tuple(Entry.__slots__)


def entry_of(subject: Subject) -> Entry:
    """What is kept of a subject: a pure function of its texts."""
    body = subject.body[:LONGEST_BODY]
    heading: list[Weighted] = [
        (TITLE, subject.title),
        *((KEYWORDS, keyword) for keyword in (*subject.keywords, *subject.tags)),
    ]
    return Entry(
        kind=subject.kind,
        subject_id=subject.subject_id,
        organization_id=subject.organization_id,
        is_public=subject.is_public,
        title=subject.title,
        summary=subject.summary,
        body=body,
        category_id=subject.category_id,
        tags=list(subject.tags),
        listed_at=subject.listed_at,
        published_at=subject.published_at,
        squeezed=squeezed(subject.title),
        sound=sound(subject.title),
        heading=vector(heading),
        document=vector([*heading, (SUMMARY, subject.summary), (BODY, body)]),
        kin=kin(subject.title) if subject.kind is SearchKind.ARTICLE else "",
    )


def vector(texts: Iterable[Weighted]) -> str:
    """A tsvector's text: each word with its places and weights."""
    places: dict[str, list[str]] = {}
    start = 0
    for weight, text in texts:
        last = start
        for word, place, width in kept_words(text):
            last = max(last, start + place + width)
            at = f"{min(start + place, LAST_PLACE)}{weight}"
            # An English word stands beside its stem for those who ask for its beginning.
            for kept in {word, stem(word)} if word.isascii() else (word,):
                known = places.setdefault(kept, [])
                if len(known) < MOST_PLACES:
                    known.append(at)
        start = last + GAP
    return " ".join(f"{quoted(word)}:{','.join(places[word])}" for word in sorted(places))


def as_values(entries: Sequence[Entry]) -> list[list[Any]]:
    """Rows in the order of COLUMNS."""
    return [[getattr(entry, name) for name in COLUMNS] for entry in entries]
