"""WordPress.com: the views of a site's posts, day by day, and new posts.

Each topic is a post of the site `sandbox.example`; its reads 阅读 are the views. The calendar is
the data's, in Asia/Shanghai: today is the day the replay has reached, and its views still grow.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.platform import EXPIRED, Double, endpoint
from sandbox.posted import Posted
from sandbox.state import Shown, View

SITE = "sandbox.example"
ZONE = ZoneInfo("Asia/Shanghai")
MOST_DAYS, MOST_IDS = 30, 100
ERRORS = {
    "unauthorized": (403, "user cannot view stats"),
    "unknown_post": (404, "Unknown post"),
    "invalid_blog": (404, "This blog does not have Jetpack connected"),
    "invalid_token": (400, "The OAuth2 token is invalid."),
    "invalid_input": (400, "Invalid request input"),
}


class WordPressError(Exception):
    """Its text is the identifier of the error."""


def envelope(name: str) -> Response:
    status, message = ERRORS[name]
    return JSONResponse({"error": name, "message": message}, status_code=status)


def refuse(status: int) -> Response:
    if status == EXPIRED:
        return envelope("invalid_token")
    if status == 403:
        return envelope("unauthorized")
    content = {"error": "server_error", "message": f"HTTP {status}"}
    return JSONResponse(content, status_code=status)


def _checked(answer: Callable[[Request, View], Any]) -> Callable[[Request, View], Response]:
    """The site and the token first; what `answer` refuses becomes an envelope."""

    def run(request: Request, view: View) -> Response:
        try:
            if request.path_params["site"] != SITE:
                raise WordPressError("invalid_blog")
            if not request.headers.get("authorization", "").startswith("Bearer "):
                raise WordPressError("unauthorized")
            return JSONResponse(answer(request, view))
        except WordPressError as error:
            return envelope(str(error))

    return run


def _post(view: View, text: str) -> Shown | None:
    return view.post(int(text)) if text.isascii() and text.isdigit() else None


def _today(view: View) -> date:
    return datetime.fromtimestamp(view.hour * 3600, ZONE).date()


def _views(view: View, post: Shown, first: date, last: date) -> int:
    ends = (datetime.combine(day, time(), ZONE) for day in (first, last + timedelta(1)))
    start, end = (int(moment.timestamp()) // 3600 for moment in ends)
    return view.gained(post.id, "reads", range(start, end)) or 0


def one(request: Request, view: View) -> Any:
    """All days since the post was first seen, those without a view too."""
    post = _post(view, request.path_params["post_id"])
    if post is None:
        raise WordPressError("unknown_post")
    today = _today(view)
    first_hour = view.first_hour(post.id)
    first = datetime.fromtimestamp(first_hour * 3600, ZONE).date()
    days = [first + timedelta(count) for count in range((today - first).days + 1)]
    data: list[list[Any]] = [[day.isoformat(), _views(view, post, day, day)] for day in days]
    total = sum(views for _, views in data)
    return {
        "date": today.isoformat(),
        "views": total,
        "years": _years(data),
        "averages": {},
        "weeks": _weeks(data),
        "fields": ["period", "views"],
        "data": data,
        "post": {"ID": post.id, "post_title": post.title},
    }


def _years(data: list[list[Any]]) -> dict[str, Any]:
    years: dict[str, Any] = {}
    for day, views in data:
        year = years.setdefault(day[:4], {"months": {}, "total": 0})
        month = str(int(day[5:7]))
        year["months"][month] = year["months"].get(month, 0) + views
        year["total"] += views
    return years


def _weeks(data: list[list[Any]]) -> list[dict[str, Any]]:
    """Of seven days each, from Monday on."""
    weeks: dict[date, list[dict[str, Any]]] = {}
    for text, views in data:
        day = date.fromisoformat(text)
        monday = day - timedelta(day.weekday())
        weeks.setdefault(monday, []).append({"day": text, "count": views})
    return [{"days": days, "total": sum(day["count"] for day in days)} for days in weeks.values()]


def several(request: Request, view: View) -> Any:
    """Views of the last `num` days until `date`; ids of no post are left out."""
    query = request.query_params
    ids = [text for text in query.get("post_ids", "").split(",") if text]
    try:
        num = int(query.get("num", "1"))
        last = date.fromisoformat(query["date"]) if "date" in query else _today(view)
    except ValueError:
        raise WordPressError("invalid_input") from None
    if not 1 <= num <= MOST_DAYS or not 1 <= len(ids) <= MOST_IDS:
        raise WordPressError("invalid_input")
    posts = [post for post in (_post(view, text) for text in ids) if post is not None]
    first = last - timedelta(num - 1)
    counts = [{"ID": post.id, "views": _views(view, post, first, last)} for post in posts]
    return {"date": last.isoformat(), "posts": counts}


def new(request: Request, view: View) -> Any:
    """A site takes two posts of one slug: the second gets another."""
    try:
        given = json.loads(view.body)
        title, content, slug = given["title"], given["content"], given["slug"]
    except (ValueError, KeyError, TypeError):
        raise WordPressError("invalid_input") from None
    number = 2
    name = f"wordpress:{slug}"
    while view.postings.named(name) is not None:
        name, number = f"wordpress:{slug}-{number}", number + 1
    return _shown(view.put(name, title, content))


def named(request: Request, view: View) -> Any:
    posted = view.postings.named(f"wordpress:{request.path_params['slug']}")
    if posted is None:
        raise WordPressError("unknown_post")
    return _shown(posted)


def _shown(posted: Posted) -> dict[str, Any]:
    slug = posted.key.removeprefix("wordpress:")
    url = f"https://{SITE}/{slug}/"
    return {"ID": posted.id, "URL": url, "title": posted.title, "slug": slug, "status": "publish"}


def route(path: str, answer: Callable[[Request, View], Any], method: str = "GET") -> Route:
    place = f"/wordpress/rest/v1.1/sites/{{site}}/{path}"
    return Route(place, endpoint(_checked(answer), refuse), methods=[method])


DOUBLE = Double(
    routes=[
        route("stats/post/{post_id}", one),
        route("stats/views/posts", several),
        route("posts/new", new, "POST"),
        route("posts/slug:{slug}", named),
    ],
    asks=[
        f"POST /wordpress/rest/v1.1/sites/{SITE}/posts/new",
        f"GET /wordpress/rest/v1.1/sites/{SITE}/posts/slug:…",
        f"GET /wordpress/rest/v1.1/sites/{SITE}/stats/post/…",
        f"GET /wordpress/rest/v1.1/sites/{SITE}/stats/views/posts?post_ids=…&num=…&date=…",
    ],
)
