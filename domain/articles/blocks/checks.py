"""What a body may be: checked block by block, each fault named with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from domain import text
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
    Nested,
    Paragraph,
    Picture,
    Quote,
    Span,
    Table,
    Text,
    Video,
)
from domain.articles.blocks.spans import tidy
from domain.ids import parse_id
from domain.problems import Invalid
from domain.web_addresses import web_address

Path = tuple[str, ...]

MOST_BLOCKS = 1_000
MOST_SPANS = 1_000
MOST_ITEMS = 500
MOST_CELLS = 5_000
MOST_PICTURES = 100
DEEPEST_LIST = 4
LONGEST_TEXT = 50_000
LONGEST_LINE = 1_000
LONGEST_URL = 2_000
HIGHEST_START = 999_999_999
"""The most CommonMark takes for a list's first number."""

ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
PLACE = re.compile(r"\.([a-z_]+)|\[(\d+)\]")
LINK_SCHEMES = {"", "http", "https", "mailto"}

Shows = TypeVar("Shows", Image, Picture, Video, Audio, Attachment)


def check_blocks(given: Any, *, path: Path = ("blocks",)) -> tuple[Block, ...]:
    """Blocks in their one form; whoever has no id yet stays without. Raises Invalid."""
    try:
        blocks = msgspec.convert(given, tuple[Block, ...])
    except msgspec.ValidationError as error:
        raise _misshapen(str(error), path) from None
    _at_most(len(blocks), MOST_BLOCKS, "blocks", path)
    _check_ids(blocks, path)
    return tuple(_checked(block, (*path, str(at))) for at, block in enumerate(blocks))


def _misshapen(message: str, path: Path) -> Invalid:
    """What msgspec says, with its place as a path: "Expected `str`, got `int` - at `$[3].id`"."""
    said, _, place = message.partition(" - at `$")
    steps = [name or number for name, number in PLACE.findall(place)]
    return Invalid(said[:1].lower() + said[1:], path=(*path, *steps), code="INVALID_BLOCK")


def _check_ids(blocks: Iterable[Block], path: Path) -> None:
    seen: set[str] = set()
    for at, block in enumerate(blocks):
        place = (*path, str(at), "id")
        if block.id and not ID.fullmatch(block.id):
            raise Invalid(
                "a block's id is 1 to 40 letters, digits, - and _", path=place, code="INVALID_ID"
            )
        if block.id in seen:
            raise Invalid("another block has this id", path=place, code="REPEATED")
        seen |= {block.id} - {""}


def _checked(block: Block, path: Path) -> Block:
    match block:
        case Paragraph():
            return replace(block, text=_text(block.text, (*path, "text")))
        case Heading():
            _within(block.level, 2, 6, (*path, "level"))
            return replace(block, text=_text(block.text, (*path, "text")))
        case List():
            items = _items(block, path, 1)
            return replace(block, items=items, start=_start(block, path))
        case Quote():
            quoted = _text(block.text, (*path, "text"))
            return replace(block, text=quoted, source=_line(block.source, (*path, "source")))
        case Gallery():
            return _gallery(block, path)
        case Table():
            return _table(block, path)
        case Embed():
            return _embed(block, path)
        case Attachment():
            return _showing(replace(block, name=_line(block.name, (*path, "name"), True)), path)
        case Video():
            poster = _media(block.poster, "poster", path)
            return _showing(replace(_captioned(block, path), poster=poster), path)
        case Audio():
            return _showing(_captioned(block, path), path)
        case Image():
            return _picture(block, path)


def _text(spans: Text, path: Path) -> Text:
    """Raises Invalid for one in which nothing is to be seen."""
    found = _text_or_nothing(spans, path)
    if not found:
        raise Invalid("the text is empty", path=path, code="EMPTY")
    return found


def _text_or_nothing(spans: Text, path: Path) -> Text:
    _at_most(len(spans), MOST_SPANS, "spans", path)
    for at, span in enumerate(spans):
        _check_span(span, (*path, str(at)))
    found = tidy(spans)
    _at_most(sum(len(span.text) for span in found), LONGEST_TEXT, "characters", path)
    return found


def _check_span(span: Span, path: Path) -> None:
    text.prose(span.text, path=(*path, "text"), longest=LONGEST_TEXT)
    if span.link:
        check_link(span.link, (*path, "link"))


def check_link(link: str, path: Path) -> None:
    """Where a link may lead: the web, a mail address, a place of this site. Raises Invalid."""
    known = text.line(link, path=path, longest=LONGEST_URL)
    try:
        scheme = urlsplit(known).scheme
    except ValueError:
        scheme = "unknown"
    if scheme not in LINK_SCHEMES or known != link or re.search(r"[\s\\<>]", link):
        raise Invalid(
            "a link leads to https://, http://, mailto: or a place of this site",
            path=path,
            code="INVALID_URL",
        )


