"""Numbers and moments as people write them, and as spreadsheets hold them; pure."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from domain.engagement.rules import Bound
from domain.problems import Invalid

Cell: TypeAlias = str | int | float | bool | date | datetime | time | timedelta
"""What a cell of a table may hold; an empty one is an empty text."""

UNKNOWN = {"", "-", "--", "—", "——", "/", "n/a", "na", "null", "none", "暂无", "无", "未知"}
"""How people write that they do not know; unknown is not zero."""

NUMBER = re.compile(
    r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?P<part>\.[0-9]+)?"
    r"(?P<unit>万|萬|亿|億|千|w|k|m)?(?P<more>\+|以上)?(?:次|人|个|人次)?"
)
UNITS = {"万": 10**4, "萬": 10**4, "w": 10**4, "亿": 10**8, "億": 10**8}
UNITS |= {"千": 10**3, "k": 10**3, "m": 10**6}
SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?e\+?[0-9]+")

DAY = re.compile(
    r"([0-9]{4})(?:[-/.年])([0-9]{1,2})(?:[-/.月])([0-9]{1,2})日?|([0-9]{4})([0-9]{2})([0-9]{2})"
)
HOUR = re.compile(
    r"[T\s]*([0-9]{1,2})[:时点](?:([0-9]{1,2})分?)?(?::?([0-9]{1,2})(?:\.[0-9]+)?秒?)?"
)
OFFSET = re.compile(r"\s*(Z|[+-][0-9]{2}:?[0-9]{2})")


FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def half_width(text: str) -> str:
    """１２３：＋ as 123:+. Nothing else is made alike: 10² is not 102."""
    return text.translate(FULL_WIDTH)


class Count(NamedTuple):
    value: int
    bound: Bound


def count_of(cell: Cell) -> Count | None:
    """1234, 1,234, 1.2万, 3亿, 10万+ (at least), 1234次; None for an empty cell or a dash.

    Raises Invalid for anything else, also for what a spreadsheet has rounded (1.23E+05).
    """
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float)):
        raise _refused(f"{cell} is no number")
    if isinstance(cell, float) and not cell.is_integer():
        raise _refused(f"{cell} is no whole number")
    if isinstance(cell, (int, float)):
        if cell < 0:
            raise _refused(f"{cell} is negative")
        return Count(int(cell), Bound.EXACT)
    text = re.sub(r"(?<=[0-9])[ '](?=[0-9]{3})", ",", half_width(cell).strip().lower())
    text = text.replace(" ", "")
    if text in UNKNOWN:
        return None
    if SCIENTIFIC.fullmatch(text):
        raise _refused(f"{cell} was rounded by a spreadsheet: format the column as a number")
    found = NUMBER.fullmatch(text)
    if found is None:
        raise _refused(f"{cell} is no number")
    number = Decimal(found["whole"].replace(",", "") + (found["part"] or ""))
    value = number * UNITS.get(found["unit"] or "", 1)
    if value != value.to_integral_value():
        raise _refused(f"{cell} is no whole number")
    return Count(int(value), Bound.AT_LEAST if found["more"] else Bound.EXACT)


class Moment(NamedTuple):
    """at: the moment; the day's start where only a day is said. is_day: whether that is so."""

    at: datetime
    is_day: bool


def moment_of(cell: Cell, zone: ZoneInfo) -> Moment | None:
    """2026-03-01 08:00, 2026/3/1, 2026年3月1日 8时30分, 20260301, ISO 8601; without an offset it is
    in `zone`. None for an empty cell.

    Raises Invalid, also where day and month could be confused (3/1/2026).
    """
    if isinstance(cell, datetime):
        return Moment(cell if cell.tzinfo else cell.replace(tzinfo=zone), False)
    if isinstance(cell, date):
        return Moment(datetime.combine(cell, time(), zone), True)
    text = half_width(str(cell)).strip()
    if text.lower() in UNKNOWN:
        return None
    day = DAY.match(text)
    if day is None:
        raise _refused(f"{cell} is no date; write 2026-03-01 or 2026-03-01 08:00")
    year, month, number = (int(part) for part in day.groups() if part is not None)
    rest = text[day.end() :]
    hour = HOUR.match(rest)
    clock = [int(part or 0) for part in hour.groups()] if hour else [0, 0, 0]
    rest = rest[hour.end() :] if hour else rest
    try:
        offset = OFFSET.fullmatch(rest)
        own = datetime.strptime(offset[1], "%z").tzinfo if offset else zone
        found = datetime.combine(date(year, month, number), time(clock[0], clock[1], clock[2]), own)
    except ValueError:
        raise _refused(f"{cell} is no date there ever was") from None
    if rest.strip() and not offset:
        raise _refused(f"{cell} is no date; write 2026-03-01 or 2026-03-01 08:00")
    return Moment(found, hour is None)


def text_of(cell: Cell) -> str:
    """A cell as a person reads it; a whole number without a point: ids are often numbers."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _refused(message: str) -> Invalid:
    return Invalid(message, code="MALFORMED")
