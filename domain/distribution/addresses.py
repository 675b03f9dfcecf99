"""A post's identifier, read off the address people copy from their browser; pure.

An address that tells none is kept as the identifier itself: such a post is counted by what is
pushed or imported, not pulled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import SplitResult, parse_qs, urlsplit

from domain.partners.rules import Platform

Reader = Callable[[SplitResult], str]


def _at(pattern: str) -> Reader:
    """The one group of a pattern of the path."""
    known = re.compile(pattern)

    def read(parts: SplitResult) -> str:
        found = known.search(parts.path)
        return found[1] if found else ""

    return read


def _asked(name: str) -> Reader:
    return lambda parts: parse_qs(parts.query).get(name, [""])[0]


def _wechat(parts: SplitResult) -> str:
    """msgid as the statistics name it: the message's number and its place in it."""
    asked = parse_qs(parts.query)
    message, place = asked.get("mid", [""])[0], asked.get("idx", [""])[0]
    return f"{message}_{place}" if message and place else ""


def _youtube(parts: SplitResult) -> str:
    if parts.hostname == "youtu.be":
        return parts.path.strip("/")
    return _asked("v")(parts) or _at(r"^/(?:shorts|live)/([\w-]+)")(parts)


BASE62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _weibo(parts: SplitResult) -> str:
    """Its pages name a post in base 62, four letters for seven digits, counted from the end."""
    numbered = _at(r"^/(?:detail|status)/(\d+)")(parts)
    code = _at(r"^/\d+/([0-9A-Za-z]{5,12})$")(parts)
    if numbered or not code:
        return numbered
    groups = [code[max(end - 4, 0) : end] for end in range(len(code), 0, -4)][::-1]
    return "".join(f"{_number(group):07d}" for group in groups).lstrip("0")


def _number(code: str) -> int:
    value = 0
    for letter in code:
        value = value * 62 + BASE62.index(letter)
    return value


READERS: Mapping[Platform, Reader] = {
    Platform.WECHAT: _wechat,
    Platform.WEIBO: _weibo,
    Platform.BILIBILI: _at(r"/(BV[0-9A-Za-z]{10})"),
    Platform.DOUYIN: _at(r"/(?:video|note)/(\d+)"),
    Platform.MASTODON: _at(r"/(?:@[^/]+|statuses|users/[^/]+/statuses)/(\d+)"),
    Platform.YOUTUBE: _youtube,
    Platform.TOUTIAO: _at(r"/(?:article|w|video|i)/?(\d+)"),
    Platform.ZHIHU: _at(r"/(?:p|answer)/(\d+)"),
    Platform.KUAISHOU: _at(r"/short-video/(\w+)"),
}


def identifier_in(url: str, platform: Platform) -> str:
    """Empty where the address tells none."""
    reader = READERS.get(platform)
    return reader(urlsplit(url)) if reader else ""
