"""Which column of a file says what: by its header, in Chinese or English, or as it is told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.engagement.rules import Metric
from domain.imports.values import half_width
from domain.problems import Invalid


class Field(StrEnum):
    """What a column may say. The names of metrics are those of the graph."""

    POST = "POST"
    PLATFORM = "PLATFORM"
    EXTERNAL_ID = "EXTERNAL_ID"
    URL = "URL"
    ACCOUNT = "ACCOUNT"
    TITLE = "TITLE"
    POSTED_AT = "POSTED_AT"
    OBSERVED_AT = "OBSERVED_AT"
    REASON = "REASON"
    READS = "READS"
    LIKES = "LIKES"
    COMMENTS = "COMMENTS"
    SHARES = "SHARES"


METRICS = {Field(metric.value): metric for metric in Metric}

HEADERS: dict[Field, str] = {
    Field.POST: "post postid 帖子 帖子编号 我方编号",
    Field.PLATFORM: "platform 平台 发布平台",
    Field.EXTERNAL_ID: "externalid id 作品id 文章id 内容id 视频id 笔记id 图文id msgid",
    Field.URL: "url link 链接 网址 文章链接 内容链接 作品链接 视频链接 内容url 原文链接",
    Field.ACCOUNT: "account 账号 帐号 公众号 账号id 账号名称",
    Field.TITLE: "title 标题 文章标题 内容标题 作品标题 视频标题 作品名称",
    Field.POSTED_AT: "postedat publishedat publishtime"
    " 发布时间 发表时间 发布日期 发表日期 推送时间",
    Field.OBSERVED_AT: "observedat asof date"
    " 统计时间 统计日期 数据时间 数据日期 截至时间 截止时间 日期",
    Field.REASON: "reason 原因 更正原因 说明",
    Field.READS: "reads readcount views viewcount plays playcount 阅读 阅读量 阅读数 阅读次数"
    " 总阅读次数 播放 播放量 播放数 播放次数 浏览 浏览量 浏览次数 观看 观看量 观看次数",
    Field.LIKES: "likes likecount 点赞 点赞量 点赞数 点赞次数 赞 获赞",
    Field.COMMENTS: "comments commentcount replies 评论 评论量 评论数 评论次数 留言数",
    Field.SHARES: "shares sharecount reposts"
    " 分享 分享量 分享数 分享次数 转发 转发量 转发数 转发次数",
}
KNOWN = {header: field for field, headers in HEADERS.items() for header in headers.split()}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands, counted from 0; and the headers that say nothing to us."""

    places: Mapping[Field, int]
    unused: tuple[str, ...]

    @property
    def metrics(self) -> list[tuple[Metric, int]]:
        return [(METRICS[field], at) for field, at in self.places.items() if field in METRICS]


def find_columns(headers: Sequence[str], told: Mapping[str, Field | None]) -> Columns:
    """told: by header, before what the header itself says; None: it says nothing.

    Raises Invalid when two columns say the same, none says a figure, or `told` names none.
    """
    told = {plain(header): field for header, field in told.items()}
    missing = told.keys() - {plain(header) for header in headers}
    if missing:
        raise _refused(
            f"there is no column {', '.join(sorted(missing))}; there are {_list(headers)}"
        )
    places: dict[Field, int] = {}
    unused = []
    for at, header in enumerate(headers):
        name = plain(header)
        field = told[name] if name in told else KNOWN.get(name)
        if field is None:
            unused.append(header)
        elif field in places:
            both = f"{headers[places[field]]!r} and {header!r}"
            raise _refused(f"{both} both say {field.value}: tell one of them apart with a map")
        else:
            places[field] = at
    if not places.keys() & METRICS.keys():
        raise _refused(f"no column says {_list(METRICS)}; there are {_list(headers)}: give a map")
    return Columns(places, tuple(header for header in unused if header))


def read_map(entries: Sequence[str]) -> dict[str, Field | None]:
    """What "header=FIELD" says, "header=" for a column to leave out. Raises Invalid."""
    told: dict[str, Field | None] = {}
    for entry in entries:
        header, equals, name = entry.rpartition("=")
        wanted = name.strip().upper().replace("-", "_")
        if not equals or not header.strip() or (wanted and wanted not in Field.__members__):
            raise _refused(f"{entry!r} is no map: say HEADER=FIELD, a FIELD being {_list(Field)}")
        told[header] = Field(wanted) if wanted else None
    return told


def plain(header: str) -> str:
    """A header as it is compared: full-width forms, case, blanks, and a unit in brackets apart."""
    text = half_width(header).lower()
    return re.sub(r"[(\[][^)\]]*[)\]]|[\s_\-:/]", "", text)


def _list(names: Sequence[str] | Mapping[Field, Metric] | type[Field]) -> str:
    return ", ".join(str(name) for name in names)


def _refused(message: str) -> Invalid:
    return Invalid(message, path=("map",), code="INVALID_COLUMNS")
