"""What can be found, by which of its texts, and how much each text weighs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain import text
from domain.problems import Invalid


class SearchKind(StrEnum):
    """What a search finds."""

    ARTICLE = "ARTICLE"
    CAMPAIGN = "CAMPAIGN"
    PARTNER = "PARTNER"
    ORGANIZATION = "ORGANIZATION"


TITLE, KEYWORDS, SUMMARY, BODY = "A", "B", "C", "D"
"""PostgreSQL's names of the weights a word can have in a tsvector: by where it stands."""

LONGEST_BODY = 50_000
"""Characters of a body that are found: what follows them is not."""

LONGEST_WORD = 64
MOST_SYNONYMS = 20
MOST_WORDS_WITH_SYNONYMS = 500
"""The whole list is looked through with every search."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One thing that can be found, with its texts as people wrote them.

    organization_id: whose it is; of an organization, its own number.
    keywords: what it is also called: subtitle, keywords, tags, names of accounts, of the author, of
    its category and of those above it.
    body: plain text. listed_at: by which it counts as fresh. published_at: when it went public.
    """

    kind: SearchKind
    subject_id: int
    organization_id: int
    is_public: bool
    title: str
    keywords: Sequence[str] = ()
    summary: str = ""
    body: str = ""
    category_id: int | None = None
    tags: Sequence[str] = ()
    listed_at: datetime
    published_at: datetime | None = None


def check_synonyms(word: str, synonyms: Sequence[str]) -> tuple[str, list[str]]:
    """The word and what it also stands for, each once, the word itself left out. Raises Invalid."""
    known = text.line(word, path=("word",), longest=LONGEST_WORD)
    others = [
        text.line(each, path=("synonyms", str(index)), longest=LONGEST_WORD)
        for index, each in enumerate(synonyms)
    ]
    once = [each for each in dict.fromkeys(others) if each != known]
    if not once:
        raise Invalid("a word needs at least one synonym", path=("synonyms",), code="EMPTY")
    if len(once) > MOST_SYNONYMS:
        raise Invalid(
            f"there are {len(once)} synonyms, {MOST_SYNONYMS} are the most",
            path=("synonyms",),
            code="TOO_MANY",
        )
    return known, once
