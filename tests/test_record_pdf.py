"""The record of reviews as a PDF says what the page says, and is the same each time."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest_asyncio
from pypdf import PdfReader

from api.records import Sheet, record_pdf, sheet_of
from api.records.sheet import Row
from domain.access import Act, Role
from domain.articles import actions as articles
from domain.articles.records import Line, record_of
from domain.reviews.actions import decisions
from domain.reviews.actions.remarks import Remark
from domain.reviews.checks.steps import CheckKind
from domain.tokens import actions as tokens
from tests.asgi import Response, call
from tests.graph import Graph, graph
from tests.reviewing import make_desk, make_review, stage
from tests.rows import EDITOR, World, make_world
from tests.test_review_records import by

BLOCKS = [
    {"id": "b1", "type": "paragraph", "text": [{"text": "一百名志愿者为老街按装路灯。"}]},
    {"id": "b2", "type": "paragraph", "text": [{"text": "龘靐 *not bold* #let $x$ <b>&amp;"}]},
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database_url: str) -> AsyncIterator[Graph]:
    async with graph(database_url) as it:
        yield it


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(opened: Graph) -> World:
    return await make_desk(await make_world(), stage("初审"), checks=[CheckKind.UNSET_SOURCE])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def article(desk: World) -> int:
    """Sent back with a remark, changed, and submitted again: one check's finding is open."""
    number, review = await make_review(desk, by(5), title="老街<亮灯>", blocks=BLOCKS)
    remarks = [Remark("b1", "应为“安装”"), Remark("", "题目再改")]
    no = decisions.Decision(approves=False, revision=1, opinion="有错\n请改", remarks=remarks)
    await decisions.decide(by(6, 1), review, no)
    text = [{"text": "一百名志愿者为老街安装路灯。"}]
    changes = articles.ArticleChanges(blocks=[{**BLOCKS[0], "text": text}, BLOCKS[1]])
    await articles.update(by(5, 2), number, 1, changes)
    await articles.submit_for_review(by(5, 3), number, 2)
    return number


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sheet(article: int) -> Sheet:
    record = await record_of(article)
    assert record is not None
    return sheet_of(record, zone=UTC, language="zh")


async def fetched(opened: Graph, desk: World, path: str) -> Response:
    act = Act(EDITOR.viewer, datetime.now(UTC))
    place = desk.organization_id
    _, token = await tokens.create(act, "analyst", Role.ANALYST, None, organization_id=place)
    headers = {"accept-language": "zh", "authorization": f"Bearer {token}"}
    return await call(opened.app, "GET", path, headers=headers)


def letters(text: str) -> str:
    """Without white space: where lines break is each form's own."""
    return re.sub(r"\s", "", text)


async def test_it_says_what_the_page_says(opened: Graph, desk: World, article: int) -> None:
    page = await fetched(opened, desk, f"/articles/{article}/record")
    pdf = await fetched(opened, desk, f"/articles/{article}/record.pdf")
    assert (pdf.status, pdf.headers["content-type"]) == (200, "application/pdf")
    name = f'inline; filename="Article-{article}.pdf"'
    assert pdf.headers["content-disposition"] == name
    shown = page.body.decode()
    assert f'href="/articles/{article}/record.pdf"' in shown
    main = unescape(re.sub(r"<[^>]+>", "", shown.partition("<main>")[2].partition("</main>")[0]))
    (only,) = PdfReader(io.BytesIO(pdf.body)).pages
    title = f"审稿记录 · 老街<亮灯> Article:{article}"
    printed = only.extract_text().replace("–", "")
    assert letters(printed) == letters(f"{title}{main}1 / 1")
    for told in ("龘靐*notbold*#let$x$<b>&amp;", "[b1]应为“安装”", "题目再改", "未注明来源"):
        assert told in letters(printed)


async def test_who_may_not_read_it_finds_nothing(opened: Graph, article: int) -> None:
    answer = await call(opened.app, "GET", f"/articles/{article}/record.pdf")
    assert answer.status == 404
    assert (await call(opened.app, "GET", "/articles/999/record.pdf")).status == 404


async def test_the_same_record_is_the_same_bytes(sheet: Sheet) -> None:
    assert record_pdf(sheet) == record_pdf(replace(sheet))


async def test_it_names_itself(sheet: Sheet) -> None:
    made = PdfReader(io.BytesIO(record_pdf(sheet)))
    assert made.metadata is not None
    assert (made.metadata.title, made.metadata.author) == ("审稿记录 · 老街<亮灯>", "编辑部")
    root: Any = made.trailer["/Root"]
    assert (root["/Lang"], "/StructTreeRoot" in root) == ("zh", True)
    resources: Any = made.pages[0]["/Resources"]
    fonts = [font.get_object() for font in resources["/Font"].values()]
    described = [font["/DescendantFonts"][0]["/FontDescriptor"] for font in fonts]
    assert all("NotoSansSC" in each["/FontName"] and "/FontFile3" in each for each in described)


async def test_many_pages_are_numbered_and_each_has_the_heads(sheet: Sheet) -> None:
    row = Row("2026-03-01 12:00:00", ("送审",), "赵主任", ("一" * 300,), (Line("-", "旧"),))
    long = replace(sheet, rows=(row,) * 60)
    pages = PdfReader(io.BytesIO(record_pdf(long))).pages
    assert len(pages) > 3
    for number, page in enumerate(pages, start=1):
        text = page.extract_text()
        assert text.rstrip().endswith(f"{number} / {len(pages)}")
        assert "意见与修改" in text
    printed = "".join(letters(page.extract_text()) for page in pages)
    assert printed.count("赵主任") == 60
