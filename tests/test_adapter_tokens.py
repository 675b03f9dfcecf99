"""Fresh tokens: what of an answer to a renewal is kept, and for how long it is used."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.partners.rules import Platform
from tests.adapters.sample import NOW, answer, failure
from workers.platforms.failures import PullFailure, Retryable
from workers.platforms.protocol import PulledAccount
from workers.platforms.tokens import fresh_token

ANSWER = answer({})


def used_until(expires_in: Any) -> timedelta:
    secrets = fresh_token({"access_token": "a", "expires_in": expires_in}, ANSWER)
    return datetime.fromisoformat(secrets["expires_at"]) - NOW


@pytest.mark.parametrize(
    ("expires_in", "used"),
    [
        (7200, timedelta(minutes=115)),
        ("7200", timedelta(minutes=115)),
        (100, timedelta(seconds=50)),
        (1, timedelta(milliseconds=500)),
        (int(NOW.timestamp()) + 7200, timedelta(minutes=115)),
        (999_999_999, timedelta(days=400, minutes=-5)),
        (10**13, timedelta(days=400, minutes=-5)),
        (None, timedelta(minutes=55)),
        ("soon", timedelta(minutes=55)),
        (-5, timedelta(minutes=55)),
        (12.5, timedelta(minutes=55)),
    ],
)
def test_a_token_is_used_until_shortly_before_its_end(expires_in: Any, used: timedelta) -> None:
    assert used_until(expires_in) == used


@pytest.mark.parametrize("over", [0, "0", int(NOW.timestamp()), int(NOW.timestamp()) - 1])
def test_a_token_that_is_over_is_none(over: Any) -> None:
    assert type(failure(lambda: used_until(over))) is Retryable


def test_a_refresh_token_is_kept_where_there_is_a_new_one() -> None:
    told = {"access_token": "a", "expires_in": 7200, "refresh_token": "r"}
    assert fresh_token(told, ANSWER)["refresh_token"] == "r"
    oddities: tuple[Any, ...] = ("", None, 7, [])
    for odd in oddities:
        assert "refresh_token" not in fresh_token({**told, "refresh_token": odd}, ANSWER)


JSON = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text())


@given(st.fixed_dictionaries({"access_token": JSON, "expires_in": JSON, "refresh_token": JSON}))
def test_what_is_kept_can_be_used(told: dict[str, Any]) -> None:
    try:
        secrets = fresh_token(told, ANSWER)
    except PullFailure:
        return
    assert PulledAccount(1, Platform.WECHAT, "x", secrets=secrets).has_token(NOW)


@pytest.mark.parametrize(
    ("expires_at", "holds"),
    [
        ("2999-01-01T00:00:00+00:00", True),
        ("2001-01-01T00:00:00+00:00", False),
        ("2001-01-01T00:00:00", True),
        ("tomorrow", True),
        ("", True),
    ],
)
def test_what_is_no_moment_says_nothing_of_a_token(expires_at: str, holds: bool) -> None:
    secrets = {"access_token": "a", "expires_at": expires_at}
    assert PulledAccount(1, Platform.WECHAT, "x", secrets=secrets).has_token(NOW) is holds
    without = PulledAccount(1, Platform.WECHAT, "x", secrets={"expires_at": expires_at})
    assert not without.has_token(NOW)
