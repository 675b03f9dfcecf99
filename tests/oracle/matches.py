"""What a query matches and how well, and which articles are kin: of each entry by itself.

That is for PostgreSQL's own text search to say, and for the rules (tests/test_search_words.py,
test_search.py, test_related.py). Who finds what of it, in which order, on which page, is worked out
in searching.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from tortoise.connection import get_connection

from domain.search.asking import Question, read
from domain.search.kinship import APART, APART_DAYS
from domain.search.ranking import WEIGHTS, score
from tests.oracle.filling import CANARY

SYNONYMS = {"异名": ["黄村", "zebra"], f"{CANARY} 别名": [CANARY]}
QUERIES = (
    *("黄村", "黄村所", "黄", "zebra", "zeb*", "ze", "Zebra -黄村", "zebra OR 大兴", "大兴 黄村所"),
    *('"大兴中心"', "大星钟心", "新风", "quoted", "bold feed", "it's <b>", "志愿", "社区 OR news"),
    *(
        "𠮷野家😀",
        "100%_",
        "异名",
        CANARY,
        f"{CANARY}*",
        "没有这样的词",
        "",
        " ",
        "-黄村",
        "\\ %s '",
    ),
)
"""Words of the rows, some of them, none of them, some that only sound alike, and signs."""

REWRITTEN = "ts_rewrite({}::text::tsquery, 'SELECT target, substitute FROM search_synonym')"
ASKED = {name: f"q.{name}" for name in ("strict", "loose", "squeezed", "sound")}
MATCHES = f"""
    WITH q AS (SELECT {REWRITTEN.format("$1")} AS strict, {REWRITTEN.format("$2")} AS loose,
        $3::text::tsquery AS unwanted, $4::text AS squeezed, $5::text AS sound)
    SELECT e.id, e.kind, e.subject_id, e.document @@ q.strict AS has_all,
        e.heading @@ q.loose AS has_most, q.sound <> '' AND e.sound %> q.sound AS sounds_alike,
        {score(row="e", total="t", tier="1", **ASKED)} AS score_of_all,
        {score(row="e", total="t", tier="2", **ASKED)} AS score_of_most
    FROM q CROSS JOIN search_entry e
    LEFT JOIN engagement_total t ON t.subject_kind = 'ARTICLE' AND e.kind = 'ARTICLE'
        AND t.subject_id = e.subject_id AND t.metric = 'READS'
    WHERE numnode(q.unwanted) = 0 OR NOT e.document @@ q.unwanted
"""
KIN = f"""
    SELECT me.subject_id AS of, o.subject_id AS other,
        ({APART} + {1 - APART:.3g} * power(0.5, abs(extract(epoch FROM o.listed_at - me.listed_at))
            / 86400 / {APART_DAYS})) * ts_rank({WEIGHTS}, o.heading, me.kin, 1) AS alike
    FROM search_entry me JOIN search_entry o ON o.heading @@ me.kin AND o.id <> me.id
    WHERE me.kind = 'ARTICLE' AND o.kind = 'ARTICLE'
"""


@dataclass(frozen=True, slots=True)
class Match:
    """An entry, whether it has every word, most of them in its heading, or sounds alike; and its
    score in the first two cases and in the last."""

    id: int
    kind: str
    subject_id: int
    has_all: bool
    has_most: bool
    sounds_alike: bool
    score_of_all: int
    score_of_most: int


Asking: TypeAlias = tuple[str, bool]
"""A query, and whether its last word may be the beginning of one."""


async def matches() -> dict[Asking, list[Match]]:
    return {
        (query, is_typing): await _matches(read(query, is_typing=is_typing))
        for query in QUERIES
        for is_typing in (False, True)
    }


async def _matches(asked: Question) -> list[Match]:
    values = [asked.strict, asked.loose, asked.unwanted, asked.squeezed, asked.sound]
    return [Match(**row) for row in await _rows(MATCHES, values)]


async def kin() -> dict[int, list[tuple[float, int]]]:
    """How alike which others are, by an article's number."""
    found: dict[int, list[tuple[float, int]]] = {}
    for row in await _rows(KIN, []):
        found.setdefault(row["of"], []).append((row["alike"], row["other"]))
    return found


async def _rows(sql: str, values: list[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in await get_connection("default").execute_query_dict(sql, values)]
