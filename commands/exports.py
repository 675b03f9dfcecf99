"""Figures into files."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from cyclopts import Parameter

from commands.export_files import Format, csv_file, csv_output, parquet_file
from commands.failures import CommandFailed
from commands.progress import progress
from commands.runtime import on_database, running, say
from domain.engagement.rules import Bucket, Metric
from domain.exports.actions import Write, export
from domain.exports.rules import Column, Of, wanted

OUTPUT = Path("-")
Metrics = Annotated[list[Metric] | None, Parameter(name="--metric", negative=())]
Chosen = Annotated[Format | None, Parameter(name="--format")]
Excel = Annotated[bool, Parameter(name="--excel", negative=())]


def engagement(
    file: Annotated[Path, Parameter(allow_leading_hyphen=True)],
    *,
    of: Of = Of.ARTICLES,
    metrics: Metrics = None,
    by: Bucket | None = None,
    since: date | None = None,
    until: date | None = None,
    chosen: Chosen = None,
    excel: Excel = False,
) -> None:
    """Write figures into a CSV or Parquet file: totals, or gains by hour, day, week or month.

    The file is there when it is whole; what had its name before stays until then.

    Parameters
    ----------
    file
        Where to, e.g. reads.csv or reads.parquet; - is standard output, as CSV.
    of
        Whose figures.
    metrics
        Which figures; all when it is not said. May be repeated.
    by
        Gains, cut so. Without it totals; with a period, days.
    since
        First day of gains, e.g. 2026-03-01; all when it is not said.
    until
        Last day of gains, included.
    chosen
        Which format; the file's ending says so too.
    excel
        CSV that Excel reads rightly: marked as UTF-8, without text it would take for a formula.
    """
    rows = wanted(of, tuple(metrics or ()), by, since, until)
    format_ = _format(file, chosen, excel)
    with (
        running() as settings,
        progress("exporting") as report,
        _opened(file, format_, rows.columns, settings.zone, excel) as write,
    ):
        work = export(rows, write, zone=settings.zone, report=report)
        number = on_database(settings.database_url, work)
    say(f"{number:,} rows" + ("" if file == OUTPUT else f" in {file}"))


def _format(file: Path, chosen: Format | None, excel: bool) -> Format:
    endings = {f".{each.value}": each for each in Format}
    found = chosen or (Format.CSV if file == OUTPUT else endings.get(file.suffix.lower()))
    if found is None:
        raise CommandFailed(f"{file} ends neither in .csv nor in .parquet: say --format")
    if found is Format.PARQUET and file == OUTPUT:
        raise CommandFailed("standard output takes CSV only: name a file for Parquet")
    if found is Format.PARQUET and excel:
        raise CommandFailed("--excel is for CSV")
    return found


def _opened(
    file: Path, format_: Format, columns: tuple[Column, ...], zone: ZoneInfo, excel: bool
) -> AbstractContextManager[Write]:
    if format_ is Format.PARQUET:
        return parquet_file(file, columns, zone)
    if file == OUTPUT:
        return nullcontext(csv_output(columns, zone, for_excel=excel))
    return csv_file(file, columns, zone, for_excel=excel)
