"""What is particular to Bilibili."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.pulling.rules import BudgetRule
from tests.adapters import SAMPLES
from tests.adapters.bilibili import envelope
from tests.adapters.sample import ASKING, NOW, failure
from tests.signing import signed
from workers.platforms.failures import Expired, Refused, Throttled
from workers.platforms.protocol import Asking, Reading

BILIBILI = SAMPLES["bilibili"]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_the_headers_are_signed() -> None:
    secrets = BILIBILI.account.secrets
    expected = signed(
        secrets["access_token"],
        key=secrets["app_id"],
        secret=secrets["app_secret"],
        signature_nonce=ASKING.nonce,
        timestamp=str(int(NOW.timestamp())),
    )
    assert BILIBILI.build().headers == expected


def test_no_two_requests_are_signed_alike() -> None:
    askings = [
        ASKING,
        Asking(NOW, "f" * 32),
        Asking(NOW + timedelta(seconds=1), ASKING.nonce),
    ]
    requests = [
        BILIBILI.adapter.build(BILIBILI.account, BILIBILI.posts, asking) for asking in askings
    ]
    assert len({request.headers["Authorization"] for request in requests}) == 3


@pytest.mark.parametrize("code", [127107, 127124])
def test_a_video_that_is_gone_is_a_word_about_it_alone(code: int) -> None:
    assert BILIBILI.read(envelope(code)) == Reading()
    assert BILIBILI.probe(envelope(code)) is False
    assert type(failure(lambda: BILIBILI.probe(envelope(127007)))) is Refused


def test_calls_that_are_used_up() -> None:
    caught = failure(lambda: BILIBILI.read(envelope(127009)))
    assert isinstance(caught, Throttled)
    assert caught.until == datetime(2026, 3, 2, tzinfo=SHANGHAI)


def test_an_application_has_one_allowance() -> None:
    budget = BILIBILI.adapter.budget
    other = replace(BILIBILI.account, id=32, external_id="user-32")
    rule = budget(BILIBILI.account)
    assert rule == budget(other) == BudgetRule(rule.scope, 10_000, zone=SHANGHAI)
    another = {**BILIBILI.account.secrets, "app_id": "another"}
    assert budget(replace(other, secrets=another)).scope != rule.scope
    for calls, units in ((300, 300), (0, 10_000), ("x", 10_000)):
        account = replace(BILIBILI.account, options={"calls_per_day": calls})
        assert budget(account).units == units


@pytest.mark.parametrize("missing", ["access_token", "app_id", "app_secret"])
def test_without_its_credential_nothing_is_asked(missing: str) -> None:
    secrets = {name: part for name, part in BILIBILI.account.secrets.items() if name != missing}
    account = replace(BILIBILI.account, secrets=secrets)
    assert type(failure(lambda: BILIBILI.build(account))) is Expired


@pytest.mark.parametrize("missing", ["refresh_token", "app_id", "app_secret"])
def test_without_a_refresh_token_only_a_person_can_help(missing: str) -> None:
    secrets = {name: part for name, part in BILIBILI.account.secrets.items() if name != missing}
    account = replace(BILIBILI.account, secrets=secrets)
    assert BILIBILI.adapter.renewal(account, ASKING) is None
