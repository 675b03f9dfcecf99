"""What is particular to WordPress.com."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.engagement.rules import Finality
from domain.pulling.rules import BudgetRule
from tests.adapters import SAMPLES
from tests.adapters.sample import ASKING, NOW, answer, failure, post
from tests.adapters.wordpress import CONTENT, VIEWS, error
from workers.platforms.failures import Expired, Refused
from workers.platforms.protocol import AskedPost, Reading

WORDPRESS = SAMPLES["wordpress"]
DAY = timedelta(days=1)


def read(one: AskedPost, **options: Any) -> list[tuple[datetime | None, int, Finality]]:
    account = replace(WORDPRESS.account, options=options)
    reading = WORDPRESS.adapter.read(account, [one], answer(CONTENT))
    return [(each.period_starts_at, each.value, each.finality) for each in reading.values]


def test_a_post_the_site_does_not_know_is_left_out_and_a_probe_says_that_it_is_gone() -> None:
    assert WORDPRESS.read(error("unknown_post"), 404) == Reading()
    assert WORDPRESS.probe(error("unknown_post"), 404) is False
    assert type(failure(lambda: WORDPRESS.probe(error("invalid_blog"), 404))) is Refused


def test_only_days_that_may_have_changed_are_read_again() -> None:
    posted_at = NOW - 10 * DAY
    never, yesterday, today = (
        [value for _, value, _ in read(AskedPost("843", posted_at, "", seen_at))]
        for seen_at in (None, NOW - DAY, NOW - timedelta(minutes=5))
    )
    assert never == list(VIEWS.values())
    assert yesterday == [120, 0, 31]
    assert today == [31]


def test_days_are_those_of_the_sites_zone() -> None:
    one = post("843", NOW)
    assert read(one) == [(datetime(2026, 2, 28, 16, tzinfo=UTC), 31, Finality.PROVISIONAL)]
    # There it is still the 28th.
    assert read(one, time_zone="America/Los_Angeles") == [
        (datetime(2026, 2, 28, 8, tzinfo=UTC), 0, Finality.PROVISIONAL)
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"fields": ["views", "period"], "data": [[31, "2026-03-01"]]},
        {"fields": None, "data": [["2026-03-01", 31]]},
        {"data": [["2026-03-01", 31], ["2026-03-01", 99]]},
        {"data": [["soon", 5], [7, 5], [], ["2026-03-01"], None, "x", ["2026-03-01", 31]]},
    ],
    ids=str,
)
def test_rows_are_read_as_fields_names_them_and_the_first_word_counts(
    changes: dict[str, Any],
) -> None:
    assert [value.value for value in WORDPRESS.read({**CONTENT, **changes}).values] == [31]


def test_the_address_holds_nothing_but_the_site_and_the_post() -> None:
    account = replace(WORDPRESS.account, external_id="../x?y")
    request = WORDPRESS.adapter.build_probe(account, post("8/4"), ASKING)
    assert request.url == (
        "https://public-api.wordpress.com/rest/v1.1/sites/..%2Fx%3Fy/stats/post/8%2F4"
    )


def test_allowance_and_token() -> None:
    rule = WORDPRESS.adapter.budget(WORDPRESS.account)
    assert rule == BudgetRule("wordpress:site:blog.example", 3600, 3600)
    account = replace(WORDPRESS.account, secrets={})
    assert type(failure(lambda: WORDPRESS.build(account))) is Expired
