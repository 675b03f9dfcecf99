"""What a post may hold on each platform.

Grades of evidence: [D] the vendor's documentation, [W] another page, [M] memory. What is only
remembered is the smaller of the figures in use: a package that keeps to it is taken either way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.partners.rules import Platform


class TextForm(StrEnum):
    """HTML: a page with pictures in their places. TEXT: plain text, pictures beside it."""

    HTML = "HTML"
    TEXT = "TEXT"


@dataclass(frozen=True, slots=True)
class Limits:
    """In characters, as Python counts them; None: no limit is known. title: 0 where a post has no
    title of its own. images: how many."""

    form: TextForm
    title: int | None = None
    summary: int | None = None
    text: int | None = None
    images: int | None = None


FREE = Limits(TextForm.HTML)

LIMITS: Mapping[Platform, Limits] = {
    # [W] title 64, summary 120; [D] a draft's content has fewer than 20,000 characters.
    Platform.WECHAT: Limits(TextForm.HTML, title=64, summary=120, text=19_999),
    # [W] 2,000 characters; [M] 9 pictures without membership.
    Platform.WEIBO: Limits(TextForm.TEXT, title=0, text=2_000, images=9),
    # [M] title 30.
    Platform.TOUTIAO: Limits(TextForm.HTML, title=30),
    # [M] picture posts: title 20, text 1,000, 35 pictures.
    Platform.DOUYIN: Limits(TextForm.TEXT, title=20, text=1_000, images=35),
    # [M] text 500, 31 pictures.
    Platform.KUAISHOU: Limits(TextForm.TEXT, title=0, text=500, images=31),
    # [M] title 100.
    Platform.ZHIHU: Limits(TextForm.HTML, title=100),
    # [M] columns: title 40.
    Platform.BILIBILI: Limits(TextForm.HTML, title=40),
    # [D] 500 characters and 4 pictures, unless the instance says otherwise.
    Platform.MASTODON: Limits(TextForm.TEXT, title=0, text=500, images=4),
    # [D] a video's title 100, its description 5,000.
    Platform.YOUTUBE: Limits(TextForm.TEXT, title=100, text=5_000, images=0),
    Platform.WORDPRESS: FREE,
    Platform.OTHER: FREE,
}
