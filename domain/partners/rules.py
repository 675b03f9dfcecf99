"""Who carries content further, and where."""

from __future__ import annotations

from enum import StrEnum


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
