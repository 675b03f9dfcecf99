"""Each format articles come in, and what strangers may send in its name."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.articles.blocks import loaded, to_plain
from domain.articles.imports.found import Found, Rejected, Unreadable
from domain.articles.imports.plan import planned
from domain.articles.imports.sources import Format, format_of, read
from tests.sources import (
    ATOM,
    MARKDOWN,
    NOWHERE,
    PAGE,
    PARAGRAPHS,
    RSS,
    WXR,
    adoption,
    found,
    markdown_of,
    word,
)


def test_rss() -> None:
    first, second, untitled, unnamed = found("feed", RSS)
    assert isinstance(first, Found)
    assert (first.source_id, first.title, first.author) == ("g-1", "社区 & 花园", "张三")
    assert (first.category, first.tags) == (("社会",), ("社会", "志愿"))
    assert (first.summary, first.source_url) == ("摘要一句", "https://e.org/1")
    assert first.published_at == datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
    assert markdown_of(first) == "第一段\n\n## 小标题"
    assert isinstance(second, Found)
    assert (second.source_id, second.summary) == ("https://e.org/2", "")
    assert markdown_of(second) == "全文在此"
    assert untitled == Rejected("g-3", "it has no title")
    assert unnamed == Rejected("entry 4", "it has neither an id nor an address")


def test_atom() -> None:
    (entry,) = found("x", ATOM)
    assert isinstance(entry, Found)
    assert (entry.source_id, entry.author, entry.language) == ("urn:1", "Ann", "en")
    assert (entry.source_url, entry.tags) == ("https://e.org/a", ("news",))
    assert markdown_of(entry) == "Hi *all*"


def test_wordpress() -> None:
    classic, blocks, binned = found("export.xml", WXR)
    assert isinstance(classic, Found)
    assert (classic.source_id, classic.author, classic.summary) == ("post-7", "li", "提要")
    assert (classic.category, classic.tags) == (("新闻", "要闻"), ("文明",))
    assert classic.published_at == datetime(2020, 5, 4, 1, 2, 3, tzinfo=UTC)
    assert classic.notes == ("shortcode [gallery] left out",)
    assert isinstance(classic, Found)
    plain = to_plain(loaded(planned(classic, adoption(NOWHERE)).new.blocks))
    assert plain.split() == ["第一段", "还是第一段", "第二段"]
    assert markdown_of(blocks) == "一"
    assert binned == Rejected("post 9", "it is trash there")


def test_a_page_without_what_stands_around_its_article() -> None:
    (page,) = found("page.html", PAGE)
    assert isinstance(page, Found)
    assert (page.title, page.summary, page.language) == ("题目", "描述", "zh-CN")
    assert page.source_id == page.source_url == "https://news.example.org/1.html"
    plan = planned(page, adoption(NOWHERE))
    assert to_plain(loaded(plan.new.blocks)).split() == [
        part for text in PARAGRAPHS for part in text.split()
    ]


def test_markdown_with_front_matter() -> None:
    (page,) = found("a/花园.md", MARKDOWN)
    assert isinstance(page, Found)
    assert (page.source_id, page.title, page.author) == ("a/花园.md", "花园", "张三")
    assert (page.category, page.tags) == (("社会",), ("志愿", "社区"))
    assert page.published_at == datetime(2026, 3, 2, tzinfo=UTC)
    assert markdown_of(page) == "正文 **重点**\n\n- 一\n- 二"
    (headed,) = found("b.md", "# 题\n\n文")
    assert isinstance(headed, Found)
    assert (headed.title, markdown_of(headed)) == ("题", "文")
    assert found("c.md", "文") == [
        Rejected("c.md", "it has no title: neither in its front matter nor as a heading")
    ]


def test_word() -> None:
    (page,) = found("稿.docx", word())
    assert isinstance(page, Found)
    assert (page.title, page.author) == ("文稿标题", "李四")
    text = markdown_of(page)
    assert "## 小标题" in text
    assert "正文**加粗**" in text
    assert "- 一\n- 二" in text
    assert "甲" in text


# what strangers may send

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 if n > 1 else str()};" * 10}">' for n in range(1, 9))
    + "]><rss><channel><item><guid>1</guid><title>&a8;</title></item></channel></rss>"
)
FILE = (
    '<?xml version="1.0"?>' + "<!-- " + "x" * 5000 + " -->"
    '<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    "<rss><channel><item><guid>1</guid><title>a&f;b</title></item></channel></rss>"
)


def zip_bomb() -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"")
        archive.writestr("word/document.xml", bytes(201 * 2**20))
    return into.getvalue()


@pytest.mark.parametrize(
    ("content", "format_"),
    [
        (BOMB.encode(), Format.FEED),
        (zip_bomb(), Format.DOCX),
        (b"PK\x03\x04broken", Format.DOCX),
        (b"<rss><channel>", Format.FEED),
        (b"<html/>", Format.FEED),
        (RSS.encode(), Format.WORDPRESS),
        (b"\xff\xfe\x00", Format.TEXT),
        (b"---\na: [\n---\n", Format.MARKDOWN),
    ],
)
def test_what_cannot_be_read_is_told_and_costs_little(content: bytes, format_: Format) -> None:
    begun_at = time.process_time()
    with pytest.raises(Unreadable):
        list(read("x", content, format_))
    assert time.process_time() - begun_at < 3


def test_no_file_is_read_for_an_entity() -> None:
    (item,) = found("x", FILE)
    assert isinstance(item, Found)
    assert item.title == "a&f;b"


@given(st.binary(max_size=400), st.sampled_from(Format))
def test_any_bytes_are_read_or_refused(content: bytes, format_: Format) -> None:
    try:
        for item in read("x.md", content, format_):
            assert isinstance(item, Found | Rejected)
    except Unreadable:
        return


@pytest.mark.parametrize(
    ("name", "content", "format_"),
    [
        ("x", RSS, Format.FEED),
        ("x.rss", ATOM, Format.FEED),
        ("x.xml", WXR, Format.WORDPRESS),
        ("x", PAGE, Format.HTML),
        ("x.md", MARKDOWN, Format.MARKDOWN),
        ("x.txt", "文", Format.TEXT),
        ("x", "文", Format.TEXT),
    ],
)
def test_formats_are_told_apart(name: str, content: str, format_: Format) -> None:
    assert format_of(name, content.encode()) is format_
