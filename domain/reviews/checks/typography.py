"""How Chinese is set: punctuation of full width, no spaces between Chinese letters, one way of
spacing foreign words. After GB/T 15834-2011 (punctuation); spacing is a house's own to choose, so
only a mixture is found. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
FULL = dict(zip(",;:!?()", "，；：！？（）", strict=True))

HALF_WIDTH = re.compile(f"(?<=[{HAN}])[,;:!?()]|[,;:!?()](?=[{HAN}])|(?<=[{HAN}])\\.(?=[{HAN}]|$)")
SPACED = re.compile(f"[{HAN}][ \u3000]+[{HAN}]")
REPEATED = re.compile("([，。、；：])\\1+")
WIDE = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]+")
APART = re.compile(f"[{HAN}] [A-Za-z0-9]|[A-Za-z0-9] [{HAN}]")
TOGETHER = re.compile(f"[{HAN}][A-Za-z0-9]|[A-Za-z0-9][{HAN}]")
AROUND = 6


def faults(text: str) -> Iterator[tuple[str, str, str]]:
    """Where, what is wrong, what should stand there instead."""
    for found in HALF_WIDTH.finditer(text):
        mark = FULL.get(found[0], "。")
        yield _around(text, found), f"“{found[0]}” beside Chinese is set full-width", mark
    for found in SPACED.finditer(text):
        tight = re.sub("[ \u3000]", "", found[0])
        yield _around(text, found), "a space between Chinese letters", tight
    for found in REPEATED.finditer(text):
        yield _around(text, found), "the same mark twice", found[1]
    for found in WIDE.finditer(text):
        narrow = "".join(chr(ord(letter) - 0xFEE0) for letter in found[0])
        yield _around(text, found), "Latin letters and digits are set half-width", narrow


def mixed_spacing(text: str) -> str:
    """Where a foreign word stands apart, in a text where others do not; else nothing."""
    apart = APART.search(text)
    return _around(text, apart) if apart and TOGETHER.search(text) else ""


def _around(text: str, found: re.Match[str]) -> str:
    return text[max(0, found.start() - AROUND) : found.end() + AROUND].replace("\n", " ")
