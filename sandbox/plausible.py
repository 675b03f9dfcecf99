"""Plausible's Stats API v2: pageviews by page and by day or hour.

Each topic is a page `/topics/<number>` of two sites that are the same but for their time zone; its
reads 阅读 are the pageviews, counted in the hour in which the data set shows them. The calendar
is the data's: today is the day the replay has reached. Hits of the last two hours are still being
written, so that a hundredth of them is missing and turns up later.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.limits import Limit, every
from sandbox.platform import EXPIRED, Double, endpoint
from sandbox.state import View, sandbox_of

SITES = {
    "sandbox.example": ZoneInfo("Asia/Shanghai"),
    "los-angeles.sandbox.example": ZoneInfo("America/Los_Angeles"),
}
PAGE = "/topics/"
METRICS = ("pageviews", "events")
BUCKETS = ("time:day", "time:hour")
LAST_DAYS = {"day": 1, "7d": 7, "28d": 28, "30d": 30, "91d": 91}
MOST_ROWS = 10_000
LATE_HOURS = 2
ERRORS = {
    401: "Invalid API key or site ID. Please make sure you're using a valid API key with access to"
    " the site you've requested.",
    402: "The account that owns this API key does not have access to Stats API.",
    429: "Too many API requests. The limit is 600 per hour.",
}

Row = tuple[list[str], int]


class Refusal(Exception):
    """A query that is none; the message says where."""


@dataclass(frozen=True, slots=True)
class Query:
    """days: the first and the last, both included. pages: None for every page."""

    zone: ZoneInfo
    site_id: str
    metrics: Sequence[str]
    days: tuple[date, date]
    dimensions: Sequence[str]
    pages: Callable[[str], bool]
    labels: bool
    total: bool
    limit: int
    offset: int


def error(status: int, text: str = "") -> Response:
    return JSONResponse({"error": text or ERRORS.get(status, "Server error")}, status_code=status)


def refuse(status: int) -> Response:
    return error(401 if status == EXPIRED else status)


def query(request: Request, view: View) -> Response:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not key:
        return error(401)
    if sandbox_of(request).limits["plausible"].take(key).exceeded:
        return error(429)
    try:
        asked = _read(view)
    except Refusal as refusal:
        return error(400, str(refusal))
    return error(401) if asked is None else JSONResponse(_answer(asked, view))


def _read(view: View) -> Query | None:
    """None: there is no such site, or not for this key. Raises Refusal."""
    given = _object(view.body)
    zone = SITES.get(str(given.get("site_id")))
    if zone is None:
        return None
    pagination, include = given.get("pagination") or {}, given.get("include") or {}
    limit = pagination.get("limit", MOST_ROWS)
    if not isinstance(limit, int) or not 0 < limit <= MOST_ROWS:
        raise Refusal("#/pagination/limit: Expected the value to be <= 10000")
    metrics = given.get("metrics") or []
    if not metrics or not set(metrics) <= set(METRICS):
        raise Refusal("#/metrics: the sandbox counts pageviews and events, and no visitors")
    dimensions = given.get("dimensions") or []
    times = [name for name in dimensions if name in BUCKETS]
    if len(times) > 1 or not set(dimensions) <= {"event:page", *BUCKETS}:
        raise Refusal("#/dimensions: Invalid dimension")
    if include.get("time_labels") and not times:
        raise Refusal("Invalid include.time_labels: requires a time dimension.")
    return Query(
        zone=zone,
        site_id=given["site_id"],
        metrics=metrics,
        days=_days(given.get("date_range"), _today(view, zone)),
        dimensions=dimensions,
        pages=_pages(given.get("filters") or []),
        labels=bool(include.get("time_labels")),
        total=bool(include.get("total_rows")),
        limit=limit,
        offset=int(pagination.get("offset", 0)),
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise Refusal("#: Type mismatch. Expected Object.")
    return given


def _today(view: View, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(view.hour * 3600, zone).date()


def _days(given: Any, today: date) -> tuple[date, date]:
    if isinstance(given, str) and given in LAST_DAYS:
        return today - timedelta(LAST_DAYS[given] - 1), today
    if given == "all":
        return date(2025, 9, 28), today
    try:
        first, last = (date.fromisoformat(text) for text in given)
    except (TypeError, ValueError):
        raise Refusal(f"Invalid date_range {json.dumps(given)}") from None
    if first > last:
        raise Refusal(f"Invalid date_range {json.dumps(given)}")
    return first, last


def _pages(filters: Sequence[Any]) -> Callable[[str], bool]:
    tests = [_page_test(each) for each in filters]
    return lambda page: all(test(page) for test in tests)


def _page_test(given: Any) -> Callable[[str], bool]:
    match given:
        case ["is", "event:page", [*pages]]:
            known = set(pages)
            return lambda page: page in known
        case ["contains", "event:page", [*parts]]:
            return lambda page: any(part in page for part in parts)
    raise Refusal(f"#/filters: Invalid filter {json.dumps(given)}")


def _answer(asked: Query, view: View) -> dict[str, Any]:
    rows = _rows(asked, view)
    meta: dict[str, Any] = {}
    if asked.labels:
        meta["time_labels"] = [label for label, _ in _buckets(asked)]
    if asked.total:
        meta["total_rows"] = len(rows)
    first, last = asked.days
    ends = (
        datetime.combine(first, time(), asked.zone),
        datetime.combine(last, time(23, 59, 59), asked.zone),
    )
    return {
        "results": [
            {"dimensions": dimensions, "metrics": [count] * len(asked.metrics)}
            for dimensions, count in rows[asked.offset : asked.offset + asked.limit]
        ],
        "meta": meta,
        "query": {
            "site_id": asked.site_id,
            "metrics": list(asked.metrics),
            "date_range": [moment.isoformat() for moment in ends],
            "dimensions": list(asked.dimensions),
            "pagination": {"limit": asked.limit, "offset": asked.offset},
        },
    }


def _rows(asked: Query, view: View) -> list[Row]:
    """Those that have pageviews, and no others: by time, then by how many."""
    every_page = ((f"{PAGE}{post_id}", post_id) for post_id in view.topics.by_id)
    pages = [(page, post_id) for page, post_id in every_page if asked.pages(page)]
    counts: dict[tuple[str, ...], int] = {}
    for label, hours in _buckets(asked):
        for page, post_id in pages:
            count = _pageviews(view, post_id, hours)
            if count:
                named = {"event:page": page, "time:day": label, "time:hour": label}
                key = tuple(named[dimension] for dimension in asked.dimensions)
                counts[key] = counts.get(key, 0) + count
    rows = [(list(key), count) for key, count in counts.items()]
    places = [place for place, name in enumerate(asked.dimensions) if name in BUCKETS]
    return sorted(rows, key=lambda row: ([row[0][place] for place in places], -row[1], row[0]))


def _pageviews(view: View, post_id: int, hours: range) -> int:
    written = range(hours.start, min(hours.stop, view.hour + 1 - LATE_HOURS))
    late = range(max(hours.start, view.hour + 1 - LATE_HOURS), hours.stop)
    parts = view.gained(post_id, "reads", written), view.gained(post_id, "reads", late)
    return (parts[0] or 0) + (parts[1] or 0) * 99 // 100


def _buckets(asked: Query) -> Iterator[tuple[str, range]]:
    """Each bucket's label, and its hours; one for all days where no time is asked for."""
    first, last = asked.days
    days = [first + timedelta(count) for count in range((last - first).days + 1)]
    if "time:hour" in asked.dimensions:
        for day in days:
            for hour in _hours(day, day, asked.zone):
                local = datetime.fromtimestamp(hour * 3600, asked.zone)
                yield local.strftime("%Y-%m-%d %H:%M:%S"), range(hour, hour + 1)
    elif "time:day" in asked.dimensions:
        for day in days:
            yield day.isoformat(), _hours(day, day, asked.zone)
    else:
        yield "", _hours(first, last, asked.zone)


def _hours(first: date, last: date, zone: ZoneInfo) -> range:
    ends = (datetime.combine(day, time(), zone) for day in (first, last + timedelta(1)))
    start, end = (int(moment.timestamp()) // 3600 for moment in ends)
    return range(start, end)


DOUBLE = Double(
    routes=[Route("/plausible/api/v2/query", endpoint(query, refuse), methods=["POST"])],
    limits={"plausible": Limit(600, every(3600))},
    asks=[
        'POST /plausible/api/v2/query {"site_id": "sandbox.example", "metrics": ["pageviews"], …}'
    ],
)
