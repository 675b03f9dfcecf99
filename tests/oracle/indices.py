"""Indices by the rules of the domain, out of rows in memory: nothing of the planner's SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace
from typing import Any

from domain.engagement.rules import Addition, Metric
from domain.indices.formulas import all_formulas
from domain.indices.rules import (
    Figure,
    Formula,
    Input,
    Measured,
    PostFigures,
    inputs_of,
    measure,
    score,
)
from domain.partners.models import Account
from tests.oracle.asked import Asked
from tests.oracle.counting import period, subject_of
from tests.oracle.tables import Row


def formulas(asked: Asked, root: None) -> list[Formula]:
    return list(all_formulas())


def indices(
    asked: Asked, subject: Row, code: str | None, since: date | None, until: date | None
) -> list[SimpleNamespace]:
    first, last = (date.fromordinal(day) for day in period(asked, since, until))
    return [
        _scored(asked, subject, formula, first, last)
        for formula in all_formulas()
        if code in (None, formula.code) and _accounts(asked, subject, formula)
    ]


def inputs(asked: Asked, scored: SimpleNamespace) -> list[SimpleNamespace]:
    return [_shown(each, measured) for each, measured in scored.measured.items()]


def _scored(
    asked: Asked, subject: Row, formula: Formula, since: date, until: date
) -> SimpleNamespace:
    posts = list(_posts(asked, subject, formula))
    measured = {each: measure(each, posts, since, until) for each in inputs_of(formula)}
    result = score(formula, {each: found.value for each, found in measured.items()})
    found = measured.values()
    whole = Measured(
        result,
        max(each.known for each in found),
        min(each.counted for each in found),
        max(each.at_least for each in found),
        max(each.provisional for each in found),
        max(each.people for each in found),
        max(each.reposts for each in found),
    )
    return SimpleNamespace(
        formula=formula,
        since=since,
        until=until,
        score=result,
        status=whole.status,
        coverage=whole,
        measured=measured,
    )


def _shown(asked: Input, measured: Measured) -> SimpleNamespace:
    return SimpleNamespace(
        measure=asked.measure.value,
        counter=asked.of and asked.of.value,
        value=measured.value,
        status=measured.status,
        missing=measured.missing,
        coverage=measured,
    )


def _accounts(asked: Asked, subject: Row, formula: Formula) -> set[int]:
    column = "id" if isinstance(subject, Account) else "partner_id"
    return {
        row.id
        for row in asked.tables.nouns["Account"].values()
        if row.platform is formula.platform and getattr(row, column) == subject.id
    }


def _posts(asked: Asked, subject: Row, formula: Formula) -> Iterator[PostFigures]:
    """Whoever asks: what is hidden counts too, as it does in totals."""
    accounts = _accounts(asked, subject, formula)
    for post in asked.tables.nouns["Post"].values():
        if post.account_id in accounts:
            yield _figures(asked, post)


def _figures(asked: Asked, post: Row) -> PostFigures:
    totals: dict[Metric, Any] = {
        metric: asked.tables.totals[subject_of(post, metric)] for metric in Metric
    }
    return PostFigures(
        id=post.id,
        posted=post.posted_at.astimezone(asked.zone).date(),
        original=post.repost_of_id,
        totals={
            metric: Figure(
                row["value"],
                Addition(row["addition"]),
                bool(row["at_least"]),
                bool(row["provisional"]),
            )
            for metric, row in totals.items()
            if row["value"] is not None
        },
        gains={
            metric: {
                day: Figure(value, asked.tables.additions[subject_of(post, metric), day])
                for day, value in asked.tables.daily.get(subject_of(post, metric), {}).items()
            }
            for metric in Metric
        },
    )
