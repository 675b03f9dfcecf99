"""The statement that finds: candidates by the indexes of search_entry, a bounded number of them,
then ranked. It is a part of a larger one; what is asked comes in as SQL of bound values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from domain.search.ranking import FEW, MOST_ELSEWHERE, MOST_HEADED, MOST_NEAR, score

Conditions = Callable[[str], Sequence[str]]
"""What an entry of that alias must fit, as SQL."""

REWRITTEN = "ts_rewrite({query}, 'SELECT target, substitute FROM search_synonym')"


@dataclass(frozen=True, slots=True)
class Asked:
    """A Question, as SQL."""

    strict: str
    loose: str
    unwanted: str
    squeezed: str
    sound: str


def found(asked: Asked, fitting: Conditions) -> str:
    """SELECT of the entries found, each with `type`, the name of what it is, and `score`.

    Names in quotes are of its own parts, not of tables.
    """
    parts = {
        "asked": _asked(asked),
        "headed": _newest("heading", fitting, MOST_HEADED),
        "elsewhere": _elsewhere(fitting),
        "few": f"SELECT count(*) < {FEW} AS are FROM ({_both()}) s",
        "loose": _loose(fitting),
        "near": _near(fitting),
    }
    listed = ", ".join(f'"{name}" AS MATERIALIZED ({sql})' for name, sql in parts.items())
    return f"WITH {listed} {_ranked()}"


def _asked(asked: Asked) -> str:
    return (
        f"SELECT {REWRITTEN.format(query=asked.strict)} AS strict,"
        f" {REWRITTEN.format(query=asked.loose)} AS loose, {asked.unwanted} AS unwanted,"
        f" numnode({asked.unwanted}) = 0 AS wants_all,"
        f" {asked.squeezed} AS squeezed, {asked.sound} AS sound"
    )


def _the(name: str) -> str:
    return f'(SELECT {name} FROM "asked")'


def _where(fitting: Conditions, *own: str) -> str:
    unwanted = f"({_the('wants_all')} OR NOT e.document @@ {_the('unwanted')})"
    return " AND ".join((*own, unwanted, *(each for each in fitting("e") if each)))


def _newest(column: str, fitting: Conditions, most: int, *own: str) -> str:
    where = _where(fitting, *own, f"e.{column} @@ {_the('strict')}")
    return (
        f"SELECT e.id FROM search_entry e WHERE {where}"
        f" ORDER BY e.listed_at DESC, e.id DESC LIMIT {most}"
    )


def _elsewhere(fitting: Conditions) -> str:
    """Looked for only where titles alone do not fill the list: what stands in bodies may be half of
    all there is."""
    few = f'(SELECT count(*) < {MOST_ELSEWHERE} FROM "headed")'
    return _newest("document", fitting, MOST_ELSEWHERE, few)


def _both() -> str:
    return 'SELECT id FROM "headed" UNION SELECT id FROM "elsewhere"'


def _loose(fitting: Conditions) -> str:
    where = _where(fitting, '(SELECT are FROM "few")', f"e.heading @@ {_the('loose')}")
    return (
        f"SELECT e.id FROM search_entry e WHERE {where}"
        f" ORDER BY e.listed_at DESC, e.id DESC LIMIT {MOST_HEADED}"
    )


def _near(fitting: Conditions) -> str:
    asked = _the("sound")
    where = _where(fitting, '(SELECT are FROM "few")', f"{asked} <> ''", f"e.sound %> {asked}")
    alike = f"word_similarity({_the('sound')}, e.sound)"
    return (
        f"SELECT e.id FROM search_entry e WHERE {where}"
        f" ORDER BY {alike} DESC, e.listed_at DESC, e.id DESC LIMIT {MOST_NEAR}"
    )


def _ranked() -> str:
    tiers = {"headed": 1, "elsewhere": 1, "loose": 2, "near": 2}
    together = " UNION ALL ".join(
        f'SELECT id, {tier} AS tier FROM "{name}"' for name, tier in tiers.items()
    )
    ranked = score(
        row="e",
        total="t",
        tier="c.tier",
        **{name: f'"asked".{name}' for name in ("strict", "loose", "squeezed", "sound")},
    )
    return (
        f"SELECT e.*, initcap(e.kind) AS type, {ranked} AS score"
        f" FROM (SELECT id, min(tier) AS tier FROM ({together}) u GROUP BY id) c"
        ' CROSS JOIN "asked" JOIN search_entry e ON e.id = c.id'
        " LEFT JOIN engagement_total t ON t.subject_kind = 'ARTICLE' AND e.kind = 'ARTICLE'"
        " AND t.subject_id = e.subject_id AND t.metric = 'READS'"
    )
