"""A record as a page, on the site and in an inspection's archive; and that archive's index."""

from __future__ import annotations

from datetime import tzinfo
from functools import partial
from typing import NamedTuple

from api.people.pages import TEMPLATES
from api.people.words import said
from api.records.sheet import Sheet
from domain.articles.records import Record
from domain.reviews.sampling import METHOD


class Filed(NamedTuple):
    """A record in an archive, and its files there."""

    record: Record
    page: str
    pdf: str


def record_page(sheet: Sheet, *, stylesheet: str, pdf: str) -> str:
    """Values are escaped wherever they stand. pdf: where the same is as a PDF; may be empty."""
    return TEMPLATES.get_template("record.html").render(
        sheet=sheet, stylesheet=stylesheet, pdf=pdf, pdf_name=said("record_pdf", sheet.language)
    )


def index_page(rows: list[Filed], facts: dict[str, str], *, zone: tzinfo, language: str) -> str:
    """facts: how the sample was drawn."""
    return TEMPLATES.get_template("record_index.html").render(
        rows=rows,
        facts={**facts, "method": METHOD},
        zone=zone,
        language=language,
        stylesheet="record.css",
        w=partial(said, language=language),
    )
