"""What is particular to WeChat."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.engagement.definitions import by_code, definition
from domain.engagement.rules import Metric, Population
from domain.partners.rules import Platform
from domain.pulling.rules import BudgetRule
from tests.adapters import SAMPLES
from tests.adapters.sample import ASKING, NOW, answer, failure, post, replaced, values
from tests.adapters.wechat import article, detail, end_of, error
from workers.platforms.failures import Expired, NotReady, Throttled
from workers.platforms.protocol import AskedPost, Asking

WECHAT = SAMPLES["wechat"]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def posted(external_id: str, moment: str) -> AskedPost:
    return post(external_id, datetime.fromisoformat(f"{moment}+08:00"))


def days_read(content: Any) -> list[tuple[str, int]]:
    """The days of which the readers of the first article are known, and how many."""
    reads = [each for each in values(WECHAT.read(content)) if each.metric is Metric.READS]
    return sorted(
        (each.observed_at.date().isoformat(), each.value) for each in reads if each.observed_at
    )


def test_one_request_is_about_one_day_of_publication_in_shanghai() -> None:
    newest = posted("1_1", "2026-02-28T00:00:01")
    same = posted("1_2", "2026-02-28T23:59:59")
    before = posted("2_1", "2026-02-27T23:59:59")
    assert newest.posted_at.astimezone(UTC).date() == before.posted_at.astimezone(UTC).date()
    assert WECHAT.adapter.choose(WECHAT.account, [same, newest, before], NOW) == [same, newest]
    request = WECHAT.adapter.build(WECHAT.account, [same, newest], ASKING)
    assert request.body == b'{"begin_date": "2026-02-28", "end_date": "2026-02-28"}'


def test_a_day_that_is_not_over_is_not_asked_about() -> None:
    today = posted("1_1", "2026-03-01T00:30:00")
    build = WECHAT.adapter.build
    assert type(failure(lambda: build(WECHAT.account, [today], ASKING))) is NotReady
    tomorrow = Asking(NOW + timedelta(days=1), ASKING.nonce)
    assert b"2026-03-01" in (build(WECHAT.account, [today], tomorrow).body or b"")


def test_what_is_older_than_the_statistics_is_asked_about_with_their_first_day() -> None:
    old, older = posted("1_1", "2025-11-01T08:00:00"), posted("2_1", "2025-10-31T23:00:00")
    assert WECHAT.adapter.choose(WECHAT.account, [old, older], NOW) == [old, older]
    body = WECHAT.adapter.build(WECHAT.account, [old, older], ASKING).body
    assert body == b'{"begin_date": "2025-11-01", "end_date": "2025-11-01"}'


def test_each_day_stands_for_its_own_end() -> None:
    first = {each for each in values(WECHAT.read(WECHAT.content)) if each.external_id == "2247_1"}
    reads = {each.observed_at: each.value for each in first if each.metric is Metric.READS}
    assert reads == {end_of("2026-02-27"): 950, end_of("2026-02-28"): 1310}


def test_only_days_that_are_over_and_counted_are_taken() -> None:
    days = ["2026-02-28", "2026-03-01", "2026-03-02", "2025-10-31", "soon", "", "2026-02-30"]
    details = [detail(day, 100 + place, 0, 0, 0) for place, day in enumerate(days)]
    oddities: tuple[Any, ...] = (None, 7, [], {})
    odd = [{**detail("2026-02-26", 7, 0, 0, 0), "stat_date": given} for given in oddities]
    content = {"list": [article("2247_1", *details, *odd)], "is_delay": False}
    assert days_read(content) == [("2026-02-28", 100)]


def told(*details: dict[str, Any], ref_date: Any = "2026-02-25", delay: bool = False) -> Any:
    return {"list": [{**article("2247_1", *details), "ref_date": ref_date}], "is_delay": delay}


def test_a_day_that_is_left_out_brought_no_change() -> None:
    details = detail("2026-02-25", 5, 0, 0, 0), detail("2026-02-27", 9, 0, 0, 0)
    assert days_read(told(*details)) == [
        ("2026-02-25", 5),
        ("2026-02-26", 5),
        ("2026-02-27", 9),
        ("2026-02-28", 9),
    ]
    assert days_read(told(*details, delay=True)) == [("2026-02-25", 5), ("2026-02-27", 9)]
    assert days_read(told(*details, ref_date="?")) == [("2026-02-25", 5), ("2026-02-27", 9)]
    assert days_read(told()) == []


def test_after_thirty_days_nothing_is_said_any_more() -> None:
    days = days_read(told(detail("2026-02-23", 5, 0, 0, 0), ref_date="2026-01-26"))
    assert [day for day, _ in days] == ["2026-02-23", "2026-02-24"]
    assert date(2026, 1, 26) + timedelta(days=29) == date(2026, 2, 24)


def test_a_counter_that_is_missing_on_a_day_is_unknown_on_it() -> None:
    nothing = {**detail("2026-02-26", 0, 0, 0, 0), "read_user": None}
    content = told(detail("2026-02-25", 5, 0, 0, 0), nothing, detail("2026-02-28", 9, 0, 0, 0))
    assert days_read(content) == [("2026-02-25", 5), ("2026-02-28", 9)]


def test_of_a_day_given_twice_the_first_word_counts() -> None:
    twice = [detail("2026-02-28", 5, 0, 0, 0), detail("2026-02-28", 9, 0, 0, 0)]
    assert days_read({"list": [article("2247_1", *twice)]}) == [("2026-02-28", 5)]


@pytest.mark.parametrize("details", [None, 7, {}, "text", [None, 7, []]])
def test_an_article_without_details_has_no_value(details: Any) -> None:
    content = replaced(WECHAT.content, ("list", 0, "detail_list"), details)
    assert {each.external_id for each in values(WECHAT.read(content))} == {"2247_2"}


@pytest.mark.parametrize(
    ("delay", "provisional"), [(True, True), (False, False), (None, False), ("x", False)]
)
def test_a_delay_makes_an_answer_provisional(delay: Any, provisional: bool) -> None:
    reading = WECHAT.read(replaced(WECHAT.content, ("is_delay",), delay))
    assert reading.is_provisional is provisional
    assert values(reading) == set(WECHAT.values.values())


def test_the_quota_is_back_at_midnight_in_shanghai() -> None:
    caught = failure(lambda: WECHAT.read(error(45009)))
    assert isinstance(caught, Throttled)
    assert caught.until == datetime(2026, 3, 2, tzinfo=SHANGHAI)


def test_allowances() -> None:
    scope = "wechat:account:11:getarticletotaldetail"
    rule = WECHAT.adapter.budget(WECHAT.account)
    assert rule == BudgetRule(scope, 1000, zone=SHANGHAI, reserve=200)
    assert rule.calls == 800
    for calls, units in ((300, 300), (0, 1000), ("x", 1000)):
        account = replace(WECHAT.account, options={"calls_per_day": calls})
        assert WECHAT.adapter.budget(account).units == units


def test_without_a_token_that_holds_nothing_is_asked() -> None:
    for part in ({"access_token": ""}, {"expires_at": NOW.isoformat()}):
        account = replace(WECHAT.account, secrets={**WECHAT.account.secrets, **part})
        assert type(failure(partial(WECHAT.build, account))) is Expired


def test_a_token_is_fetched_with_the_applications_secret_alone() -> None:
    request = WECHAT.adapter.renewal(WECHAT.account, ASKING)
    assert request is not None
    assert b'"grant_type": "client_credential"' in (request.body or b"")
    account = replace(WECHAT.account, secrets={"access_token": "a"})
    assert WECHAT.adapter.renewal(account, ASKING) is None
    refused = failure(lambda: WECHAT.adapter.read_renewal(WECHAT.account, answer(error(40125))))
    assert type(refused) is Expired


def test_since_november_2025_people_are_counted_and_not_reads() -> None:
    old, new = (
        definition(Platform.WECHAT, Metric.READS, day)
        for day in (date(2025, 10, 31), date(2025, 11, 1))
    )
    assert (old.code, old.population) == ("wechat.page_reads", Population.COUNT)
    assert (new.code, new.population) == ("wechat.read_users/2025-11", Population.PEOPLE)
    assert {each.definition for each in WECHAT.values.values() if each.metric is Metric.READS} == {
        new.code
    }


def test_what_the_public_page_shows_is_told_by_name_only() -> None:
    shown = by_code("wechat.public_reads")
    assert shown is not None
    assert (shown.by_name_only, shown.metric) == (True, Metric.READS)
