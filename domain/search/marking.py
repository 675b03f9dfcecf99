"""What is marked in the texts that are shown: a regular expression of PostgreSQL's for the words
somebody asked for, as people may have written them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from domain.search.words import LATIN

MOST_TERMS = 40


@cache
def _traditional() -> Any:
    from opencc import OpenCC  # reads its dictionaries

    return OpenCC("s2t")


def pattern(terms: Iterable[str]) -> str:
    """Empty where there is nothing to mark. terms: folded letters and digits, the longest first."""
    written: dict[str, None] = {}
    for term in list(terms)[:MOST_TERMS]:
        if not term.isalnum():
            continue
        if LATIN.fullmatch(term):
            # A stem stands at the beginning of the words that have it.
            written[f"(?<![a-zA-Z0-9]){term}[a-zA-Z0-9]*"] = None
        else:
            written[term] = None
            written[str(_traditional().convert(term))] = None
    return "|".join(written)
