"""Points that come back evenly, addresses that can be believed, and a load that is bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.addresses import Addresses
from api.deadlines import wished_seconds
from api.load import Load, Overloaded, TooManyAtOnce
from api.rates import WINDOW_SECONDS, Policy, RateLimited, Rates


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def rates(quota: int, *, most: int = 10) -> tuple[Rates, Clock]:
    clock = Clock()
    return Rates(Policy("address", quota), most=most, clock=clock), clock


def test_points_are_taken_and_come_back() -> None:
    given_rates, clock = rates(60)
    for _ in range(60):
        given_rates.take("a", 1)
    assert given_rates.header("a") == b'"address";r=0;t=60'
    with pytest.raises(RateLimited) as refused:
        given_rates.take("a", 3)
    assert refused.value.retry_after == 3
    given_rates.take("b", 1)
    assert given_rates.header("b") == b'"address";r=59;t=1'
    clock.now += 2.5
    assert given_rates.header("a") == b'"address";r=2;t=58'
    given_rates.take("a", 2)
    clock.now += 600
    assert given_rates.header("a") == b'"address";r=60;t=0'
    assert given_rates.policy_header == b'"address";q=60;w=60'


def test_what_was_used_already_is_owed() -> None:
    given_rates, clock = rates(60)
    given_rates.owe("a", 90)
    assert given_rates.header("a") == b'"address";r=0;t=90'
    with pytest.raises(RateLimited) as refused:
        given_rates.take("a", 0)
    assert refused.value.retry_after == 30
    clock.now += 30
    given_rates.take("a", 0)


@given(st.lists(st.tuples(st.floats(0, 20), st.integers(1, 30)), max_size=60))
def test_nobody_takes_more_than_a_quota_and_what_came_back(steps: list[tuple[float, int]]) -> None:
    given_rates, clock = rates(60)
    taken = 0
    for seconds, points in steps:
        clock.now += seconds
        before = given_rates.header("a")
        try:
            given_rates.take("a", points)
        except RateLimited:
            assert given_rates.header("a") == before
        else:
            taken += points
        assert taken <= 60 + (clock.now - Clock.now) * 60 / WINDOW_SECONDS + 1e-6


def test_a_flood_of_addresses_takes_no_more_memory() -> None:
    given_rates, _ = rates(60, most=100)
    for number in range(10_000):
        given_rates.take(f"10.0.{number // 256}.{number % 256}", 1)
    assert len(given_rates) == 100


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("198.51.100.7", (), "198.51.100.7"),
        ("198.51.100.7", ("1.1.1.1",), "198.51.100.7"),
        ("10.0.0.1", ("203.0.113.9",), "203.0.113.9"),
        ("10.0.0.1", ("1.1.1.1, 203.0.113.9",), "203.0.113.9"),
        ("10.0.0.1", ("1.1.1.1", "203.0.113.9, 10.0.0.2"), "203.0.113.9"),
        ("10.0.0.1", ("1.1.1.1, nonsense",), "10.0.0.1"),
        ("10.0.0.1", (), "10.0.0.1"),
        ("::ffff:10.0.0.1", ("203.0.113.9",), "203.0.113.9"),
        ("10.0.0.1", ("2001:db8:1:2:3:4:5:6",), "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", (), "2001:db8:1:2::/64"),
        ("", (), ""),
    ],
)
def test_only_our_proxies_say_who_comes(
    peer: str, forwarded: tuple[str, ...], expected: str
) -> None:
    headers = [(b"x-forwarded-for", text.encode()) for text in forwarded]
    scope = {"client": (peer, 1) if peer else None, "headers": headers}
    assert Addresses(["10.0.0.0/8"]).of(scope) == expected
    if forwarded and peer == "10.0.0.1":
        assert Addresses().of(scope) == peer


def test_who_comes_last_is_turned_away() -> None:
    load = Load(3, 2)
    load.enter("a")
    load.enter("a")
    with pytest.raises(TooManyAtOnce):
        load.enter("a")
    load.enter("b")
    with pytest.raises(Overloaded):
        load.enter("c")
    assert (load.under_way, load.turned_away) == (3, 2)
    load.leave("a")
    load.enter("c")
    for address in ("a", "b", "c"):
        load.leave(address)
    assert load.under_way == 0
    assert load._by_address == {}


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        (b"wait=3", 3),
        (b"respond-async, wait=10", 10),
        (b'return=minimal;foo="x", WAIT = "5"', 5),
        (b"wait=0", 1),
        (b"await=3", None),
        (b"wait=x", None),
        (b"", None),
    ],
)
def test_a_client_may_wish_for_less_time(prefer: bytes, seconds: int | None) -> None:
    assert wished_seconds(prefer) == seconds
