"""Figures in files are the graph's: every format, every cut; what goes wrong leaves no file."""

from __future__ import annotations

import asyncio
import csv
import errno
import os
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from pyarrow import parquet

import cli
from domain.database import open_database
from domain.exports import actions
from tests.counted_days import Days, make_days
from tests.graph import graph

T = TypeVar("T")
Output = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def days(database_url: str) -> Days:
    async def fill() -> Days:
        async with open_database(database_url):
            return await make_days()

    return asyncio.run(fill())


@pytest.fixture
def export(database_url: str, days: Days, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    return lambda *arguments: cli.run(["export", "engagement", *map(str, arguments)])


@pytest.fixture
def ask(database_url: str) -> Callable[..., Any]:
    async def answer(query: str, **variables: Any) -> Any:
        async with graph(database_url) as opened:
            return await opened.ask(query, **variables)

    return lambda query, **variables: asyncio.run(answer(query, **variables))


def read(path: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as opened:
        return list(csv.DictReader(opened))


def test_totals_are_the_graphs(
    export: Callable[..., int], ask: Callable[..., Any], days: Days, tmp_path: Path
) -> None:
    path = tmp_path / "articles.csv"
    assert export(path, "--metric", "READS") == 0
    rows = read(path)
    data = ask(
        """query($ids: [ID!]!) { nodes(ids: $ids) { ... on Article { id title reads {
        value status asOf coverage { known counted people reposts } } } } }""",
        ids=[row["id"] for row in rows],
    )
    assert [row["id"] for row in rows] == [f"Article:{days.half}", f"Article:{days.whole}"]
    for row, node in zip(rows, data["nodes"], strict=True):
        reads, coverage = node["reads"], node["reads"]["coverage"]
        as_of = datetime.fromisoformat(row.pop("as_of"))
        assert as_of == datetime.fromisoformat(reads["asOf"])
        assert as_of.utcoffset() is not None
        assert row == {
            "id": node["id"],
            "name": node["title"],
            "metric": "READS",
            "value": str(reads["value"]),
            "status": reads["status"],
            **{name: str(number) for name, number in coverage.items()},
        }
    assert [row["value"] for row in rows] == ["500", "70"]


def test_the_unknown_is_an_empty_cell(export: Callable[..., int], tmp_path: Path) -> None:
    path = tmp_path / "likes.csv"
    assert export(path, "--metric", "LIKES", "--of", "network") == 0
    (row,) = read(path)
    assert (row["id"], row["value"], row["status"], row["known"]) == (
        "Network:1",
        "",
        "UNAVAILABLE",
        "3",
    )


@pytest.mark.parametrize("bucket", ["DAY", "WEEK", "MONTH"])
def test_gains_are_the_graphs(
    export: Callable[..., int], ask: Callable[..., Any], tmp_path: Path, bucket: str
) -> None:
    path = tmp_path / "posts.csv"
    ends = ("--since", "2025-01-29", "--until", "2025-03-05")
    assert export(path, "--of", "posts", "--by", bucket.lower(), "--metric", "READS", *ends) == 0
    rows = read(path)
    found: dict[str, list[list[str]]] = {}
    for row in rows:
        shown = [row[name] for name in ("first_day", "value", "days", "days_known")]
        found.setdefault(row["id"], []).append(shown)
    assert len(found) == 2
    for id_, points in found.items():
        data = ask(
            """query($id: ID!, $by: Bucket!) { it: engagementSeries(
            id: $id, bucket: $by, since: "2025-01-29", until: "2025-03-05") {
            points { startsAt value days daysKnown } } }""",
            id=id_,
            by=bucket,
        )
        assert points == [_shown(point) for point in data["it"]["points"]]


def _shown(point: dict[str, Any]) -> list[str]:
    """Midnight in Shanghai is 16:00 UTC of the day before."""
    starts_at = datetime.fromisoformat(point["startsAt"])
    assert starts_at.hour == 16
    day = date.fromordinal(starts_at.date().toordinal() + 1)
    return [day.isoformat(), *(str(point[name]) for name in ("value", "days", "daysKnown"))]


def test_hours(export: Callable[..., int], days: Days, tmp_path: Path) -> None:
    path = tmp_path / "hours.csv"
    asked = ("--of", "posts", "--by", "hour", "--since", "2025-01-29", "--until", "2025-01-31")
    assert export(path, *asked) == 0
    assert [(row["id"], row["starts_at"], row["value"]) for row in read(path)] == [
        (f"Post:{days.patchy}", "2025-01-29T20:00:00+08:00", "50"),
        (f"Post:{days.patchy}", "2025-01-31T20:00:00+08:00", "60"),
    ]


@pytest.mark.parametrize("by", [(), ("--by", "week"), ("--by", "hour")])
def test_parquet_holds_what_csv_holds(
    export: Callable[..., int], tmp_path: Path, by: tuple[str, ...]
) -> None:
    path, other = tmp_path / "posts.parquet", tmp_path / "posts.csv"
    assert export(path, "--of", "posts", *by) == 0
    assert export(other, "--of", "posts", *by) == 0
    table = parquet.read_table(path)
    assert table.schema.metadata[b"time_zone"] == b"Asia/Shanghai"
    assert [{name: _cell(value) for name, value in row.items()} for row in table.to_pylist()] == [
        {name: _moment(value) for name, value in row.items()} for row in read(other)
    ]
    assert table.num_rows > 0


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return "" if value is None else str(value)


def _moment(text: str) -> str:
    is_moment = text[:1].isdigit() and "T" in text
    return datetime.fromisoformat(text).astimezone(UTC).isoformat() if is_moment else text


def test_excel_knows_utf8_and_works_nothing_out(export: Callable[..., int], tmp_path: Path) -> None:
    path = tmp_path / "articles.csv"
    assert export(path, "--excel", "--metric", "READS") == 0
    assert path.read_bytes().startswith(b"\xef\xbb\xbfid,name,metric,")
    assert [row["name"] for row in read(path, "utf-8-sig")] == ["'=half", "whole"]
    assert export(path, "--metric", "READS") == 0
    assert [row["name"] for row in read(path)] == ["=half", "whole"]


def test_portions_are_joined(
    export: Callable[..., int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, pieces = tmp_path / "whole.csv", tmp_path / "pieces.csv"
    assert export(whole, "--of", "posts", "--by", "day") == 0
    monkeypatch.setattr(actions, "PORTION", 2)
    assert export(pieces, "--of", "posts", "--by", "day") == 0
    assert pieces.read_bytes() == whole.read_bytes()
    assert export(tmp_path / "pieces.parquet", "--of", "posts", "--by", "day") == 0
    table = parquet.ParquetFile(tmp_path / "pieces.parquet")
    assert table.metadata.num_rows == len(read(whole)) == 13
    assert table.num_row_groups == 7


def test_standard_output_is_csv(export: Callable[..., int], capsys: Output) -> None:
    assert export("-", "--of", "network", "--by", "month", "--metric", "READS") == 0
    output = capsys.readouterr()
    assert output.out.splitlines() == [
        "id,name,metric,first_day,value,days,days_known",
        "Network:1,,READS,2025-01-01,210,31,3",
        "Network:1,,READS,2025-02-01,290,28,3",
        "Network:1,,READS,2025-03-01,70,31,7",
    ]
    assert output.err == "xinfeng: 3 rows\n"


REFUSED = [
    (("figures.txt",), "ends neither in .csv nor in .parquet: say --format"),
    (("-", "--format", "parquet"), "standard output takes CSV only"),
    (("figures.parquet", "--excel"), "--excel is for CSV"),
    (("no-such/figures.csv",), "there is no directory"),
    (
        ("figures.csv", "--since", "2025-03-02", "--until", "2025-03-01"),
        "since: 2025-03-02 is later than the last day, 2025-03-01",
    ),
    (
        ("figures.csv", "--since", "1999-01-01"),
        "since: 1999-01-01 lies outside the years 2000 to 2199",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_what_cannot_be_written_is_said(
    export: Callable[..., int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Output,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert export(*arguments) == 1
    assert message in capsys.readouterr().err
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["figures.csv", "figures.parquet"])
def test_a_full_disk_leaves_the_older_file(
    export: Callable[..., int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Output,
    name: str,
) -> None:
    path = tmp_path / name
    path.write_bytes(b"older")
    monkeypatch.setattr(actions, "PORTION", 2)

    def full(rows: list[Any]) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    async def stopped(wanted: Any, write: Any, **given: Any) -> int:
        writes = iter([write, full])
        return await actions.export(wanted, lambda rows: next(writes)(rows), **given)

    monkeypatch.setattr("commands.exports.export", stopped)
    assert export(path, "--of", "posts") == 1
    assert "No space left on device" in capsys.readouterr().err
    assert path.read_bytes() == b"older"
    assert os.listdir(tmp_path) == [name]


def test_without_pyarrow_the_remedy_is_named(
    export: Callable[..., int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert export(tmp_path / "figures.parquet") == 1
    remedy = f'Parquet needs pyarrow: {sys.executable} -m pip install "pyarrow>=26"'
    assert capsys.readouterr().err == f"xinfeng: {remedy}\n"
    assert os.listdir(tmp_path) == []
