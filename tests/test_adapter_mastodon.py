"""What is particular to Mastodon."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.pulling.rules import BudgetRule
from tests.adapters import SAMPLES
from tests.adapters.sample import ASKING, NOW, failure, post
from workers.platforms.failures import Refused, Retryable, Throttled

MASTODON = SAMPLES["mastodon"]


def test_it_says_until_when_to_wait() -> None:
    reset = "2026-03-01T04:05:00.000000Z"
    caught = failure(lambda: MASTODON.read({}, 429, x_ratelimit_reset=reset))
    assert isinstance(caught, Throttled)
    assert caught.until == NOW + timedelta(minutes=5)
    both = failure(lambda: MASTODON.read({}, 429, x_ratelimit_reset=reset, retry_after="10"))
    assert isinstance(both, Throttled)
    assert both.until == NOW + timedelta(seconds=10)


@pytest.mark.parametrize("status", [404, 410])
def test_a_deletion_is_told_by_its_status(status: int) -> None:
    assert MASTODON.probe({"error": "Record not found"}, status) is False
    assert type(failure(lambda: MASTODON.probe({"id": "1"}))) is Retryable


def test_one_post_is_asked_about_and_nothing_else() -> None:
    request = MASTODON.adapter.build_probe(MASTODON.account, post("../x?y"), ASKING)
    assert request.full_url == "https://social.example/api/v1/statuses/..%2Fx%3Fy"


def test_without_an_instance_nothing_is_asked() -> None:
    assert type(failure(lambda: MASTODON.build(replace(MASTODON.account, base_url="")))) is Refused


def test_no_token_is_needed() -> None:
    assert MASTODON.build(replace(MASTODON.account, secrets={})).headers == {}


def test_the_allowance_is_the_instances() -> None:
    rule = MASTODON.adapter.budget(MASTODON.account)
    assert rule == BudgetRule("mastodon:host:social.example", 300, 300)
