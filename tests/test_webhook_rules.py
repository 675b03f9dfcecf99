"""When a message is tried again, what an answer means, and where it may be sent."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.problems import Invalid
from domain.public_addresses import may_be_sent_to, networks
from domain.webhooks.rules import (
    SCHEDULE,
    Outcome,
    WebhookEventType,
    body_of,
    check_secret,
    next_attempt,
    outcome_of,
)
from workers.webhooks import retry_after

NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_ten_attempts_in_some_seventy_five_hours() -> None:
    assert SCHEDULE == (0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
    assert sum(SCHEDULE) / 3600 == pytest.approx(75.6, abs=0.1)
    waits = [next_attempt(attempts, now=NOW, chance=0) for attempts in range(11)]
    assert [wait and (wait - NOW).total_seconds() for wait in waits] == [*SCHEDULE, None]


@given(st.integers(1, 9), st.floats(0, 1))
def test_a_wait_is_up_to_a_tenth_longer(attempts: int, chance: float) -> None:
    again = next_attempt(attempts, now=NOW, chance=chance)
    assert again is not None
    wait = (again - NOW).total_seconds()
    assert SCHEDULE[attempts] <= wait <= SCHEDULE[attempts] * 1.1 + 1e-6


def test_what_the_receiver_asks_for_makes_a_wait_longer_never_shorter() -> None:
    def wait(asked: timedelta) -> timedelta:
        again = next_attempt(3, now=NOW, chance=0, retry_after=asked)
        assert again is not None
        return again - NOW

    assert wait(timedelta(0)) == timedelta(minutes=30)
    assert wait(3 * HOUR) == 3 * HOUR
    assert wait(1000 * HOUR) == 24 * HOUR
    assert next_attempt(10, now=NOW, chance=0, retry_after=HOUR) is None


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, "DELIVERED"), (204, "DELIVERED"), (299, "DELIVERED"), (301, "RETRY"), (307, "RETRY"),
     (400, "RETRY"), (404, "RETRY"), (410, "GONE"), (429, "SLOW_DOWN"), (500, "RETRY"),
     (502, "SLOW_DOWN"), (503, "RETRY"), (504, "SLOW_DOWN"), (199, "RETRY")],
)  # fmt: skip
def test_what_an_answer_means(status: int, outcome: str) -> None:
    assert outcome_of(status) is Outcome(outcome)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120), (" 5 ", 5), ("0", 0), ("Sun, 01 Mar 2026 04:02:00 GMT", 120),
     ("Sun, 01 Mar 2026 03:00:00 GMT", 0), ("9" * 40, 10**8)],
)  # fmt: skip
def test_how_long_a_receiver_wants_us_to_wait(header: str, seconds: float) -> None:
    assert retry_after(header, now=NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize("header", ["", "soon", "-5", "1.5", "²", "Sun, 99 Mar 2026 04:02:00 GMT"])
def test_a_wish_that_cannot_be_read_is_none(header: str) -> None:
    assert retry_after(header, now=NOW) is None


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.5.5", "192.168.1.1",
     "169.254.169.254", "100.64.0.1",
     "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
     "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1",
     "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1",
     "64:ff9b::a9fe:a9fe", "2001:0:4136:e378:8000:63bf:80ff:fffe", "localhost", "", "1.2.3"],
)  # fmt: skip
def test_where_nothing_is_sent(address: str) -> None:
    assert not may_be_sent_to(address, ())


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "64:ff9b::808:808"])
def test_where_it_may_be_sent(address: str) -> None:
    assert may_be_sent_to(address, ())


def test_a_network_that_is_allowed() -> None:
    own = networks(["127.0.0.0/8", "fd00::/8"])
    assert may_be_sent_to("127.0.0.1", own)
    assert may_be_sent_to("fd00::5", own)
    assert not may_be_sent_to("10.0.0.1", own)
    with pytest.raises(ValueError, match="10"):
        networks(["10.0.0.0/99"])


def test_the_body_is_the_same_every_time() -> None:
    body = body_of(
        WebhookEventType.ARTICLE_PUBLISHED, NOW, {"title": "志愿", "article": "Article:1"}
    )
    assert (
        body
        == (
            '{"data":{"article":"Article:1","title":"志愿"},"timestamp":"2026-03-01T04:00:00+00:00",'
            '"type":"article.published"}'
        ).encode()
    )
    assert json.loads(body)["type"] == "article.published"


@pytest.mark.parametrize("length", [24, 32, 64])
def test_a_secret(length: int) -> None:
    secret = "whsec_" + base64.b64encode(bytes(length)).decode()
    assert check_secret(secret, path=("secret",)) == secret


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_AAAA", "whsec_é", "A" * 44, "whsec_" + "A" * 200]
)
def test_no_secret(secret: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_secret(secret, path=("secret",))
    assert caught.value.code == "INVALID_SECRET"
    assert "AAAA" not in caught.value.message
