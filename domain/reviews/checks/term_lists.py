"""Lists of terms as a centre keeps them in a spreadsheet: what each row says, or what is wrong with
it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from domain import text
from domain.imports.tables import Row, Table
from domain.imports.values import half_width, text_of
from domain.problems import Invalid
from domain.reviews.checks.documents import Term, TermKind

LONGEST = 100
HEADERS = {
    "kind": "kind 类别 类型 种类",
    "word": "word name 词语 词 姓名 名称 原词",
    "suggestion": "suggestion title 建议 建议词 改为 正确 职务 职务名称",
}
COLUMNS = {header: field for field, headers in HEADERS.items() for header in headers.split()}
KINDS = {
    **{kind.value.casefold(): kind for kind in TermKind},
    **{"敏感": TermKind.SENSITIVE, "敏感词": TermKind.SENSITIVE, "禁用": TermKind.SENSITIVE},
    **{"错误": TermKind.INCORRECT, "错词": TermKind.INCORRECT, "错别字": TermKind.INCORRECT},
    **{"领导": TermKind.LEADER, "领导姓名": TermKind.LEADER, "职务": TermKind.LEADER},
}


class Listed(NamedTuple):
    """row: as the file counts."""

    row: int
    term: Term


@dataclass(frozen=True, slots=True)
class Rejected:
    row: int
    cells: Sequence[str]
    code: str
    message: str


def listed(table: Table) -> tuple[list[Listed], list[Rejected]]:
    """In the file's order. Raises Invalid for a table that lacks a column."""
    places = _places(table.headers)
    seen: dict[tuple[TermKind, str], int] = {}
    read = [_read(row, places, seen) for row in table.rows]
    taken = [each for each in read if isinstance(each, Listed)]
    return taken, [each for each in read if isinstance(each, Rejected)]


def _places(headers: Sequence[str]) -> dict[str, int]:
    names = [COLUMNS.get(half_width(header).strip().casefold(), "") for header in headers]
    lacking = [field for field in ("kind", "word") if field not in names]
    if lacking:
        raise Invalid(
            f"no column is called {' or '.join(HEADERS[lacking[0]].split())}",
            path=("file",),
            code="INVALID_FILE",
        )
    return {field: names.index(field) for field in HEADERS if field in names}


def _read(
    row: Row, places: dict[str, int], seen: dict[tuple[TermKind, str], int]
) -> Listed | Rejected:
    cells = {field: text_of(row.cell(place)) for field, place in places.items()}
    try:
        term = checked(_kind(cells["kind"]), cells["word"], cells.get("suggestion", ""))
        first = seen.setdefault((term.kind, term.word), row.number)
        if first != row.number:
            raise Invalid(f"row {first} has this word already", path=("word",), code="REPEATED")
    except Invalid as problem:
        told = [text_of(cell) for cell in row.cells]
        return Rejected(row.number, told, problem.code, problem.message)
    return Listed(row.number, term)


def _kind(said: str) -> TermKind:
    kind = KINDS.get(said.strip().casefold())
    if kind is None:
        known = ", ".join(kind.value for kind in TermKind)
        raise Invalid(f"“{said}” is no kind: {known}, 敏感, 错误, 领导", path=("kind",))
    return kind


def checked(kind: TermKind, word: str, suggestion: str) -> Term:
    """Raises Invalid that names the part."""
    known = text.line(word, path=("word",), longest=LONGEST)
    said = text.line(suggestion, path=("suggestion",), longest=LONGEST, required=False)
    if kind is TermKind.LEADER and not said:
        raise Invalid("a leader has a title", path=("suggestion",), code="EMPTY")
    return Term(kind=kind, word=known, suggestion=said)
