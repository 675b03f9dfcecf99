"""Tables written row by row: CSV for people and spreadsheets, Parquet for programs."""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from commands.failures import CommandFailed
from domain.exports.actions import Write
from domain.exports.rules import Column, Kind

BYTE_ORDER_MARK = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""Text that begins so is worked out by a spreadsheet instead of shown."""


class Format(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A file beside it to write into, which takes its name when all went well, and else goes."""
    if not path.absolute().parent.is_dir():
        raise CommandFailed(f"there is no directory {path.absolute().parent}")
    if path.is_dir():
        raise CommandFailed(f"{path} is a directory: name a file")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        with part.open("rb") as opened:
            os.fsync(opened.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def csv_file(
    path: Path, columns: tuple[Column, ...], zone: ZoneInfo, *, for_excel: bool
) -> Iterator[Write]:
    with whole_file(path) as part, part.open("x", encoding="utf-8", newline="") as opened:
        yield csv_rows(opened, columns, zone, for_excel=for_excel)


def csv_output(columns: tuple[Column, ...], zone: ZoneInfo, *, for_excel: bool) -> Write:
    """To standard output, as UTF-8 whatever the terminal speaks."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="")
    return csv_rows(sys.stdout, columns, zone, for_excel=for_excel)


def csv_rows(
    opened: TextIO, columns: tuple[Column, ...], zone: ZoneInfo, *, for_excel: bool
) -> Write:
    """RFC 4180, headers first; what is unknown is an empty cell. Moments carry the zone's offset.

    for_excel: with a mark at the start, by which Excel knows UTF-8, and no text that it would take
    for a formula.
    """
    writer = csv.writer(opened)
    opened.write(BYTE_ORDER_MARK if for_excel else "")
    writer.writerow([column.name for column in columns])

    def cell(value: Any) -> Any:
        if isinstance(value, datetime):
            return value.astimezone(zone).isoformat()
        if isinstance(value, date):
            return value.isoformat()
        if for_excel and isinstance(value, str) and value.startswith(FORMULA_STARTS):
            return f"'{value}"
        return value

    def write(rows: list[Any]) -> None:
        writer.writerows([cell(value) for value in row] for row in rows)

    return write


@contextmanager
def parquet_file(path: Path, columns: tuple[Column, ...], zone: ZoneInfo) -> Iterator[Write]:
    """Compressed with zstd, one row group for each portion; its metadata names the time zone."""
    pa, parquet = _pyarrow()
    types = {
        Kind.TEXT: pa.string(),
        Kind.INTEGER: pa.int64(),
        Kind.DAY: pa.date32(),
        Kind.MOMENT: pa.timestamp("us", tz="UTC"),
    }
    fields = [pa.field(column.name, types[column.kind]) for column in columns]
    table = pa.schema(fields, metadata={"time_zone": zone.key})
    with whole_file(path) as part, parquet.ParquetWriter(part, table, compression="zstd") as writer:

        def write(rows: list[Any]) -> None:
            arrays = [
                pa.array(values, field.type)
                for values, field in zip(zip(*rows, strict=True), fields, strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=table))

        yield write


def _pyarrow() -> tuple[Any, Any]:
    """pyarrow is large (170 MB): whoever writes Parquet installs it."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ModuleNotFoundError as error:
        raise CommandFailed(
            f'Parquet needs pyarrow: {sys.executable} -m pip install "pyarrow>=26"'
        ) from error
    return pa, parquet
