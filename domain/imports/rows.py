"""A row of a file as items of a push; pure."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from domain import text
from domain.deliveries.rules import (
    LONGEST_REASON,
    Fault,
    PostName,
    PushedItem,
    Rejection,
    WrongItem,
)
from domain.ids import parse_id
from domain.imports.columns import Columns, Field
from domain.imports.tables import Row
from domain.imports.values import Cell, Moment, count_of, moment_of, text_of
from domain.partners.rules import Platform
from domain.problems import Invalid

T = TypeVar("T")

PLATFORMS = {
    Platform.WECHAT: "微信 微信公众号 公众号",
    Platform.WEIBO: "微博 新浪微博",
    Platform.BILIBILI: "哔哩哔哩 b站",
    Platform.DOUYIN: "抖音",
    Platform.KUAISHOU: "快手",
    Platform.TOUTIAO: "今日头条 头条 头条号",
    Platform.ZHIHU: "知乎",
    Platform.OTHER: "其他 其它",
}
NAMES = {name: platform for platform, names in PLATFORMS.items() for name in names.split()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How rows are to be understood.

    zone: of moments without an offset, and of days. platform, account, observed_at, reason: for
    rows that do not say their own. is_daily: figures are of their day only, not up to it.
    """

    zone: ZoneInfo
    platform: Platform | None = None
    account: str = ""
    observed_at: datetime | None = None
    is_daily: bool = False
    reason: str = ""
    definition: str | None = None


def items_of(
    row: Row, columns: Columns, reading: Reading, *, now: datetime
) -> list[PushedItem | WrongItem]:
    """One for each figure in the row; a single WrongItem when the row itself is wrong."""
    shown = json.dumps([text_of(cell) for cell in row.cells], ensure_ascii=False)
    read = _Reader(row, columns, reading, now)
    try:
        post = read.post()
        observed_at, period = read.when()
        reason = text.line(
            read.text(Field.REASON) or reading.reason,
            path=(Field.REASON.value,),
            longest=LONGEST_REASON,
            required=False,
        )
    except Invalid as problem:
        return [_wrong(problem, row, shown)]
    items: list[PushedItem | WrongItem] = []
    for metric, at in columns.metrics:
        try:
            count = count_of(row.cell(at))
        except Invalid as problem:
            items.append(_wrong(problem, row, shown, metric.value))
            continue
        if count is not None:
            items.append(
                PushedItem(
                    post=post,
                    metric=metric,
                    value=count.value,
                    observed_at=observed_at,
                    period=period,
                    bound=count.bound,
                    definition=reading.definition,
                    item_id=f"row {row.number}, {metric.value}",
                    reason=reason,
                    text=shown,
                )
            )
    return items or [_wrong(Invalid("the row says no figure"), row, shown)]


class _Reader:
    """The fields of one row. Everything raises Invalid that names the column."""

    def __init__(self, row: Row, columns: Columns, reading: Reading, now: datetime) -> None:
        self._row = row
        self._columns = columns
        self._reading = reading
        self._now = now

    def post(self) -> int | PostName:
        number = self.text(Field.POST)
        if number:
            return parse_id(number, "Post", path=(Field.POST.value,))[1]
        external_id, url = self.text(Field.EXTERNAL_ID), self.text(Field.URL)
        if not (external_id or url):
            raise Invalid("neither EXTERNAL_ID nor URL nor POST says which post this is")
        posted_at = self._read(Field.POSTED_AT, self._moment)
        return PostName(
            platform=self._platform(),
            external_id=text.line(
                external_id, path=(Field.EXTERNAL_ID.value,), longest=200, required=False
            ),
            url=text.line(url, path=(Field.URL.value,), longest=1000, required=False),
            account=self.text(Field.ACCOUNT) or self._reading.account,
            title=text.line(
                self.text(Field.TITLE), path=(Field.TITLE.value,), longest=300, required=False
            ),
            posted_at=posted_at.at if posted_at else None,
        )

    def when(self) -> tuple[datetime | None, tuple[datetime, datetime] | None]:
        """When the counter stood there; or, of figures of a day, that day.

        A day without a time means its end, or now where it is not over.
        """
        said = self._read(Field.OBSERVED_AT, self._moment)
        if said is None and self._reading.observed_at is not None:
            said = Moment(self._reading.observed_at, False)
        if said is None:
            raise Invalid("no OBSERVED_AT says when the figures were so")
        day = said.at.astimezone(self._reading.zone).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        end = (day + timedelta(days=1)).replace(hour=0)
        if self._reading.is_daily:
            return min(end, self._now), (day, end)
        if not said.is_day:
            return said.at, None
        return min(end - timedelta(seconds=1), max(self._now, day)), None

    def text(self, field: Field) -> str:
        at = self._columns.places.get(field)
        return "" if at is None else text_of(self._row.cell(at))

    def _platform(self) -> Platform:
        name = self.text(Field.PLATFORM)
        if not name and self._reading.platform is not None:
            return self._reading.platform
        found = NAMES.get(name.lower()) or Platform.__members__.get(name.upper())
        if found is None:
            raise Invalid(f"{name or 'nothing'} is no platform", path=(Field.PLATFORM.value,))
        return found

    def _moment(self, cell: Cell) -> Moment | None:
        return moment_of(cell, self._reading.zone)

    def _read(self, field: Field, read: Callable[[Cell], T]) -> T | None:
        at = self._columns.places.get(field)
        if at is None:
            return None
        try:
            return read(self._row.cell(at))
        except Invalid as problem:
            raise Invalid(problem.message, path=(field.value,)) from None


def _wrong(problem: Invalid, row: Row, shown: str, place: str = "") -> WrongItem:
    place = place or "/".join(problem.path)
    message = f"{place}: {problem.message}" if place else problem.message
    return WrongItem(Fault(Rejection.MALFORMED, message), f"row {row.number}", shown)
