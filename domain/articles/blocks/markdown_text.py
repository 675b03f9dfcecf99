"""Texts in Markdown. Marks are written with its own signs where these are sure to be read as such,
else as HTML."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from domain.articles.blocks.html_out import TAGS
from domain.articles.blocks.shapes import Mark, Span, Text

SPECIAL = re.compile(r"([\\`*_\[\]<>~|#]|&(?=[#A-Za-z])|!$)")
STARTS = re.compile(r"^(?:([-+=:])|(\d{1,9})([.)]))")
"""What would begin a list, a heading's underline or a table's at the start of a line."""

IN_ADDRESS = re.compile(r"([&<>\\])")
EDGES = re.compile(r"^[^\S ]+|[^\S ]+$")
SIGNS: dict[Mark, str] = {"strong": "**", "em": "*", "strike": "~~"}


def address(url: str) -> str:
    return "<" + IN_ADDRESS.sub(r"\\\1", url) + ">"


def escaped(text: str) -> str:
    """Words of one line that mean only themselves."""
    return guarded(SPECIAL.sub(r"\\\1", text))


def guarded(text: str) -> str:
    """White space other than spaces is spelled out at the ends, where readers take it away."""
    return EDGES.sub(lambda found: "".join(f"&#{ord(letter)};" for letter in found[0]), text)


def lines_of(text: Text) -> list[str]:
    """Each but the last ends with a break."""
    lines = "".join(_spans(text)).split("\n")
    started = [STARTS.sub(_unstarted, line) for line in lines]
    return [f"{line}\\" for line in started[:-1]] + started[-1:]


def _unstarted(found: re.Match[str]) -> str:
    return f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}"


def line_of(text: Text) -> str:
    """On one line, breaks as HTML."""
    return "".join(_spans(text)).replace("\n", "<br>")


def _spans(text: Text) -> Iterator[str]:
    """Signs stand alone: beside other signs it would be unclear which belong together."""
    for at, span in enumerate(text):
        around = [*text[max(0, at - 1) : at], *text[at + 1 : at + 2]]
        has_room = not any(SIGNS.keys() & set(other.marks) for other in around)
        yield _span(span, has_room)


def _span(span: Span, has_room: bool) -> str:
    written = _marked(span, has_room)
    if not span.link:
        return written
    return f"[{written}]({address(span.link)})"


def _marked(span: Span, has_room: bool) -> str:
    words = "\n".join(map(escaped, span.text.split("\n")))
    if span.marks == ("code",) and _is_plain_code(span.text):
        return f"`{span.text}`"
    sign = SIGNS.get(span.marks[0]) if len(span.marks) == 1 else None
    if sign and has_room and _is_letter(span.text[0]) and _is_letter(span.text[-1]):
        return f"{sign}{words}{sign}"
    for mark in reversed(span.marks):
        words = f"<{TAGS[mark]}>{words}</{TAGS[mark]}>"
    return words


def _is_letter(letter: str) -> bool:
    """Neither white space nor punctuation, by which CommonMark tells whether a sign is one."""
    return unicodedata.category(letter)[0] in "LN"


def _is_plain_code(text: str) -> bool:
    return "`" not in text and "\n" not in text and text == text.strip() and "|" not in text
