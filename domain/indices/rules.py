"""What an index is: a versioned formula over what an account's posts earned, and its score.

score = scale · (Σ part.weight · Σ term.weight · f(x))^power, where f(x) is ln(log_factor · x + 1),
or x itself for a term without log_factor. All terms grow with x.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from math import log
from typing import NamedTuple

import msgspec

from domain.engagement.rules import Addition, Metric, MetricStatus
from domain.partners.rules import Platform

RECENT_DAYS = 7
"""How many days a post counts for the measure GAINED, its first one included."""
PARTS_OF_ONE = 10_000
"""Scores are given to four digits."""


class IndexMeasure(StrEnum):
    """What of the posts goes into a formula.

    All but GAINED are of the posts published in the period, with what they have earned until now.
    GAINED: what was earned within the period, on each day by the posts of the last seven days.
    """

    POSTS = "POSTS"
    TOTAL = "TOTAL"
    PER_DAY = "PER_DAY"
    PER_POST = "PER_POST"
    HIGHEST = "HIGHEST"
    HEADLINES_PER_DAY = "HEADLINES_PER_DAY"
    GAINED = "GAINED"


ADDING_UP = frozenset({IndexMeasure.TOTAL, IndexMeasure.PER_DAY, IndexMeasure.GAINED})


class IndexCounter(StrEnum):
    """What formulas count; the first four are metrics of the ledger, which has no WOWS 在看."""

    READS = "READS"
    LIKES = "LIKES"
    COMMENTS = "COMMENTS"
    SHARES = "SHARES"
    WOWS = "WOWS"


class Term(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One input with its weight."""

    weight: float
    measure: IndexMeasure
    of: IndexCounter | None = None
    log_factor: float | None = None


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Terms that are weighted together."""

    name: str
    weight: float
    terms: tuple[Term, ...]


class Formula(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"parts": "part"}
):
    """One version of an index.

    platform: whose posts it is about. expression: as its source has it, for people. grade: how
    good the evidence is, from D (the vendor's own text) to M (memory).
    """

    code: str
    version: str
    name: str
    platform: Platform
    expression: str
    grade: str
    source: str
    parts: tuple[Part, ...]
    scale: float = 1.0
    power: int = 1
    notes: str = ""


class Input(NamedTuple):
    """A measure of a counter; of POSTS there is no counter."""

    measure: IndexMeasure
    of: IndexCounter | None


class Measured(NamedTuple):
    """An input's value. counted: how many of the `known` posts are in it; at_least, provisional:
    how many of these only so. people, reposts: posts left out of a sum, as the ledger does it: they
    count people, or their original in the sum counts what they earned. missing: why there is no
    value."""

    value: float | None
    known: int
    counted: int
    at_least: int = 0
    provisional: int = 0
    people: int = 0
    reposts: int = 0
    missing: str = ""

    @property
    def status(self) -> MetricStatus:
        if self.value is None:
            return MetricStatus.UNAVAILABLE
        if self.at_least:
            return MetricStatus.AT_LEAST
        return MetricStatus.PROVISIONAL if self.provisional else MetricStatus.EXACT


class Figure(NamedTuple):
    """A total, or what was gained in a day; may it be added to others?"""

    value: int
    addition: Addition = Addition.ALWAYS
    at_least: bool = False
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class PostFigures:
    """What is known of one post. posted: the day it appeared. original: the post it repeats.
    totals, gains: of the metrics that were ever counted; gains by day."""

    id: int
    posted: date
    original: int | None = None
    totals: Mapping[Metric, Figure] = field(default_factory=dict)
    gains: Mapping[Metric, Mapping[date, Figure]] = field(default_factory=dict)


NO_HEADLINES = "it is not known which articles were headlines"
NO_COUNTER = "the ledger has no such counter"
PEOPLE = "the platform counts people, who must not be added up"
NO_POSTS = "there was no post"
NOT_COUNTED = "it is not known of any post"


def inputs_of(formula: Formula) -> list[Input]:
    """Each once, in the order of the formula."""
    terms = (term for part in formula.parts for term in part.terms)
    return list(dict.fromkeys(Input(term.measure, term.of) for term in terms))


def score(formula: Formula, values: Mapping[Input, float | None]) -> float | None:
    """None where an input is unknown: unknown is not zero. Rounded to four digits."""
    total = 0.0
    for part in formula.parts:
        for term in part.terms:
            value = values[Input(term.measure, term.of)]
            if value is None:
                return None
            grown = value if term.log_factor is None else log(term.log_factor * value + 1)
            total += part.weight * term.weight * grown
    return round(formula.scale * total**formula.power * PARTS_OF_ONE) / PARTS_OF_ONE


def metric_of(asked: Input) -> Metric | None:
    """The metric an input is counted under; None where there is none."""
    return Metric(asked.of.value) if asked.of and asked.of.value in Metric.__members__ else None


def why_never(asked: Input) -> str:
    """Why the ledger can never give an input; empty when it can."""
    if asked.measure is IndexMeasure.HEADLINES_PER_DAY:
        return NO_HEADLINES
    return NO_COUNTER if asked.of is IndexCounter.WOWS else ""


def measure(asked: Input, posts: Iterable[PostFigures], since: date, until: date) -> Measured:
    """An input over the days from `since` to `until`, both included."""
    is_gain = asked.measure is IndexMeasure.GAINED
    first = since - timedelta(RECENT_DAYS - 1) if is_gain else since
    published = {post.id: post for post in posts if first <= post.posted <= until}
    known, metric = len(published), metric_of(asked)
    if asked.measure is IndexMeasure.POSTS:
        return Measured(float(known), known, known)
    if why_never(asked) or metric is None:
        return Measured(None, known, 0, missing=why_never(asked))
    taken, left_out = [], []
    for post in published.values():
        figures = _recent(post, metric, since, until) if is_gain else _total(post, metric)
        repeats = post.original in published
        added = [each for each in figures if _is_taken(each, asked.measure, repeats)]
        if added:
            taken.append(_sum(added, post.totals.get(metric)))
        elif figures:
            left_out.append(any(each.addition is Addition.NEVER for each in figures))
    missing = _missing(asked.measure, known, len(taken), any(left_out))
    values = [figure.value for figure in taken]
    return Measured(
        None if missing else _value(asked.measure, values, (until - since).days + 1),
        known,
        len(taken),
        sum(figure.at_least for figure in taken),
        sum(figure.provisional for figure in taken),
        sum(left_out),
        len(left_out) - sum(left_out),
        missing,
    )


def _total(post: PostFigures, metric: Metric) -> list[Figure]:
    return [post.totals[metric]] if metric in post.totals else []


def _recent(post: PostFigures, metric: Metric, since: date, until: date) -> list[Figure]:
    """What it gained on the days of the period on which it was recent."""
    last = min(until, post.posted + timedelta(RECENT_DAYS - 1))
    days = post.gains.get(metric, {}).items()
    return [figure for day, figure in days if since <= day <= last]


def _is_taken(figure: Figure, measure: IndexMeasure, repeats: bool) -> bool:
    """repeats: the post's original is among the posts that are measured."""
    if measure not in ADDING_UP or figure.addition is Addition.ALWAYS:
        return True
    return figure.addition is Addition.UNLESS_ORIGINAL and not repeats


def _sum(figures: Sequence[Figure], total: Figure | None) -> Figure:
    """Of one post. What its total is worth, its gains are worth."""
    value = sum(figure.value for figure in figures)
    worth = total or Figure(0)
    return Figure(value, at_least=worth.at_least, provisional=worth.provisional)


def _missing(measure: IndexMeasure, known: int, counted: int, are_people: bool) -> str:
    if counted:
        return ""
    if known == 0:
        # Nothing was published: that adds up to nothing, but has no mean and no highest.
        return "" if measure in ADDING_UP else NO_POSTS
    return PEOPLE if are_people else NOT_COUNTED


def _value(measure: IndexMeasure, figures: Sequence[int], days: int) -> float:
    """A mean is that of the posts whose figure is known."""
    if measure is IndexMeasure.PER_POST:
        return float(sum(figures)) / len(figures)
    if measure is IndexMeasure.HIGHEST:
        return float(max(figures))
    return float(sum(figures)) / (days if measure is IndexMeasure.PER_DAY else 1)
