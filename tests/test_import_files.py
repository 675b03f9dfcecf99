"""Files that are not what they seem: told by their content, refused in our own words."""

from __future__ import annotations

import gzip
import io
import time
import zipfile
from typing import Any

import pytest

from domain.imports.tables import read_table
from domain.problems import Invalid
from tests.workbooks import MAIN, START, workbook

TABLE = (["标题", "阅读"], ["a", 1])


def zipped(**parts: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


def sheet(text: str) -> bytes:
    """A workbook whose sheet is this text."""
    whole = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(*TABLE))) as known,
        zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in known.namelist():
            content = text.encode() if name.endswith("sheet1.xml") else known.read(name)
            archive.writestr(name, content)
    return whole.getvalue()


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


NOT_CSV = "the file is neither CSV nor an XLSX workbook"
UNREADABLE = "the workbook cannot be read"
NO_BOOK = "the file is a zip file, but no XLSX workbook"
REFUSED: dict[str, tuple[bytes, str]] = {
    "macros": (workbook(*TABLE, **{"xl/vbaProject.bin": b"x"}), "the workbook holds macros"),
    "macros in capitals": (workbook(*TABLE, **{"XL/VBAPROJECT.BIN": b"x"}), "holds macros"),
    "a document": (zipped(**{"word/document.xml": b"<x/>"}), NO_BOOK),
    "an archive": (zipped(**{"a.class": b"\xca\xfe\xba\xbe"}), NO_BOOK),
    "a path out of the archive": (zipped(**{"../../etc/cron.d/x": b"x"}), NO_BOOK),
    "a name alone": (zipped(**{"xl/workbook.xml": b"nonsense"}), UNREADABLE),
    "a workbook cut short": (cut(workbook(*TABLE)), UNREADABLE),
    "many parts": (workbook(*TABLE, **{f"x/{n}": b"" for n in range(1_000)}), "more parts"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "the file is n"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "the file is n"),
    "a program": (b"\x7fELF\x02\x01\x01" + bytes(64), NOT_CSV),
    "packed CSV": (gzip.compress(b"a,b\n1,2\n"), "the file is n"),
    "nothing": (b"", "the file holds no rows"),
    "many columns": (b",".join([b"x"] * 201), "201 columns, 200 are the most"),
    "a long cell": (b"a\n" + b"x" * 10_001, "a cell of more than 10,000 letters"),
    "a quote that never ends": (b'a,b\n"1,2', "is no CSV: a quote stands where none may"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_refused(name: str) -> None:
    content, message = REFUSED[name]
    with pytest.raises(Invalid) as caught:
        read_table(content)
    assert caught.value.code == "INVALID_FILE"
    assert message in caught.value.message
    for inside in ("calamine", "zip file,", "zlib", "Xml(", "ZipError", "codec", "xl/"):
        assert inside not in caught.value.message.replace(NO_BOOK, "")


def bomb(member: bytes, copies: int) -> bytes:
    """Its entries overlap, each of them the one member: it is small and unpacks to much."""
    packed = zipped(**{"xl/workbook.xml": member})
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        start = archive.start_dir
    entry, end = packed[start:-22], packed[-22:]
    count = copies.to_bytes(2, "little")
    size = (len(entry) * copies).to_bytes(4, "little")
    return packed[:start] + entry * copies + end[:8] + count + count + size + end[16:]


@pytest.mark.parametrize("copies", [1, 900])
def test_a_bomb_is_small_and_stays_so(copies: int) -> None:
    content = bomb(bytes(2**28 + 1 if copies == 1 else 2**20), copies)
    assert len(content) < 2**19
    began_at = time.process_time()
    with pytest.raises(Invalid, match=r"unpacks to more than it may|cannot be read"):
        read_table(content)
    assert time.process_time() - began_at < 3


LAUGHS = "".join(
    f'<!ENTITY {name} "{f"&{before};" * 9 if before else "ha"}">'
    for before, name in zip(("", *"abcdefghi"), "abcdefghij", strict=True)
)
OUTSIDE = '<!ENTITY j SYSTEM "file:///etc/passwd">'


@pytest.mark.parametrize("declared", [LAUGHS, OUTSIDE])
def test_entities_are_not_worked_out(declared: str) -> None:
    """A billion laughs: ten lines that a careless parser makes into gigabytes."""
    row = '<row><c t="inlineStr"><is><t>&j;</t></is></c></row>'
    rows = f'<worksheet xmlns="{MAIN}"><sheetData>{row}</sheetData></worksheet>'
    content = sheet(f"{START}<!DOCTYPE x [{declared}]>{rows}")
    try:
        found: Any = read_table(content).headers
    except Invalid as refused:
        found = [refused.message]
    text = "".join(found)
    assert len(text) < 200
    assert not any(inside in text for inside in ("root", "haha"))


@pytest.mark.parametrize(
    "encoding", ["zlib", "punycode", "idna", "rot13", "unicode_escape", "x\0y"]
)
def test_an_encoding_that_is_none_of_files(encoding: str) -> None:
    with pytest.raises(Invalid, match="an encoding may be big5, gb18030"):
        read_table(b"a\n1", encoding=encoding)


@pytest.mark.parametrize("encoding", ["UTF-8", "gbk", "GB2312", "Big5", "utf_16"])
def test_an_encoding_that_people_use(encoding: str) -> None:
    text = "標題\n一" if encoding == "Big5" else "标题\n一"
    assert read_table(text.encode(encoding), encoding=encoding).headers == [text[:2]]
