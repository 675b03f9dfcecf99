"""Which part of a file a request asks for (RFC 9110, 14). Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

ONE = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*")


class Part(NamedTuple):
    """Bytes from `start`, `length` of them. is_whole: that is all there are."""

    start: int
    length: int
    is_whole: bool


class NotSatisfiable(Exception):
    """No byte of the file is in the range."""


def part_of(size: int, tag: str, header: str | None, if_range: str | None) -> Part:
    """header, if_range: as they came. Several ranges at once, and what is no range, are answered
    with the whole. Raises NotSatisfiable."""
    whole = Part(0, size, is_whole=True)
    found = ONE.fullmatch(header or "")
    if found is None or (if_range is not None and if_range.strip() != tag):
        return whole
    first, last = found.groups()
    if not first and not last:
        return whole
    if not first:
        start, end = max(0, size - int(last)), size
        if not int(last):
            raise NotSatisfiable
    else:
        start = int(first)
        end = min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return whole
    if start >= size:
        raise NotSatisfiable
    return Part(start, end - start, is_whole=False)
