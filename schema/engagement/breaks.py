"""Where a series breaks: when what is counted changed, as the derivation finds it.

domain/engagement/segments.py has the rule; here it is asked of the few posts that have a break.
"""

from __future__ import annotations

from datetime import datetime

import strawberry

from schema.engagement.of_subject import of_post, of_subject
from schema.planner.declare import column
from schema.planner.readings import stands_on

MOST_BREAKS = 100

# Of one post `p`: when each known definition first spoke, of running totals where there are any.
SPOKEN = """
SELECT o.definition, min(coalesce(o.period_starts_at, o.observed_at)) AS at
FROM observation o
WHERE o.post_id = p.subject_id AND o.metric = p.metric AND (o.value_kind = 'CUMULATIVE'
    OR NOT EXISTS (SELECT FROM observation c WHERE c.post_id = o.post_id AND c.metric = o.metric
        AND c.value_kind = 'CUMULATIVE'))
GROUP BY o.definition
"""
RANKED = f"""
SELECT first.at, d.code, row_number() OVER (ORDER BY coalesce(d.valid_from, '-infinity'::date),
    d.population <> 'PEOPLE', d.code COLLATE "C") AS rank
FROM ({SPOKEN}) first JOIN metric_definition d ON d.code = first.definition
"""
# A definition leads from when it first speaks, unless one that came into force later has spoken.
LEADING = f"""
SELECT at, code, rank, max(rank) OVER (ORDER BY at, rank
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS highest
FROM ({RANKED}) ranked
"""
LASTING = f"""
SELECT at, code, lead(at) OVER (ORDER BY at, rank) AS next_at
FROM ({LEADING}) spoken WHERE highest IS NULL OR rank > highest
"""
BREAKS = f"""
SELECT at, code AS after, lag(code) OVER (ORDER BY at) AS before
FROM ({LASTING}) lasting WHERE next_at IS NULL OR next_at > at
"""


def breaks_table(kind: str, metric: str) -> str:
    """FROM text: the breaks of all posts of a subject, whose id is {parent}.id."""
    theirs = of_subject("s", f"'{kind}'")
    return (
        "(SELECT b.at, b.before, b.after, count(*) AS posts FROM post_subject s"
        f" JOIN engagement_total p ON {of_post('p', 's.post_id')}"
        f" AND p.metric = '{metric}' AND p.breaks > 0 CROSS JOIN LATERAL ({BREAKS}) b"
        f" WHERE {theirs}"
        " AND b.before IS NOT NULL GROUP BY b.at, b.before, b.after)"
    )


@stands_on("(SELECT)")
@strawberry.type(description="A moment from which something else is counted.")
class SeriesBreak:
    at: datetime = column("From when on; nothing is subtracted across it.")
    before: str = column("The code of what was counted until then.")
    after: str = column("The code of what is counted since.")
    posts: int = column("Of how many posts.")
