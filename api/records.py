"""The record of an article's reviews as a page: on the site, and in an inspection's archive."""

from __future__ import annotations

from datetime import tzinfo
from functools import partial

from api.people.pages import TEMPLATES
from api.people.words import said
from domain.articles.records import Record
from domain.reviews.sampling import METHOD


def record_page(record: Record, *, zone: tzinfo, language: str, stylesheet: str) -> str:
    """Values are escaped wherever they stand."""
    return TEMPLATES.get_template("record.html").render(
        record=record,
        zone=zone,
        language=language,
        stylesheet=stylesheet,
        w=partial(said, language=language),
    )


def index_page(
    rows: list[tuple[Record, str]], facts: dict[str, str], *, zone: tzinfo, language: str
) -> str:
    """rows: each record with its file. facts: how the sample was drawn."""
    return TEMPLATES.get_template("record_index.html").render(
        rows=rows,
        facts={**facts, "method": METHOD},
        zone=zone,
        language=language,
        stylesheet="record.css",
        w=partial(said, language=language),
    )