def _items(block: List | Nested, path: Path, depth: int) -> tuple[Item, ...]:
    if depth > DEEPEST_LIST:
        raise Invalid(f"lists stand {DEEPEST_LIST} deep at most", path=path, code="TOO_DEEP")
    place = (*path, "items")
    _some(block.items, MOST_ITEMS, "items", place)
    return tuple(_item(item, (*place, str(at)), depth) for at, item in enumerate(block.items))


def _item(item: Item, path: Path, depth: int) -> Item:
    found = _text(item.text, (*path, "text"))
    if item.nested is None:
        return replace(item, text=found)
    place = (*path, "nested")
    items, start = _items(item.nested, place, depth + 1), _start(item.nested, place)
    return replace(item, text=found, nested=replace(item.nested, items=items, start=start))


def _start(block: List | Nested, path: Path) -> int:
    """What does not count starts at 1."""
    _within(block.start, 0, HIGHEST_START, (*path, "start"))
    return block.start if block.ordered else 1


def _gallery(block: Gallery, path: Path) -> Gallery:
    place = (*path, "images")
    _some(block.images, MOST_PICTURES, "images", place)
    images = tuple(_picture(image, (*place, str(at))) for at, image in enumerate(block.images))
    return replace(block, images=images, caption=_line(block.caption, (*path, "caption")))


Pictured = TypeVar("Pictured", Image, Picture)


def _picture(image: Pictured, path: Path) -> Pictured:
    alt = _line(image.alt, (*path, "alt"))
    caption = _line(image.caption, (*path, "caption"))
    return _showing(replace(image, alt=alt, caption=caption), path)


def _table(block: Table, path: Path) -> Table:
    place = (*path, "rows")
    width = len(block.rows[0]) if block.rows else 0
    _some(block.rows, MOST_CELLS, "rows", place)
    _some(block.rows[0], MOST_CELLS // len(block.rows), "cells in a row", (*place, "0"))
    for at, row in enumerate(block.rows):
        if len(row) != width:
            raise Invalid(
                f"this row has {len(row)} cells, the first has {width}",
                path=(*place, str(at)),
                code="UNEVEN",
            )
    rows = tuple(
        tuple(
            _text_or_nothing(cell, (*place, str(at), str(across)))
            for across, cell in enumerate(row)
        )
        for at, row in enumerate(block.rows)
    )
    return replace(block, rows=rows, caption=_line(block.caption, (*path, "caption")))


def _embed(block: Embed, path: Path) -> Embed:
    url = web_address(block.url, path=(*path, "url"), longest=LONGEST_URL)
    if not url:
        raise Invalid("there is no address", path=(*path, "url"), code="EMPTY")
    title = _line(block.title, (*path, "title"))
    caption = _line(block.caption, (*path, "caption"))
    return replace(block, url=url, title="" if title == url else title, caption=caption)


Captioned = TypeVar("Captioned", Video, Audio)


def _captioned(block: Captioned, path: Path) -> Captioned:
    return replace(block, caption=_line(block.caption, (*path, "caption")))


def _showing(block: Shows, path: Path) -> Shows:
    """What stands for one file names it in one way."""
    media = _media(block.media, "media", path)
    url = web_address(block.url, path=(*path, "url"), longest=LONGEST_URL)
    if bool(media) == bool(url):
        raise Invalid("give either `media` or `url`", path=path, code="INVALID_BLOCK")
    return replace(block, media=media, url=url)


def _media(id_: str, name: str, path: Path) -> str:
    if id_:
        parse_id(id_, "Media", path=(*path, name))
    return id_


def _line(value: str, path: Path, required: bool = False) -> str:
    """One line, its white space in one form."""
    return text.line(" ".join(value.split()), path=path, longest=LONGEST_LINE, required=required)


def _some(things: tuple[object, ...], most: int, what: str, path: Path) -> None:
    if not things:
        raise Invalid(f"there are no {what}", path=path, code="EMPTY")
    _at_most(len(things), most, what, path)


def _at_most(number: int, most: int, what: str, path: Path) -> None:
    if number > most:
        raise Invalid(f"there are {number} {what}, {most} are the most", path=path, code="TOO_MANY")


def _within(number: int, least: int, most: int, path: Path) -> None:
    if not least <= number <= most:
        raise Invalid(
            f"this is from {least} to {most}, not {number}", path=path, code="OUT_OF_RANGE"
        )
