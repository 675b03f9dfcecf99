"""What a record says, in words of one language: the page and the PDF say just this. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from typing import Protocol

from api.people.words import said
from domain.articles.records import Event, Line, Record, Run
from domain.ids import format_id
from domain.reviews.models import ReviewFinding

MINUTES, SECONDS = "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"


class Words(Protocol):
    def __call__(self, key: str, **values: object) -> str: ...


@dataclass(frozen=True, slots=True)
class Row:
    """One event. what: of which kind, in which stage, of which revision. lines: what it changed."""

    at: str
    what: tuple[str, ...]
    who: str
    said: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    title: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """facts: names and values. runs: a line for each review."""

    language: str
    title: str
    heading: str
    author: str
    id: str
    facts: tuple[tuple[str, str], ...]
    runs: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    findings: tuple[Findings, ...]


def sheet_of(record: Record, *, zone: tzinfo, language: str) -> Sheet:
    w: Words = partial(said, language=language)
    return Sheet(
        language=language,
        title=f"{w('record')} · {record.article.title}",
        heading=w("record"),
        author=record.organization,
        id=format_id("Article", record.article.id),
        facts=tuple(_facts(record, w, zone)),
        runs=tuple(map(_run, record.runs)),
        heads=tuple(w(f"record_{name}") for name in ("at", "what", "who", "said")),
        rows=tuple(_row(event, w, zone) for event in record.events),
        findings=tuple(_findings(run, w) for run in record.runs if run.findings),
    )


def _facts(record: Record, w: Words, zone: tzinfo) -> Iterator[tuple[str, str]]:
    outcome = w(f"record_{record.outcome}")
    urgent = f" · {w('record_urgent')}" if record.is_urgent else ""
    yield w("record_title"), record.article.title
    yield "ID", format_id("Article", record.article.id)
    yield w("record_author"), record.author
    yield w("record_organization"), record.organization
    yield w("record_published"), _moment(record.article.published_here_at, zone)
    yield w("record_outcome"), outcome + urgent


def _moment(at: datetime | None, zone: tzinfo) -> str:
    return "—" if at is None else at.astimezone(zone).strftime(MINUTES)


def _run(run: Run) -> str:
    return f"{format_id('Review', run.id)} · {run.workflow}: {' → '.join(run.stages)}"


def _row(event: Event, w: Words, zone: tzinfo) -> Row:
    what = (w(f"record_{event.kind}"), event.stage, w("record_revision", number=event.revision))
    remarks = (
        f"[{remark['block']}] {remark['text']}" if remark["block"] else remark["text"]
        for remark in event.remarks
    )
    return Row(
        at=event.at.astimezone(zone).strftime(SECONDS),
        what=tuple(filter(None, what)),
        who=event.actor,
        said=tuple(filter(None, (event.said, *remarks))),
        lines=event.lines,
    )


def _findings(run: Run, w: Words) -> Findings:
    title = f"{w('record_findings')} · {format_id('Review', run.id)}"
    return Findings(title, tuple(_finding(each, w) for each in run.findings))


def _finding(finding: ReviewFinding, w: Words) -> str:
    name = w(f"record_check_{finding.check_kind.value}")
    change = f"{finding.excerpt} → {finding.suggestion}" if finding.suggestion else finding.excerpt
    told = f"{name}: {change}" if change else name
    if finding.overridden_at is None:
        return told
    by = w("record_overridden", name=finding.overridden_by)
    return f"{told} · {by}: {finding.reason}"
