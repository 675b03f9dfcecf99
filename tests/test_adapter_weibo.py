"""What is particular to Weibo."""

from __future__ import annotations

from dataclasses import replace

from domain.pulling.rules import BudgetRule
from tests.adapters import SAMPLES
from tests.adapters.sample import ASKING, failure
from tests.adapters.weibo import envelope
from workers.platforms.failures import Expired, Refused, Retryable

WEIBO = SAMPLES["weibo"]
MEDIA = SAMPLES["weibo-media"]


def test_a_deletion_is_a_word_about_one_post_only() -> None:
    assert WEIBO.probe(envelope(20101), 400) is False
    assert WEIBO.probe(envelope("20101"), 200) is False
    assert type(failure(lambda: WEIBO.probe(envelope(10014), 403))) is Refused
    assert type(failure(lambda: WEIBO.probe({"id": 1, "idstr": "1"}))) is Retryable


def test_one_post_is_asked_about_at_its_own_address() -> None:
    request = WEIBO.adapter.build_probe(WEIBO.account, WEIBO.posts[0], ASKING)
    assert request.full_url == "https://api.weibo.com/2/statuses/show.json?id=4918"


def test_allowances() -> None:
    weibo = WEIBO.adapter
    assert weibo.budget(WEIBO.account) == BudgetRule("weibo:account:7", 100, 86_400)
    assert weibo.budget(MEDIA.account) == BudgetRule("weibo:commercial", 50_000, 3_600)
    assert weibo.probe_budget(MEDIA.account) == BudgetRule("weibo:account:8", 100, 86_400)
    for calls, units in ((5000, 5000), (0, 100), ("x", 100)):
        account = replace(WEIBO.account, options={"calls_per_day": calls})
        assert weibo.budget(account).units == units


def test_without_a_token_nothing_is_asked() -> None:
    account = replace(WEIBO.account, secrets={})
    assert type(failure(lambda: WEIBO.build(account))) is Expired
