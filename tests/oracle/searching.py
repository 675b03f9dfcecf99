"""What a search finds, what is read now, and what is about the same events, from whole tables."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from domain.search.asking import read
from domain.search.marking import pattern
from domain.search.ranking import FEW, UNITS
from tests.oracle.asked import Asked
from tests.oracle.conditions import Fits, before, is_below, number_of, since
from tests.oracle.counting import total
from tests.oracle.lists import Cursor
from tests.oracle.matches import Match
from tests.oracle.tables import Row

WIDTHS = {"TITLE": 300, "SUMMARY": 200, "BODY": 120}


@dataclass(frozen=True)
class Hit:
    """asking: as the query was typed, for what is marked."""

    match: Match
    subject: Row
    score_units: int
    asking: tuple[str, bool]

    @property
    def standing(self) -> tuple[int, int]:
        return self.score_units, self.match.id


def _article_has(column: str, has: Fits) -> Fits:
    """A condition of articles: nothing else fits it."""

    def fits(asked: Asked, row: Row, wanted: Any) -> bool:
        return type(row).__name__ == "Article" and has(asked, row, wanted)

    return fits


def _is_within(asked: Asked, row: Row, id_: str) -> bool:
    is_organization = type(row).__name__ == "Organization"
    return is_below("id" if is_organization else "organization_id")(asked, row, id_)


FITS: dict[str, Fits] = {
    "kind": lambda asked, row, kind: type(row).__name__.upper() == kind,
    "within": _is_within,
    "inCategory": _article_has("category_id", is_below("category_id", "Category")),
    "tag": lambda asked, row, wanted: wanted in getattr(row, "tags", []),
    "publishedSince": _article_has("published_at", since("published_at")),
    "publishedBefore": _article_has("published_at", before("published_at")),
}


def _search(
    asked: Asked,
    root: None,
    *,
    query: str,
    asYouType: bool,  # noqa: N803 - as the argument is called in the graph
    first: int,
    after: str | None,
    filter: Mapping[str, Any] | None,
) -> SimpleNamespace:
    hits = _hits(asked, (query, asYouType), filter or {})
    hits.sort(key=lambda hit: hit.standing, reverse=True)
    behind = hits
    if after is not None:
        _, *end = json.loads(base64.b64decode(after))
        behind = [hit for hit in hits if hit.standing < tuple(end)]
    shown = behind[:first]
    edges = [SimpleNamespace(node=hit, cursor=_cursor(hit)) for hit in shown]
    return SimpleNamespace(
        nodes=shown,
        edges=edges,
        total_count=len(hits),
        page_info=SimpleNamespace(
            has_next_page=len(behind) > len(shown),
            has_previous_page=after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
    )


def _cursor(hit: Hit) -> Cursor:
    made = Cursor(f"SearchHit:{hit.match.id}")
    made.row_id = hit.match.id
    return made


def _hits(asked: Asked, asking: tuple[str, bool], wanted: Mapping[str, Any]) -> list[Hit]:
    """What has every word; where that is little, with what has most of them or sounds alike."""
    seen = [
        (match, subject)
        for match in asked.tables.matches[asking]
        if (subject := asked.get(match.kind.capitalize(), match.subject_id)) is not None
        and all(
            FITS[name](asked, subject, value) for name, value in wanted.items() if value is not None
        )
    ]
    exact = [Hit(match, row, match.score_of_all, asking) for match, row in seen if match.has_all]
    if len(exact) >= FEW:
        return exact
    near = [
        Hit(match, row, match.score_of_most, asking)
        for match, row in seen
        if not match.has_all and (match.has_most or match.sounds_alike)
    ]
    return exact + near


def _snippets(asked: Asked, hit: Hit) -> list[SimpleNamespace]:
    query, is_typing = hit.asking
    wanted = pattern(read(query, is_typing=is_typing).terms)
    row = hit.subject
    texts: dict[str, str] = {
        "TITLE": row.title if hasattr(row, "title") else row.name,
        "SUMMARY": getattr(row, "summary", ""),
        "BODY": getattr(row, "plain_text", ""),
    }
    marked = {part: _marked(text, wanted, WIDTHS[part]) for part, text in texts.items()}
    return [SimpleNamespace(part=part, html=text) for part, text in marked.items() if text]


def _marked(text: str, wanted: str, width: int) -> str | None:
    """The piece about the first place where something wanted stands."""
    found = re.search(wanted, text, re.IGNORECASE) if wanted else None
    if found is None:
        return None
    start = max(0, found.start() - width // 4)
    piece = text[start : start + width]
    pieces = re.split(f"({wanted})", piece, flags=re.IGNORECASE)
    escaped = [html.escape(each).replace("&#x27;", "&#39;") for each in pieces]
    shown = "".join(f"<mark>{each}</mark>" if at % 2 else each for at, each in enumerate(escaped))
    return ("…" if start else "") + shown + ("…" if start + width < len(text) else "")


def _related(asked: Asked, article: Row, first: int) -> list[Row]:
    seen = [
        (alike, number)
        for alike, number in asked.tables.kin.get(article.id, [])
        if asked.get("Article", number) is not None
    ]
    return [asked.get("Article", number) for _, number in sorted(seen, reverse=True)[:first]]


def _most_read(
    asked: Asked,
    root: None,
    *,
    organizationId: str | None,  # noqa: N803 - as the argument is called in the graph
    inCategory: str | None,  # noqa: N803 - as the argument is called in the graph
    hours: int,
    first: int,
) -> list[SimpleNamespace]:
    begun = asked.now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=hours)
    top = None if organizationId is None else number_of(organizationId)
    filed = None if inCategory is None else number_of(inCategory)
    gained = [
        (sum(value for hour, value in by_hour.items() if hour >= begun), number)
        for (kind, number, metric), by_hour in asked.tables.hourly.items()
        if (kind, metric) == ("ARTICLE", "READS")
        and (row := asked.get("Article", number)) is not None
        and (filed is None or asked.tables.is_within("Category", row.category_id, filed))
        and (top is None or asked.tables.is_within("Organization", row.organization_id, top))
    ]
    most = sorted([each for each in gained if each[0] > 0], reverse=True)[:first]
    values = [value for value, _ in most]
    return [
        SimpleNamespace(rank=1 + values.index(value), gained=value, article_id=number)
        for value, number in most
    ]


def _reads(asked: Asked, most_read: SimpleNamespace, asOf: Any = None) -> Any:  # noqa: N803 - as the argument is called in the graph
    return total(asked, asked.get("Article", most_read.article_id), "READS", asOf)


FIELDS: dict[tuple[str, str], Callable[..., Any]] = {
    ("Article", "related"): _related,
    ("MostRead", "gained"): lambda asked, row: row.gained,
    ("MostRead", "reads"): _reads,
    ("Query", "mostReadNow"): _most_read,
    ("Query", "search"): _search,
    ("Query", "searchSynonyms"): lambda asked, root: sorted(
        asked.all("SearchSynonym"), key=lambda row: row.word
    ),
    ("SearchHit", "score"): lambda asked, hit: hit.score_units / UNITS,
    ("SearchHit", "snippets"): _snippets,
}
