"""What is particular to Douyin."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest

from domain.engagement.rules import Metric
from domain.pulling.rules import BudgetRule, Rhythm
from tests.adapters import SAMPLES
from tests.adapters.douyin import DAILY, ITEM, OTHER, SHANGHAI, at, enveloped, error
from tests.adapters.sample import ASKING, NOW, Sample, answer, failure, post, replaced, values
from workers.platforms.douyin import WrongParameters
from workers.platforms.failures import Expired, Refused, Throttled
from workers.platforms.protocol import Reading

NOW_SAMPLE = SAMPLES["douyin"]
TOTALS = SAMPLES["douyin-totals"]
DAYS = SAMPLES["douyin-daily"]


def read_at(sample: Sample, moment: datetime, content: Any = None) -> Reading:
    given = replace(answer(content or sample.content), received_at=moment)
    return sample.adapter.read(sample.account, sample.posts, given)


def test_an_item_id_is_encoded_in_an_address() -> None:
    for sample in (TOTALS, DAYS):
        assert "item_id=%409VxS1%2BqoV%2FaJM0g%3D%3D" in sample.build().full_url


def test_several_videos_are_asked_about_only_as_they_are_now() -> None:
    many = [post(str(number)) for number in range(25)]
    assert [
        len(sample.adapter.choose(sample.account, many, NOW))
        for sample in (NOW_SAMPLE, TOTALS, DAYS)
    ] == [20, 1, 1]


def test_a_video_that_is_left_out_is_unknown() -> None:
    content = replaced(NOW_SAMPLE.content, ("data", "list", 0, "statistics"), None)
    assert {each.external_id for each in values(NOW_SAMPLE.read(content))} == {OTHER}


@pytest.mark.parametrize(
    ("moment", "day"),
    [(at(29, 9, 59), 27), (at(29, 10), 28), (at(29, 23, 59), 28), (at(28, 0), 26)],
)
def test_totals_hold_as_of_the_last_counted_day(moment: datetime, day: int) -> None:
    moments = {each.observed_at for each in values(read_at(TOTALS, moment))}
    assert moments == {at(day, 23, 59, 59)}


def test_a_day_is_taken_once_it_is_counted() -> None:
    early = values(read_at(DAYS, at(29, 9, 59)))
    assert {(each.period_starts_at, each.value) for each in early} == {(at(27, 0), 4100)}
    assert {each.observed_at for each in early} == {at(28, 10)}


def test_asking_again_on_a_day_says_the_same_words() -> None:
    first, again = read_at(DAYS, at(29, 10, 1)), read_at(DAYS, at(29, 23))
    assert values(first) == values(again)
    later = read_at(DAYS, at(30, 10))
    assert values(first).isdisjoint(values(later))


def test_odd_days_are_left_out() -> None:
    rows = [
        {"date": date, "play": 7}
        for date in ("2026-02-28", "2026-02-28", "2026-03-01", "2027-01-01", "1999-01-01", "x", 5)
    ]
    reading = DAYS.read(enveloped(result_list=[*rows, {"play": 7}, {"date": "2026-02-27"}, 7]))
    assert [each.period_starts_at for each in reading.values] == [at(28, 0)]
    assert reading.unreadable == 0


def test_days_are_of_plays_only() -> None:
    assert {each.metric for each in values(DAYS.read(DAILY))} == {Metric.READS}


def test_the_quota_is_back_at_eight() -> None:
    caught = failure(lambda: NOW_SAMPLE.read(error(28003017)))
    assert isinstance(caught, Throttled)
    assert caught.until == datetime(2026, 3, 2, tzinfo=UTC) == at(30, 8)
    frequent = failure(lambda: NOW_SAMPLE.read(error(28003018)))
    assert isinstance(frequent, Throttled)
    assert (frequent.until - NOW).total_seconds() == 60


def test_allowances_are_of_each_capability() -> None:
    rules = [sample.adapter.budget(sample.account) for sample in (NOW_SAMPLE, TOTALS, DAYS)]
    assert [rule.scope for rule in rules] == [
        "douyin:account:21:now",
        "douyin:account:21:totals",
        "douyin:account:21:daily",
    ]
    assert rules[0] == BudgetRule("douyin:account:21:now", 1000, zone=rules[0].zone)
    for calls, units in ((300, 300), (0, 1000), ("x", 1000)):
        account = replace(NOW_SAMPLE.account, options={"calls_per_day": calls})
        assert NOW_SAMPLE.adapter.budget(account).units == units


def test_a_video_that_is_too_old_is_left_out() -> None:
    old = [post(ITEM, NOW - timedelta(days=31))]
    for sample in (TOTALS, DAYS):
        read = sample.adapter.read
        assert read(sample.account, old, answer(error(2100005))) == Reading()
        failed = failure(partial(sample.read, error(2100005)))
        assert type(failed) is WrongParameters
    adapter, account = NOW_SAMPLE.adapter, NOW_SAMPLE.account
    failed = failure(lambda: adapter.read(account, old, answer(error(2100005))))
    assert type(failed) is WrongParameters


def test_figures_of_days_are_asked_about_once_a_day_for_thirty_days() -> None:
    rhythms = [sample.adapter.rhythm(sample.account) for sample in (NOW_SAMPLE, TOTALS, DAYS)]
    assert rhythms[0] == Rhythm()
    assert rhythms[1] == rhythms[2] == Rhythm(timedelta(days=30), time(10, 5), SHANGHAI)


def test_an_interface_that_is_none_is_refused() -> None:
    account = replace(NOW_SAMPLE.account, options={"interface": "hourly"})
    assert type(failure(lambda: NOW_SAMPLE.build(account))) is Refused


def test_consent_that_is_over_needs_the_user() -> None:
    adapter, account = NOW_SAMPLE.adapter, NOW_SAMPLE.account
    assert type(failure(lambda: adapter.read_renewal(account, answer(error(10010))))) is Expired
    for missing in ("client_key", "refresh_token"):
        secrets = {name: part for name, part in account.secrets.items() if name != missing}
        assert adapter.renewal(replace(account, secrets=secrets), ASKING) is None


def test_days_are_those_of_shanghai() -> None:
    assert at(29, 12) == NOW
    assert at(29, 0).astimezone(SHANGHAI).day == 1
    assert DAYS.posts[0].external_id == ITEM
