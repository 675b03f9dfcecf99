"""A record as a PDF that prints the same everywhere: its letters are in the file."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst

from api.records.sheet import Sheet

TEMPLATE = Path(__file__).parent.parent / "templates" / "record.typ"
FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent
"""Noto Sans SC, of which a file holds the letters it uses. What it lacks, rare letters of names
among it, prints as a box."""


def record_pdf(sheet: Sheet) -> bytes:
    """The same bytes for the same sheet: nothing tells when it was made. Values are data to the
    template, never markup. Takes a tenth of a second or so, without the interpreter's lock."""
    made = typst.compile(
        TEMPLATE,
        format="pdf",
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"record": json.dumps(asdict(sheet), ensure_ascii=False)},
    )
    assert isinstance(made, bytes)  # one file, and not written anywhere
    return made
