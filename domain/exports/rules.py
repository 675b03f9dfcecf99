"""What an export of figures holds: whose, which, how it is cut, and its columns; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from domain.engagement.rules import Bucket, Metric, SubjectKind
from domain.moments import EARLIEST, LATEST
from domain.problems import Invalid


class Of(StrEnum):
    """Whose figures."""

    ARTICLES = "articles"
    CAMPAIGNS = "campaigns"
    POSTS = "posts"
    ACCOUNTS = "accounts"
    PARTNERS = "partners"
    ORGANIZATIONS = "organizations"
    NETWORK = "network"


class Kind(StrEnum):
    """What a column holds. DAY: a day of the deployment's time zone."""

    TEXT = "TEXT"
    INTEGER = "INTEGER"
    DAY = "DAY"
    MOMENT = "MOMENT"


class Column(NamedTuple):
    name: str
    kind: Kind


KINDS = {
    Of.ARTICLES: SubjectKind.ARTICLE,
    Of.CAMPAIGNS: SubjectKind.CAMPAIGN,
    Of.POSTS: SubjectKind.POST,
    Of.ACCOUNTS: SubjectKind.ACCOUNT,
    Of.PARTNERS: SubjectKind.PARTNER,
    Of.ORGANIZATIONS: SubjectKind.ORGANIZATION,
    Of.NETWORK: SubjectKind.NETWORK,
}
TEXTS: dict[Of, tuple[str, ...]] = {
    Of.ACCOUNTS: ("id", "name", "platform"),
    Of.POSTS: ("id", "name", "platform", "url"),
}
"""Columns that say whose figure it is, where they are more than these two."""

NAMED = ("id", "name")
COUNTS = ("known", "counted", "people", "reposts")


@dataclass(frozen=True, slots=True)
class Wanted:
    """bucket: None for totals; since and until, both included, belong to buckets only."""

    of: Of
    metrics: tuple[Metric, ...]
    bucket: Bucket | None = None
    since: date | None = None
    until: date | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        return TEXTS.get(self.of, NAMED)

    @property
    def columns(self) -> tuple[Column, ...]:
        """In the order of the file."""
        texts = [Column(name, Kind.TEXT) for name in (*self.texts, "metric")]
        return (*texts, *self._figures())

    def _figures(self) -> list[Column]:
        value = Column("value", Kind.INTEGER)
        if self.bucket is None:
            counts = [Column(name, Kind.INTEGER) for name in COUNTS]
            return [value, Column("status", Kind.TEXT), Column("as_of", Kind.MOMENT), *counts]
        if self.bucket is Bucket.HOUR:
            return [Column("starts_at", Kind.MOMENT), value]
        known = [Column("days", Kind.INTEGER), Column("days_known", Kind.INTEGER)]
        return [Column("first_day", Kind.DAY), value, *known]


def wanted(
    of: Of,
    metrics: tuple[Metric, ...],
    bucket: Bucket | None,
    since: date | None,
    until: date | None,
) -> Wanted:
    """By day where a period is given without a bucket; all metrics where none is named. Raises
    Invalid."""
    for name, day in (("since", since), ("until", until)):
        if day is not None and not EARLIEST.date() <= day < LATEST.date():
            years = f"{EARLIEST.year} to {LATEST.year - 1}"
            raise Invalid(f"{day} lies outside the years {years}", path=(name,))
    if since is not None and until is not None and since > until:
        raise Invalid(f"{since} is later than the last day, {until}", path=("since",))
    if bucket is None and (since or until):
        bucket = Bucket.DAY
    return Wanted(of, metrics or tuple(Metric), bucket, since, until)
