"""HTML as blocks: what blocks can hold is kept, of everything else the words.

The HTML is cleaned first, by the sanitiser, which also makes a tree of what no longer is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from domain.articles.blocks.checks import LONGEST_URL, check_blocks
from domain.articles.blocks.inline import is_inline, pieces, text_of
from domain.articles.blocks.lists_in import list_of
from domain.articles.blocks.media_places import media_at
from domain.articles.blocks.shapes import (
    Attachment,
    Audio,
    Block,
    Embed,
    Gallery,
    Heading,
    Image,
    Paragraph,
    Picture,
    Quote,
    Span,
    Video,
    stored,
)
from domain.articles.blocks.spans import tidy
from domain.articles.blocks.tables_in import table_of
from domain.articles.blocks.tree import Element, tree_of
from domain.articles.html import sanitise
from domain.problems import Invalid
from domain.web_addresses import web_address


def from_html(html: str, *, path: tuple[str, ...] = ("body",)) -> tuple[Block, ...]:
    """Raises Invalid for what is no text, or more than a body may hold."""
    tree = tree_of(sanitise(html, path=path))
    try:
        return check_blocks(stored(tuple(_blocks(tree.children))))
    except Invalid as fault:
        place = ".".join(fault.path)
        raise Invalid(f"{place}: {fault.message}", path=path, code=fault.code) from fault


def _blocks(children: Iterable[Element | str]) -> Iterator[Block]:
    """What stands between two blocks is a paragraph of its own."""
    waiting: list[Element | str] = []
    for child in children:
        if is_inline(child):
            waiting.append(child)
            continue
        yield from _paragraphs(waiting)
        waiting = []
        assert isinstance(child, Element)
        yield from READERS.get(child.tag, _inside)(child)
    yield from _paragraphs(waiting)


def _inside(element: Element) -> Iterator[Block]:
    return _blocks(element.children)


def _paragraphs(children: Iterable[Element | str]) -> Iterator[Block]:
    """Text up to the next image is one paragraph; two line breaks begin another."""
    for piece in pieces(children):
        if isinstance(piece, Element):
            yield from _image(piece)
        elif text := tidy(piece):
            yield Paragraph(text=text)


def _heading(element: Element) -> Iterator[Block]:
    level = max(2, int(element.tag[1]))
    for piece in pieces(element.children):
        if isinstance(piece, Element):
            yield from _image(piece)
        elif text := tidy(piece):
            yield Heading(level=level, text=text)


def _list(element: Element) -> Iterator[Block]:
    found = list_of(element)
    if found is not None:
        yield found


def _quote(element: Element) -> Iterator[Block]:
    """A <cite> of its own, not within a line, says whose words they are."""
    cited = [child for child in element.children if _cites(child)]
    words = [child for child in element.children if not _cites(child)]
    source = Element("", children=cited).words()
    if text := tidy(text_of(words)):
        yield Quote(text=text, source=source)
    elif source:
        yield Paragraph(text=(Span(source),))


def _cites(child: Element | str) -> bool:
    """Whether it is a <cite>, or a paragraph of nothing else."""
    if not isinstance(child, Element) or child.tag != "p":
        return _is(child, "cite")
    within = [inner for inner in child.children if not isinstance(inner, str) or inner.strip()]
    return len(within) == 1 and _is(within[0], "cite")


def _is(child: Element | str, tag: str) -> bool:
    return isinstance(child, Element) and child.tag == tag


def _figure(element: Element) -> Iterator[Block]:
    captions = list(element.elements("figcaption", "figure"))
    caption = " ".join(found.words() for found in captions if found.tag == "figcaption")
    images = list(element.elements("img"))
    kind = element.attributes.get("data-block", "")
    links = list(element.elements("a"))
    if kind in ("attachment", "embed") and links:
        yield from _linked(kind, links[0], caption)
    elif kind == "gallery" or len(images) > 1:
        yield from _gallery(element, caption)
    elif images:
        yield from _image(images[0], caption)
    else:
        rest = [child for child in element.children if not _is(child, "figcaption")]
        found = list(_blocks(rest))
        yield from found[:-1]
        yield from _captioned(found[-1:], caption)


def _captioned(blocks: list[Block], caption: str) -> Iterator[Block]:
    """The last block of a figure, with what is said below it."""
    match blocks:
        case [Video(media=media, url=url, poster=poster)]:
            yield Video(media=media, url=url, poster=poster, caption=caption)
        case [Audio(media=media, url=url)]:
            yield Audio(media=media, url=url, caption=caption)
        case _:
            yield from blocks
            if caption:
                yield Paragraph(text=(Span(caption),))


def _linked(kind: str, link: Element, caption: str) -> Iterator[Block]:
    href, words = link.attributes.get("href", ""), link.words()
    media, url = _shown(href)
    if kind == "attachment" and (media or url):
        yield Attachment(name=words or href, media=media, url=url)
    elif kind == "embed" and url:
        yield Embed(url=url, title="" if words == href else words, caption=caption)
    else:
        yield from _paragraphs([link])


def _gallery(element: Element, caption: str) -> Iterator[Block]:
    pictures = []
    for part in element.elements("figure", "img"):
        (image,) = list(part.elements("img"))[:1] if part.tag == "figure" else [part]
        said = " ".join(found.words() for found in part.elements("figcaption"))
        media, url = _shown(image.attributes.get("src", ""))
        if media or url:
            said = said or " ".join(image.attributes.get("title", "").split())
            alt = image.attributes.get("alt", "")
            pictures.append(Picture(media=media, url=url, alt=alt, caption=said))
    if pictures:
        yield Gallery(images=tuple(pictures), caption=caption)


def _image(element: Element, caption: str = "") -> Iterator[Block]:
    media, url = _shown(element.attributes.get("src", ""))
    if media or url:
        said = caption or element.attributes.get("title", "")
        alt = element.attributes.get("alt", "")
        yield Image(media=media, url=url, alt=alt, caption=said)


def _video(element: Element) -> Iterator[Block]:
    media, url = _shown(element.attributes.get("src", ""))
    if media or url:
        poster = media_at(element.attributes.get("poster", ""))
        yield Video(media=media, url=url, poster=poster)


def _audio(element: Element) -> Iterator[Block]:
    media, url = _shown(element.attributes.get("src", ""))
    if media or url:
        yield Audio(media=media, url=url)


def _shown(address: str) -> tuple[str, str]:
    """Of the library, or elsewhere on the web; neither for what is found nowhere."""
    media = media_at(address)
    if media:
        return media, ""
    try:
        return "", web_address(address, path=(), longest=LONGEST_URL)
    except Invalid:
        return "", ""


def _table(element: Element) -> Iterator[Block]:
    found = table_of(element)
    if found is not None:
        yield found


READERS: dict[str, Callable[[Element], Iterator[Block]]] = {
    "p": _inside,
    **{f"h{level}": _heading for level in range(1, 7)},
    "ul": _list,
    "ol": _list,
    "blockquote": _quote,
    "figure": _figure,
    "img": _image,
    "video": _video,
    "audio": _audio,
    "table": _table,
}
