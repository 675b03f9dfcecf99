"""What is found first: relevance × freshness × reads, in one formula, with all its numbers here.

    score = relevance × freshness × popularity

relevance, of what has every word in title and keywords: ts_rank of these by WEIGHTS ×
    SHORTNESS, times EXACT where the title is what was asked for, CONTAINED where it
    holds it as it was typed;
    of what has every word somewhere: ELSEWHERE × ts_rank of all of its text;
    of what has most of the words in title and keywords: LOOSE × ts_rank of these × SHORTNESS;
    of what sounds alike: NEAR × how alike it sounds (word_similarity, 0.6 to 1) squared ×
    SHORTNESS; of the last two whichever is more.
freshness = STAYS + (1 − STAYS) × ½ ^ (age / HALF_LIFE_DAYS) of articles and campaigns, else 1.
    Ages are counted from the beginning of the day (UTC): within a day pages stay as they are.
popularity = 1 + PER_TENFOLD × log10(1 + reads).
"""

from __future__ import annotations

WEIGHTS = "ARRAY[0.1, 0.25, 0.5, 1.0]::float4[]"
"""Of D, C, B and A: body, summary, keywords, title."""

LENGTH = 12
"""A title of so many letters counts half: its SHORTNESS is LENGTH / (LENGTH + its letters)."""

EXACT = 2.0
CONTAINED = 1.3
ELSEWHERE = 0.2
LOOSE = 0.5
NEAR = 0.7

STAYS = 0.85
HALF_LIFE_DAYS = 30
PER_TENFOLD = 0.01

MOST_HEADED, MOST_ELSEWHERE = 400, 100
"""How many that have every word are ranked: the newest by title and keywords and, where these are
fewer than MOST_ELSEWHERE, the newest by all of their text. Who asks for what stands everywhere is
shown the newest of it."""

FEW = 10
"""With fewer that fit every word, what fits nearly is looked for too."""

MOST_NEAR = 100

UNITS = 1_000_000
"""Scores are kept as whole numbers of these parts, so that cursors compare exactly."""

FRESHNESS = (
    f"CASE WHEN {{row}}.kind IN ('ARTICLE', 'CAMPAIGN') THEN {STAYS} + {1 - STAYS:.3g} * power(0.5,"
    " greatest(0, extract(epoch FROM date_trunc('day', now(), 'UTC') - {row}.listed_at))"
    f" / {86_400 * HALF_LIFE_DAYS}) ELSE 1 END"
)
POPULARITY = f"(1 + {PER_TENFOLD} * log(1 + coalesce({{total}}.value, 0)::numeric)::float8)"
AS_TYPED = (
    f"CASE WHEN {{squeezed}} = '' THEN 1 WHEN {{row}}.squeezed = {{squeezed}} THEN {EXACT}"
    f" WHEN strpos({{row}}.squeezed, {{squeezed}}) > 0 THEN {CONTAINED} ELSE 1 END"
)
SHORTNESS = f"({LENGTH} / ({LENGTH}.0 + length({{row}}.squeezed)))::float8"
HEADED = f"ts_rank({WEIGHTS}, {{row}}.heading, {{query}}) * {SHORTNESS}"
RELEVANCE = (
    "CASE {tier} WHEN 1 THEN CASE WHEN {row}.heading @@ {strict}"
    f" THEN {HEADED.replace('{query}', '{strict}')} * {AS_TYPED}"
    f" ELSE {ELSEWHERE} * ts_rank({WEIGHTS}, {{row}}.document, {{strict}}) END"
    f" ELSE greatest({LOOSE} * {HEADED.replace('{query}', '{loose}')},"
    f" {NEAR} * power(word_similarity({{sound}}, {{row}}.sound), 2) * {SHORTNESS}) END"
)


def score(*, row: str, total: str, tier: str, **asked: str) -> str:
    """SQL of a score as a bigint. asked: SQL of strict, loose, squeezed and sound."""
    parts = " * ".join((f"({RELEVANCE})", f"({FRESHNESS})", POPULARITY))
    product = parts.format(row=row, total=total, tier=tier, **asked)
    return f"floor({UNITS} * {product})::bigint"
