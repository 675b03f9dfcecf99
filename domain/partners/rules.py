"""Who carries content further, and where."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import urlunsplit

from domain import text
from domain.problems import Invalid
from domain.web_addresses import split_web_address


class PartnerKind(StrEnum):
    """What a partner is."""

    BLOGGER = "BLOGGER"
    SELF_MEDIA = "SELF_MEDIA"
    GOVERNMENT_MEDIA = "GOVERNMENT_MEDIA"
    MEDIA_CENTRE = "MEDIA_CENTRE"


class Platform(StrEnum):
    """Where an account lives."""

    WECHAT = "WECHAT"
    WEIBO = "WEIBO"
    BILIBILI = "BILIBILI"
    DOUYIN = "DOUYIN"
    KUAISHOU = "KUAISHOU"
    TOUTIAO = "TOUTIAO"
    ZHIHU = "ZHIHU"
    MASTODON = "MASTODON"
    YOUTUBE = "YOUTUBE"
    PLAUSIBLE = "PLAUSIBLE"
    WORDPRESS = "WORDPRESS"
    OTHER = "OTHER"


MANY_SERVERS = frozenset({Platform.MASTODON})
"""Platforms that are many servers: an account there is known only together with its server."""

LONGEST_BASE_URL = 300


def check_base_url(url: str, platform: Platform) -> str:
    """The server's address without a slash at its end. Raises Invalid."""
    if not url.strip():
        if platform in MANY_SERVERS:
            raise _refused("an account of this platform needs its server's address")
        return ""
    parts = split_web_address(url, path=("base_url",), longest=LONGEST_BASE_URL)
    if parts.query or parts.fragment:
        raise _refused("a server's address has no query and no fragment")
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path.rstrip("/"), "", ""))


def check_options(options: Mapping[str, Any]) -> dict[str, bool | int | str]:
    """Named switches, numbers and short texts. Raises Invalid that names the option."""
    known: dict[str, bool | int | str] = {}
    for name, value in options.items():
        place = ("options", text.line(name, path=("options",), longest=40))
        if isinstance(value, str):
            known[place[1]] = text.line(value, path=place, longest=200, required=False)
        elif isinstance(value, int) and abs(value) < 2**53:
            known[place[1]] = value
        else:
            raise Invalid("an option is a switch, a number or a text", path=place)
    return known


def _refused(message: str) -> Invalid:
    return Invalid(message, path=("base_url",), code="INVALID_URL")
