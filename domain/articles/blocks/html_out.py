"""A body as HTML. Whatever stands in a block is escaped; the whole still passes the sanitiser."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from domain.articles.blocks.media_places import place_of
from domain.articles.blocks.shapes import (
    Attachment,
    Audio,
    Block,
    Embed,
    Gallery,
    Heading,
    Image,
    Item,
    List,
    Mark,
    Nested,
    Paragraph,
    Picture,
    Quote,
    Span,
    Table,
    Text,
    Video,
)

TAGS: dict[Mark, str] = {
    "strong": "strong",
    "em": "em",
    "underline": "u",
    "strike": "s",
    "code": "code",
    "sub": "sub",
    "sup": "sup",
}


def to_html(blocks: Iterable[Block]) -> str:
    return "".join(map(block_html, blocks))


def block_html(block: Block) -> str:
    """On one line, so that it may also stand in Markdown."""
    match block:
        case Paragraph(text=text):
            return _element("p", text_html(text))
        case Heading(text=text, level=level):
            return _element(f"h{level}", text_html(text))
        case List():
            return _list(block)
        case Quote(text=text, source=source):
            cited = _element("cite", escape(source, quote=False)) if source else ""
            return _element("blockquote", _element("p", text_html(text)) + cited)
        case Image(caption=caption):
            return _figure("image", _image(block), caption)
        case Gallery(images=images, caption=caption):
            pictures = (_figure("image", _image(image), image.caption) for image in images)
            return _figure("gallery", "".join(pictures), caption)
        case Video() | Audio():
            return _player(block)
        case Table():
            return _table(block)
        case Embed(url=url, title=title, caption=caption):
            return _figure("embed", _link(escape(title or url, quote=False), url), caption)
        case Attachment(name=name):
            shown = _element("a", escape(name, quote=False), _at("href", block))
            return _figure("attachment", shown, "")


def text_html(text: Text) -> str:
    return "".join(map(_span, text))


def _span(span: Span) -> str:
    html = escape(span.text, quote=False).replace("\n", "<br>")
    for mark in reversed(span.marks):
        html = _element(TAGS[mark], html)
    return _link(html, span.link) if span.link else html


def _link(html: str, url: str) -> str:
    return _element("a", html, _attribute("href", url))


def _list(block: List | Nested) -> str:
    start = _attribute("start", str(block.start)) if block.start != 1 else ""
    items = "".join(map(_item, block.items))
    return _element("ol" if block.ordered else "ul", items, start)


def _item(item: Item) -> str:
    return _element("li", text_html(item.text) + (_list(item.nested) if item.nested else ""))


def _image(image: Image | Picture) -> str:
    return f"<img{_at('src', image)}{_attribute('alt', image.alt)}>"


def _player(block: Video | Audio) -> str:
    poster = block.poster if isinstance(block, Video) else ""
    shown = _attribute("poster", place_of(poster)) if poster else ""
    name = "video" if isinstance(block, Video) else "audio"
    return _figure(
        name, _element(name, "", f' controls=""{_at("src", block)}{shown}'), block.caption
    )


def _table(block: Table) -> str:
    caption = _element("caption", escape(block.caption, quote=False)) if block.caption else ""
    head = _element("thead", _row(block.rows[0], "th")) if block.header else ""
    rest = block.rows[1:] if block.header else block.rows
    rows = _element("tbody", "".join(_row(row, "td") for row in rest)) if rest else ""
    return _element("table", caption + head + rows)


def _row(row: tuple[Text, ...], cell: str) -> str:
    return _element("tr", "".join(_element(cell, text_html(text)) for text in row))


def _figure(kind: str, html: str, caption: str) -> str:
    said = _element("figcaption", escape(caption, quote=False)) if caption else ""
    return _element("figure", html + said, _attribute("data-block", kind))


def _at(name: str, shown: Image | Picture | Video | Audio | Attachment) -> str:
    return _attribute(name, place_of(shown.media) if shown.media else shown.url)


def _element(name: str, html: str, attributes: str = "") -> str:
    return f"<{name}{attributes}>{html}</{name}>"


def _attribute(name: str, value: str) -> str:
    return f' {name}="{escape(value)}"'
