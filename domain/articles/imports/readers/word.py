"""DOCX: headings, paragraphs, lists, tables, links and pictures; of everything else the words."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from html import escape
from typing import Any

from docx import Document
from docx.oxml.exceptions import InvalidXmlError
from docx.table import Table
from docx.text.hyperlink import Hyperlink
from docx.text.paragraph import Paragraph

from domain.articles.imports.found import Found, Item, Rejected, Unreadable
from domain.articles.imports.readers.word_pictures import Pictures, pictures_in

MOST_UNPACKED = 200 * 2**20
MOST_MEMBERS = 5_000
LIST_STYLES = {"List Bullet": "ul", "List Paragraph": "ul", "List Number": "ol"}
QUOTES = ("Quote", "Intense Quote")
BROKEN = (KeyError, ValueError, OSError, InvalidXmlError, zipfile.BadZipFile, NotImplementedError)


def read_word(content: bytes) -> Iterator[Item]:
    """The title is the document's own, else its first paragraph. Pictures within tables are left
    out, and said to be."""
    _check_size(content)
    try:
        document = Document(io.BytesIO(content))
        blocks = list(document.iter_inner_content())
        there = pictures_in(document)
    except BROKEN:
        raise Unreadable("this is no DOCX document") from None
    title, rest = _titled(document, blocks)
    if not title:
        yield Rejected("the document", "it is empty")
        return
    pictures = Pictures()
    body = "".join(_html(rest, pictures))
    left_out = there - len(pictures.files)
    core = document.core_properties
    yield Found(
        source_id=hashlib.sha256(content).hexdigest(),
        title=title[:300],
        body=body,
        author=core.author or "",
        pictures=pictures.files,
        notes=(f"{left_out} pictures left out",) if left_out else (),
    )


def _check_size(content: bytes) -> None:
    """By the package's directory, before anything is unpacked. Raises Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            members = package.infolist()
    except BROKEN:
        raise Unreadable("this is no DOCX document") from None
    unpacked = sum(member.file_size for member in members)
    if len(members) > MOST_MEMBERS or unpacked > MOST_UNPACKED:
        raise Unreadable("the document is too large when it is unpacked")


def _titled(document: Any, blocks: list[Any]) -> tuple[str, list[Any]]:
    """A paragraph in the style Title, or the first with text; and what follows it."""
    texts = [block for block in blocks if isinstance(block, Paragraph) and block.text.strip()]
    named = [block for block in texts if _style(block) == "Title"]
    found = (named or texts)[:1]
    if not found:
        return "", []
    place = next(at for at, block in enumerate(blocks) if block is found[0])
    return " ".join(found[0].text.split()), blocks[:place] + blocks[place + 1 :]


def _style(paragraph: Paragraph) -> str:
    return (paragraph.style.name if paragraph.style is not None else "") or ""


def _html(blocks: list[Any], pictures: Pictures) -> Iterator[str]:
    """Paragraphs of a list that stand together become one; a picture takes its caption along."""
    within = ""
    captioned = None
    for block, after in zip(blocks, [*blocks[1:], None], strict=True):
        if block is captioned:
            continue
        kind = LIST_STYLES.get(_style(block), "") if isinstance(block, Paragraph) else ""
        if kind != within:
            yield f"</{within}>" if within else ""
            yield f"<{kind}>" if kind else ""
            within = kind
        if isinstance(block, Table):
            yield _table(block)
        elif _is_caption(after) and not block.text.strip() and (shown := _inline(block, pictures)):
            captioned = after
            caption = escape(after.text, quote=False)
            yield f"<figure>{shown}<figcaption>{caption}</figcaption></figure>"
        else:
            yield _paragraph(block, within, pictures)
    yield f"</{within}>" if within else ""


def _is_caption(block: Any) -> bool:
    return isinstance(block, Paragraph) and _style(block) == "Caption"


def _paragraph(paragraph: Paragraph, within: str, pictures: Pictures) -> str:
    text = _inline(paragraph, pictures)
    if not text.strip():
        return ""
    if within:
        return f"<li>{text}</li>"
    style = _style(paragraph)
    if style.startswith("Heading ") and style[8:].isdecimal():
        level = min(6, int(style[8:]) + 1)
        return f"<h{level}>{text}</h{level}>"
    if style in QUOTES:
        return f"<blockquote><p>{text}</p></blockquote>"
    return f"<p>{text}</p>"


def _inline(paragraph: Paragraph, pictures: Pictures) -> str:
    def run_of(run: Any) -> str:
        return _run(run) + pictures.html(run)

    parts = []
    for part in paragraph.iter_inner_content():
        if isinstance(part, Hyperlink):
            inner = "".join(map(run_of, part.runs))
            parts.append(f'<a href="{escape(part.url)}">{inner}</a>' if part.url else inner)
        else:
            parts.append(run_of(part))
    return "".join(parts)


def _run(run: Any) -> str:
    text = escape(run.text, quote=False).replace("\n", "<br>").replace("\t", " ")
    if not text:
        return ""
    for wanted, tag in ((run.bold, "strong"), (run.italic, "em"), (run.underline, "u")):
        text = f"<{tag}>{text}</{tag}>" if wanted else text
    return text


def _table(table: Table) -> str:
    rows = (
        "".join(f"<td>{escape(cell.text, quote=False)}</td>" for cell in row.cells)
        for row in table.rows
    )
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
