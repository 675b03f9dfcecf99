"""The usual workflow; records of reviews, of one article and of a sample for an inspection."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from api.records import Filed, Sheet, index_page, record_page, record_pdf, sheet_of
from commands.export_files import BYTE_ORDER_MARK, FORMULA_STARTS, whole_file
from commands.failures import CommandFailed
from commands.progress import progress
from commands.runtime import Json, on_database, running, say
from domain.access import SYSTEM, Act
from domain.articles.records import Record, published_between, record_of
from domain.ids import format_id, parse_id
from domain.reviews import workflows as usual
from domain.reviews.actions import workflows
from domain.reviews.checks.steps import CheckKind
from domain.reviews.sampling import drawn, drawn_by_stratum

STYLES = Path(__file__).parent.parent / "api" / "static" / "record.css"
STYLESHEET = "record.css"
LINK = f'<link rel="stylesheet" href="{STYLESHEET}">'
STAMP = (1980, 1, 1, 0, 0, 0)
"""Of every file in an archive, so that the same sample of the same records is the same bytes."""

From = Annotated[date, Parameter(name="--from")]
To = Annotated[date, Parameter(name="--to")]


def workflow(organization: str, *, here: bool = False, as_json: Json = False) -> None:
    """Make the workflow of three reviews and three proofreads 三审三校, and assign it.

    From then on what the organization and those below it publish is reviewed first, with every
    check. Its stages, roles and hours can be changed in the graph (updateReviewWorkflow).

    Parameters
    ----------
    organization
        For which, like Organization:7.
    here
        Every role is held at the article's own organization; else the second and the final review
        are done at the one above it.
    as_json
        An object instead of a line.
    """
    number = parse_id(organization, "Organization", path=("organization",))[1]
    new = workflows.NewWorkflow(
        name=usual.NAME,
        organization_id=number,
        stages=usual.three_reviews(all_here=here),
        checks=list(CheckKind),
    )
    with running() as settings:
        made = format_id("ReviewWorkflow", on_database(settings.database_url, _made(new, number)))
    if as_json:
        print(json.dumps({"workflow": made, "organization": organization}))
    say(f"{made} holds for {organization} and all below it")


async def _made(new: workflows.NewWorkflow, organization_id: int) -> int:
    act = Act(SYSTEM, datetime.now(UTC))
    made = await workflows.create(act, new)
    await workflows.assign(act, made, organization_id)
    return made


def record(article: str, file: Path) -> None:
    """Write the whole record of one article's reviews: as a PDF, or as a page that prints.

    Parameters
    ----------
    article
        Which, like Article:12.
    file
        Where to: record.pdf, or record.html.
    """
    number = parse_id(article, "Article", path=("article",))[1]
    with running() as settings:
        found = on_database(settings.database_url, record_of(number))
    if found is None:
        raise CommandFailed(f"there is no {article}")
    sheet = _sheet(found, settings.zone)
    with whole_file(file) as part:
        if file.suffix.lower() == ".pdf":
            part.write_bytes(record_pdf(sheet))
        else:
            part.write_text(_styled(sheet), "utf-8")
    say(f"{len(found.events)} events in {file}")


def _styled(sheet: Sheet) -> str:
    """A page that needs no other file."""
    style = f"<style>{STYLES.read_text('utf-8')}</style>"
    return record_page(sheet, stylesheet=STYLESHEET, pdf="").replace(LINK, style)


def sample(
    file: Path,
    *,
    since: From,
    to: To,
    seed: int,
    size: int = 20,
    stratified: bool = False,
    as_json: Json = False,
) -> None:
    """Draw articles that went public in a period, and write their records as a ZIP archive.

    The same seed draws the same articles. The index says how it was drawn, what there was to draw
    from, and which of them were urgent or never reviewed.

    Parameters
    ----------
    file
        Where to, e.g. sample.zip.
    since
        First day, e.g. 2026-03-01.
    to
        Last day, included.
    seed
        Any number; say it before you draw.
    size
        How many at the most; with --stratified at least one of each organization.
    stratified
        From each organization its share.
    as_json
        One object: of how many, which.
    """
    if to < since:
        raise CommandFailed("--to lies before --from")
    if size < 1:
        raise CommandFailed("--size is at least 1")
    with running() as settings, progress("drawing") as report:
        begin, end = _moment(since, settings.zone), _moment(to + timedelta(days=1), settings.zone)
        candidates = on_database(settings.database_url, published_between(begin, end))
        draw = drawn_by_stratum if stratified else drawn
        numbers = draw(candidates, size, seed)
        records = on_database(settings.database_url, _records(numbers, report))
        facts = {
            "from": since.isoformat(),
            "to": to.isoformat(),
            "seed": str(seed),
            "size": str(size),
            "stratified": "by organization" if stratified else "no",
            "drawn": f"{len(numbers)} of {len(candidates)}",
        }
        with whole_file(file) as part:
            part.write_bytes(archive(records, facts, settings.zone))
    if as_json:
        ids = [format_id("Article", number) for number in numbers]
        print(json.dumps({"of": len(candidates), "articles": ids}))
    say(f"{len(numbers)} of {len(candidates)} articles in {file}")


def _moment(day: date, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


async def _records(numbers: list[int], report: Callable[[int, int], None]) -> list[Record]:
    found = []
    for done, number in enumerate(numbers, start=1):
        record_ = await record_of(number)
        if record_ is not None:
            found.append(record_)
        report(done, len(numbers))
    return found


def archive(records: list[Record], facts: dict[str, str], zone: tzinfo) -> bytes:
    """index.html, index.csv, of each record a page and a PDF, and the pages' stylesheet."""
    rows = [_filed(each) for each in records]
    files: dict[str, str | bytes] = {
        "index.html": index_page(rows, facts, zone=zone, language="zh"),
        "index.csv": _csv(rows, zone),
        STYLESHEET: STYLES.read_text("utf-8"),
    }
    for each in rows:
        sheet = _sheet(each.record, zone)
        files[each.page] = record_page(sheet, stylesheet=STYLESHEET, pdf=each.pdf)
        files[each.pdf] = record_pdf(sheet)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive_:
        for name, content in files.items():
            archive_.writestr(zipfile.ZipInfo(name, STAMP), content)
    return packed.getvalue()


def _filed(record_: Record) -> Filed:
    name = f"Article-{record_.article.id}"
    return Filed(record_, f"{name}.html", f"{name}.pdf")


def _sheet(record_: Record, zone: tzinfo) -> Sheet:
    return sheet_of(record_, zone=zone, language="zh")


def _csv(rows: list[Filed], zone: tzinfo) -> str:
    """For spreadsheets: with their mark, and no text that they would take for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    names = ["id", "title", "organization", "published_at", "outcome", "urgent", "file", "pdf"]
    writer.writerow(names)
    for each, page, pdf in rows:
        at = each.article.published_here_at
        published = at.astimezone(zone).isoformat() if at else ""
        named = [_plain(each.article.title), _plain(each.organization), published]
        told = [each.outcome, str(each.is_urgent).lower(), page, pdf]
        writer.writerow([format_id("Article", each.article.id), *named, *told])
    return BYTE_ORDER_MARK + text.getvalue()


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
