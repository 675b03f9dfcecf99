"""Lists of words and leaders come in from spreadsheets: once, with what is wrong told by row."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from domain.access import Act, Grant, Kind, Role, Viewer
from domain.audit.models import AuditEntry
from domain.imports.tables import read_table
from domain.problems import Conflict, Forbidden, Invalid
from domain.reviews.actions import terms
from domain.reviews.checks.documents import Term, TermKind
from domain.reviews.checks.term_lists import Listed, listed
from domain.reviews.models import ReviewTerm
from tests.rows import EDITOR, NOW, make_organization, nothing_written, refused

LIST = """类别,词语,建议
错误,按装,安装
敏感,示例禁词,
LEADER,王大力,区委书记
"""
WRONG = """kind,word,suggestion
incorrect,帐号,账号
incorrect,账户,
nonsense,词,
LEADER,李四,
INCORRECT,帐号,帐户
SENSITIVE,,
"""


def test_what_each_row_says() -> None:
    found, rejected = listed(read_table(LIST.encode()))
    assert rejected == []
    assert found == [
        Listed(2, Term(kind=TermKind.INCORRECT, word="按装", suggestion="安装")),
        Listed(3, Term(kind=TermKind.SENSITIVE, word="示例禁词")),
        Listed(4, Term(kind=TermKind.LEADER, word="王大力", suggestion="区委书记")),
    ]
    assert listed(read_table(LIST.encode("gb18030"))) == (found, [])


def test_what_is_wrong_is_told_by_row() -> None:
    found, rejected = listed(read_table(WRONG.encode()))
    assert [each.row for each in found] == [2, 3]
    assert [(each.row, each.code) for each in rejected] == [
        *((4, "INVALID"), (5, "EMPTY"), (6, "REPEATED"), (7, "EMPTY"))
    ]
    assert rejected[2].message == "row 2 has this word already"


def test_a_table_without_a_column_is_refused() -> None:
    with pytest.raises(Invalid, match="no column is called kind or 类别"):
        listed(read_table("词语,建议\n按装,安装\n".encode()))


@pytest.mark.usefixtures("database")
async def test_a_list_is_taken_once_and_kept_up() -> None:
    place = await make_organization()
    title = Term(kind=TermKind.LEADER, word="赵大明", suggestion="区长")
    word = Term(kind=TermKind.INCORRECT, word="渡假", suggestion="度假")
    async with nothing_written():
        told = await terms.take(EDITOR, [title, word], place, dry_run=True)
    assert told == terms.Taken(added=2, changed=0, known=0)
    assert await terms.take(EDITOR, [title, word], place) == told
    async with nothing_written():
        again = await terms.take(EDITOR, [title, word], place)
    assert again == terms.Taken(added=0, changed=0, known=2)
    promoted = Term(kind=TermKind.LEADER, word="赵大明", suggestion="区委书记")
    assert await terms.take(EDITOR, [promoted], place) == terms.Taken(0, 1, 0)
    rows = await ReviewTerm.filter(organization_id=place).order_by("id")
    assert [(row.word, row.suggestion) for row in rows] == [
        ("赵大明", "区委书记"),
        ("渡假", "度假"),
    ]
    entry = await AuditEntry.filter(action="review_term.change").get()
    assert (entry.before, entry.subject) == ({"suggestion": "区长"}, f"ReviewTerm:{rows[0].id}")


@pytest.mark.usefixtures("database")
async def test_only_who_manages_reviews_there_takes_a_list() -> None:
    place, other = await make_organization(), await make_organization()
    word = Term(kind=TermKind.INCORRECT, word="渡假", suggestion="度假")
    held = (Grant(Role.ADMINISTRATOR, str(other)),)
    elsewhere = Viewer(Kind.USER, 7, "别处", held, EDITOR.viewer.scopes)
    async with refused(Forbidden, "organization_id"):
        await terms.take(Act(elsewhere, NOW), [word], place)


def command(database_url: str, *arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "cli.py", "import", "terms", *arguments],
        env={**os.environ, "DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


async def test_the_command(database: str, tmp_path: Path) -> None:
    file = tmp_path / "词表.csv"
    file.write_text(WRONG, "utf-8")
    async with nothing_written():
        code, _, told = command(database, str(file), "--preview")
    assert code == 1
    assert "帐号" in told
    assert "row 4 is the first at fault" in told
    place = await make_organization()
    code, output, told = command(
        database, str(file), "--organization", f"Organization:{place}", "--json"
    )
    assert code == 1
    result = json.loads(output)
    assert (result["added"], result["known"], len(result["rejected"])) == (2, 0, 4)
    assert await ReviewTerm.filter(organization_id=place).count() == 2
    with (tmp_path / "词表.rejects.csv").open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.reader(opened))
    assert [row[:2] for row in rows[1:]] == [
        *(["4", "INVALID"], ["5", "EMPTY"], ["6", "REPEATED"], ["7", "EMPTY"])
    ]


@pytest.mark.usefixtures("database")
async def test_the_same_list_twice_at_once_is_taken_once() -> None:
    place = await make_organization()
    given = [Term(kind=TermKind.SENSITIVE, word=f"词{number}") for number in range(40)]
    for where in (place, None):
        told = await asyncio.gather(*(terms.take(EDITOR, given, where) for _ in range(3)))
        assert sorted(each.added for each in told) == [0, 0, 40]
        assert await ReviewTerm.filter(organization_id=where, word__startswith="词").count() == 40


@pytest.mark.usefixtures("database")
async def test_a_word_stands_in_a_list_once() -> None:
    place = await make_organization()
    for where in (place, None):
        new = terms.NewTerm(kind=TermKind.INCORRECT, word="帐户", organization_id=where)
        await terms.add(EDITOR, new)
        async with nothing_written(), refused(Conflict, "word", code="TAKEN"):
            await terms.add(EDITOR, new)
