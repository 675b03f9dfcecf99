"""Rules for reads we would count ourselves, from requests to our own pages; pure.

Nothing of ours counts: articles are read on platforms, which count for themselves. A counter of our
own would put its requests through `countable` before it records an observation.
Sources: COUNTER Code of Practice R5, double-clicks and robots [D].
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

DOUBLE_CLICK = timedelta(seconds=30)
ROBOT = re.compile(
    r"bot\b|bot[/_-]|crawl|spider|slurp|scrap|archiver|monitor|preview|fetch|"
    r"curl/|wget/|python-|java/|go-http-client|okhttp|libwww|headless|lighthouse",
    re.IGNORECASE,
)


class Request(NamedTuple):
    """One request of a page. visitor: the best that is known of who asked: the person signed in,
    else a cookie's, else a session's, else address and user agent together."""

    at: datetime
    visitor: str
    page: str
    user_agent: str


def is_robot(user_agent: str) -> bool:
    """By what it calls itself. Who names nothing is no browser either."""
    return not user_agent.strip() or ROBOT.search(user_agent) is not None


def countable(requests: Iterable[Request]) -> list[Request]:
    """The requests that are reads, in order of time.

    Robots are left out. Of two requests of a page by one visitor within 30 seconds the first is
    left out, so that of any number in quick succession the last one counts.
    """
    people = sorted(each for each in requests if not is_robot(each.user_agent))
    last: dict[tuple[str, str], Request] = {}
    kept: list[Request] = []
    for each in people:
        before = last.get((each.visitor, each.page))
        if before is not None and each.at - before.at > DOUBLE_CLICK:
            kept.append(before)
        last[each.visitor, each.page] = each
    return sorted([*kept, *last.values()])
