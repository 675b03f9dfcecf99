"""The whole record of an article's reviews: who, when, which stage, what they said, what changed.

Assembled from what is only ever appended: entries of reviews and revisions of the article.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.articles.actions.checking import document_of
from domain.articles.models import Article, ArticleRevision
from domain.audit.models import AuditEntry
from domain.ids import format_id
from domain.reviews.checks.documents import Part
from domain.reviews.models import Review, ReviewEntry, ReviewFinding
from domain.reviews.rules import SubjectOfReview
from domain.reviews.sampling import Candidate


@dataclass(frozen=True, slots=True)
class Line:
    """sign: + for what is new, - for what is gone."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """kind: an EntryKind's name; SAVED for a revision, whose lines say what changed; TAKEN_BACK for
    an article that is public no longer."""

    at: datetime
    kind: str
    actor: str
    revision: int
    stage: str = ""
    said: str = ""
    remarks: tuple[Mapping[str, str], ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One review. open_findings, overridden: of its last revision."""

    id: int
    state: str
    workflow: str
    stages: tuple[str, ...]
    is_urgent: bool
    findings: tuple[ReviewFinding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    article: Article
    organization: str
    author: str
    runs: tuple[Run, ...]
    events: tuple[Event, ...]

    @property
    def outcome(self) -> str:
        """Of the latest review; NOT_REVIEWED where there is none."""
        return self.runs[-1].state if self.runs else "NOT_REVIEWED"

    @property
    def is_urgent(self) -> bool:
        return any(run.is_urgent for run in self.runs)


async def organization_of(client: BaseDBAsyncClient, article_id: int) -> int | None:
    """Whose the article is; None where there is none."""
    found = Article.filter(id=article_id).using_db(client).only("organization_id")
    row = await found.first()
    return row.organization_id if row else None


async def record_of(article_id: int) -> Record | None:
    """Everything, in order; None where there is no such article."""
    article = await Article.get_or_none(id=article_id).select_related("organization", "author")
    if article is None:
        return None
    reviews = await _reviews(article_id)
    events = [event for review in reviews for event in await _entries(review)]
    events += await _revisions(article_id)
    events += await _withdrawals(article_id)
    order = sorted(events, key=lambda event: (event.at, event.kind != "SAVED"))
    return Record(
        article=article,
        organization=article.organization.name,
        author=article.author.name,
        runs=tuple([await _run(review) for review in reviews]),
        events=tuple(order),
    )


async def _reviews(article_id: int) -> list[Review]:
    of_article = Review.filter(subject_kind=SubjectOfReview.ARTICLE, subject_id=article_id)
    return await of_article.order_by("id").select_related("workflow")


async def _run(review: Review) -> Run:
    found = ReviewFinding.filter(review_id=review.id, revision=review.revision)
    return Run(
        id=review.id,
        state=review.state.value,
        workflow=review.workflow.name,
        stages=tuple(stage["title"] for stage in review.stages),
        is_urgent=review.is_urgent,
        findings=tuple(await found.order_by("id")),
    )


async def _entries(review: Review) -> list[Event]:
    rows = await ReviewEntry.filter(review_id=review.id).order_by("id")
    return [
        Event(
            at=row.at,
            kind=row.kind.value,
            actor=row.actor,
            revision=row.revision,
            stage="" if row.stage is None else review.stages[row.stage]["title"],
            said=row.opinion,
            remarks=tuple(row.remarks),
        )
        for row in rows
    ]


async def _revisions(article_id: int) -> list[Event]:
    rows = await ArticleRevision.filter(article_id=article_id).order_by("number")
    return await asyncio.to_thread(_saved, rows)


def _saved(rows: list[ArticleRevision]) -> list[Event]:
    """Each with what it changed; takes a while for many long ones."""
    texts = [lines_of({**row.content, "body": row.body}) for row in rows]
    return [
        Event(
            at=row.created_at,
            kind="SAVED",
            actor=row.actor,
            revision=row.number,
            said=row.reason,
            lines=tuple(changed(texts[index - 1] if index else [], texts[index])),
        )
        for index, row in enumerate(rows)
    ]


async def _withdrawals(article_id: int) -> list[Event]:
    """Of the article itself, after it was public; its entries of the audit trail tell of them."""
    rows = await AuditEntry.filter(
        subject=format_id("Article", article_id), action="article.withdraw"
    ).order_by("id")
    return [
        Event(at=row.at, kind="TAKEN_BACK", actor=row.actor, revision=row.before["public_number"])
        for row in rows
        if row.before is not None
    ]


def lines_of(said: Mapping[str, Any]) -> list[str]:
    """Title, subtitle and summary, the body line by line with what its pictures show, where it
    comes from, and notices of corrections."""
    document = document_of(said)
    texts = [line for part in document.parts for line in _lines(part)]
    notices = [notice["text"] for notice in said["corrections"]]
    return [line for text in (*texts, document.source, *notices) if (line := text.strip())]


def _lines(part: Part) -> list[str]:
    shown = [f"▣ {picture.name} {picture.alt}" for picture in part.pictures]
    return [line for text in part.texts for line in text.split("\n")] + shown


def changed(before: list[str], after: list[str]) -> list[Line]:
    """Lines that went and came, in the order of the text."""
    found: list[Line] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        if kind != "equal":
            found += [Line("-", text) for text in before[start:end]]
            found += [Line("+", text) for text in after[new_start:new_end]]
    return found


async def published_between(since: datetime, before: datetime) -> list[Candidate]:
    """What went public here first in that time, by organization, whenever it was where it was
    taken from."""
    rows = Article.filter(published_here_at__gte=since, published_here_at__lt=before)
    return [
        Candidate(row.id, row.organization_id) for row in await rows.only("id", "organization_id")
    ]
