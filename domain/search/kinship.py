"""Which other articles are about the same events: those whose titles share several rare words,
written about the same time.

What is rare is told by jieba's dictionary, which knows how often each word is used, and by what it
does not know: names. So an article's question to all others depends on nothing but its own title,
and is kept beside it.
"""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import NamedTuple

from domain.search.ranking import WEIGHTS
from domain.search.words import cut_words, frequency, neighbours, quoted, stem

MOST_RARE = 8
"""Words of a title that are asked for, the rarest."""

COMMON = 6_000
"""Used so often, a word tells of no event: 公布, 中国, 问题."""

SHORTEST_LATIN = 3
ENOUGH = 3
"""So many must be shared, fewer where a title has no more than that."""

MOST_CANDIDATES = 200
"""Of those that share enough, the nearest in time are ranked."""

APART_DAYS = 14
"""Half as alike, by this much time between them, down to APART."""

APART = 0.4


class _Rare(NamedTuple):
    frequency: int
    place: int
    text: str


def kin(title: str) -> str:
    """A tsquery of what shares enough with a title; empty where it has nothing rare."""
    rare = sorted(_rare(title))[:MOST_RARE]
    known = list(dict.fromkeys(quoted(word.text) for word in rare))
    if not known:
        return ""
    enough = min(ENOUGH, len(known) if len(known) < ENOUGH else len(known) - 1)
    return " | ".join(f"({' & '.join(chosen)})" for chosen in combinations(known, enough))


def _rare(title: str) -> list[_Rare]:
    found: list[_Rare] = []
    for group in neighbours(cut_words(title)):
        first = group[0]
        if len(group) > 1:
            letters = "".join(word.text for word in group)
            found += [
                _Rare(0, first.place + at, one + other)
                for at, (one, other) in enumerate(pairwise(letters))
            ]
        elif first.text.isascii():
            if len(first.text) >= SHORTEST_LATIN and not first.text.isdigit():
                found.append(_Rare(0, first.place, stem(first.text)))
        elif first.width > 1 and frequency(first.text) < COMMON:
            found.append(_Rare(frequency(first.text), first.place, first.text))
    return found


def related(article: str, seen: str) -> str:
    """FROM text of articles, each with `alike`, how much it has to do with another one.

    article: SQL of that one's number. seen: SQL of who may find an entry `o`.
    """
    apart = "abs(extract(epoch FROM o.listed_at - me.listed_at)) / 86400"
    near = f"({APART} + {1 - APART:.3g} * power(0.5, {apart} / {APART_DAYS}))"
    condition = f" AND {seen}" if seen else ""
    return (
        f"(SELECT a.*, k.alike FROM (SELECT o.subject_id, {near}"
        f" * ts_rank({WEIGHTS}, o.heading, me.kin, 1) AS alike"
        " FROM search_entry me CROSS JOIN LATERAL (SELECT o.* FROM search_entry o"
        " WHERE o.heading @@ me.kin AND o.kind = 'ARTICLE' AND o.id <> me.id"
        f"{condition} ORDER BY {apart}, o.id LIMIT {MOST_CANDIDATES}) o"
        f" WHERE me.kind = 'ARTICLE' AND me.subject_id = {article}) k"
        " JOIN article a ON a.id = k.subject_id)"
    )
