"""The list of synonyms, as commands show it."""

from __future__ import annotations

from dataclasses import dataclass

from domain.search.models import SearchSynonym


@dataclass(frozen=True, slots=True)
class Synonyms:
    """number: in its global id."""

    number: int
    word: str
    synonyms: list[str]


async def synonyms_of_all() -> list[Synonyms]:
    """By word."""
    return [_of(row) for row in await SearchSynonym.all().order_by("word")]


async def synonyms_of(word: str) -> Synonyms | None:
    row = await SearchSynonym.get_or_none(word=word)
    return None if row is None else _of(row)


def _of(row: SearchSynonym) -> Synonyms:
    return Synonyms(row.id, row.word, list(row.synonyms))
