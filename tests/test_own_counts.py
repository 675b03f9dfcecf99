"""COUNTER's rules: double-clicks within 30 seconds, robots."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.engagement.own_counts import Request, countable, is_robot

NOON = datetime(2025, 10, 1, 4, tzinfo=UTC)
BROWSER = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36"


def request(seconds: int, visitor: str = "a", page: str = "/1", agent: str = BROWSER) -> Request:
    return Request(NOON + timedelta(seconds=seconds), visitor, page, agent)


def test_of_two_within_thirty_seconds_the_second_counts() -> None:
    assert countable([request(0), request(30)]) == [request(30)]
    assert countable([request(0), request(31)]) == [request(0), request(31)]


def test_a_chain_of_double_clicks_counts_once() -> None:
    assert countable([request(20 * n) for n in range(10)]) == [request(180)]


def test_others_and_other_pages_are_no_double_click() -> None:
    asked = [request(0), request(1, visitor="b"), request(2, page="/2")]
    assert countable(asked) == asked


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (compatible; Baiduspider/2.0)",
        "Mozilla/5.0 (compatible; bingbot/2.0)",
        "curl/8.5",
        "python-requests/2.32",
        "HeadlessChrome/141.0",
        "",
    ],
)
def test_robots_do_not_count(agent: str) -> None:
    assert is_robot(agent)
    assert countable([request(0, agent=agent)]) == []


@pytest.mark.parametrize("agent", [BROWSER, BROWSER + " MicroMessenger/8.0.60", "Opera/9.80"])
def test_browsers_are_no_robots(agent: str) -> None:
    assert not is_robot(agent)


@given(seconds=st.lists(st.integers(0, 600), max_size=30), visitors=st.data())
def test_kept_requests_of_a_visitor_lie_more_than_thirty_seconds_apart(
    seconds: list[int], visitors: st.DataObject
) -> None:
    asked = [request(each, visitors.draw(st.sampled_from("ab"))) for each in seconds]
    kept = countable(asked)
    for visitor in "ab":
        moments = [each.at for each in kept if each.visitor == visitor]
        assert bool(moments) == any(each.visitor == visitor for each in asked)
        gaps = [later - earlier for earlier, later in pairwise(moments)]
        assert all(gap > timedelta(seconds=30) for gap in gaps)
    assert countable(asked[::-1]) == kept == countable(kept)
