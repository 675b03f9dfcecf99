"""A file as rows of cells: CSV in the encodings people send, or a sheet of a workbook."""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from zlib import error as ZlibError  # noqa: N812 - a class, called so there

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, WorksheetNotFound

from domain.imports.values import Cell, text_of
from domain.problems import Invalid

ZIP = b"PK\x03\x04"
MOST_UNPACKED = 256 * 2**20
"""A workbook is a zip file: how much it may become."""

MOST_PARTS = 1_000
"""Files in a workbook's zip file."""

BOOK = "xl/workbook.xml"
MACROS = "vbaproject.bin"
ENCODINGS = frozenset(
    {"utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk", "gb2312", "big5"}
)
"""That may be named: Python knows others, some of which take long, or are none of text."""

MOST_COLUMNS = 200
LONGEST_CELL = 10_000


@dataclass(frozen=True, slots=True)
class Row:
    """number: as the file counts, from 1, the header being one of them."""

    number: int
    cells: Sequence[Cell]

    def cell(self, at: int) -> Cell:
        return self.cells[at] if at < len(self.cells) else ""

    @property
    def is_empty(self) -> bool:
        return all(cell == "" for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    headers: list[str]
    rows: list[Row]


def read_table(content: bytes, *, sheet: str = "", encoding: str = "") -> Table:
    """The first row that is not empty holds the headers. Raises Invalid that says what is wrong.

    sheet: of a workbook; the first when it is not said. encoding: of a CSV file; UTF-8, with or
    without a mark, UTF-16 with one, or GB18030, whichever fits, when it is not said.
    """
    rows = _workbook(content, sheet) if content.startswith(ZIP) else _csv(content, encoding)
    for at, row in enumerate(rows):
        if not row.is_empty:
            headers = [text_of(cell) for cell in row.cells]
            return Table(headers, [other for other in rows[at + 1 :] if not other.is_empty])
    raise _refused("the file holds no rows")


def _csv(content: bytes, encoding: str) -> list[Row]:
    text = _decoded(content, encoding)
    if "\x00" in text:
        raise _refused("the file is neither CSV nor an XLSX workbook")
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows: list[Row] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for cells in reader:
            rows.append(Row(start, _bounded([cell.strip() for cell in cells], start)))
            start = reader.line_num + 1
    except csv.Error:
        raise _refused(f"line {reader.line_num} is no CSV: a quote stands where none may") from None
    return rows


def _decoded(content: bytes, encoding: str) -> str:
    candidates = [_known(encoding)] if encoding else ["utf-8-sig", "gb18030"]
    if not encoding and content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        candidates = ["utf-16"]
    for candidate in candidates:
        try:
            return content.decode(candidate)
        except UnicodeDecodeError:
            continue
    raise _refused(f"the file is not in {' or '.join(candidates)}")


def _known(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        name = ""
    if name not in ENCODINGS:
        raise _refused(f"an encoding may be {', '.join(sorted(ENCODINGS))}")
    return name


def _workbook(content: bytes, sheet: str) -> list[Row]:
    _check_size(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        found = book.get_sheet_by_name(sheet) if sheet else book.get_sheet_by_index(0)
        rows = found.to_python(skip_empty_area=False)
    except WorksheetNotFound:
        raise _refused(
            f"there is no sheet {sheet}; there are {', '.join(book.sheet_names)}"
        ) from None
    except PasswordError:
        raise _refused("the workbook is protected by a password") from None
    except (CalamineError, OSError, ValueError):
        raise _refused("the workbook cannot be read") from None
    return [Row(number, _bounded(cells, number)) for number, cells in enumerate(rows, 1)]


def _check_size(content: bytes) -> None:
    """Unpacks it once, keeping nothing: what a zip file says of its sizes may be a lie."""
    size = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _check_parts(packed.namelist())
            for entry in packed.infolist():
                with packed.open(entry) as member:
                    while part := member.read(2**20):
                        size += len(part)
                        if size > MOST_UNPACKED:
                            raise _refused("the workbook unpacks to more than it may")
    except (zipfile.BadZipFile, ZlibError, NotImplementedError, RuntimeError, EOFError):
        raise _refused("the workbook cannot be read") from None


def _check_parts(names: Sequence[str]) -> None:
    if len(names) > MOST_PARTS:
        raise _refused("the workbook has more parts than it may")
    if any(name.lower().endswith(MACROS) for name in names):
        raise _refused("the workbook holds macros: save it without them, as XLSX")
    if BOOK not in names:
        raise _refused("the file is a zip file, but no XLSX workbook")


def _bounded(cells: Sequence[Cell], number: int) -> Sequence[Cell]:
    if len(cells) > MOST_COLUMNS:
        raise _refused(f"row {number} has {len(cells)} columns, {MOST_COLUMNS} are the most")
    if any(isinstance(cell, str) and len(cell) > LONGEST_CELL for cell in cells):
        raise _refused(f"row {number} has a cell of more than {LONGEST_CELL:,} letters")
    return cells


def _refused(message: str) -> Invalid:
    return Invalid(message, path=("file",), code="INVALID_FILE")
