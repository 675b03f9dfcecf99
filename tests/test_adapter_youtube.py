"""What is particular to YouTube."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.engagement.definitions import by_code
from domain.engagement.rules import Metric
from domain.pulling.rules import window_of
from tests.adapters import SAMPLES
from tests.adapters.sample import ASKING, NOW, SECRET, answer, failure, post
from tests.adapters.youtube import CONTENT, IDS, envelope
from workers.platforms.failures import Expired, Retryable, Throttled

YOUTUBE = SAMPLES["youtube"]
SHORTS = SAMPLES["youtube-shorts"]


def test_the_key_is_no_part_of_what_is_shown_and_the_address_is_the_documented_one() -> None:
    assert YOUTUBE.build().full_url == (
        f"https://www.googleapis.com/youtube/v3/videos?part=statistics&id={','.join(IDS)}"
        f"&key={SECRET}"
    )
    account = replace(YOUTUBE.account, secrets={})
    assert type(failure(lambda: YOUTUBE.build(account))) is Expired


def test_hidden_likes_and_closed_comments_are_unknown() -> None:
    bare = {"items": [{"id": IDS[0], "statistics": {"viewCount": "12"}}, {"id": IDS[1]}]}
    reading = YOUTUBE.read(bare)
    assert [(each.external_id, each.metric, each.value) for each in reading.values] == [
        (IDS[0], Metric.READS, 12)
    ]
    assert reading.unreadable == 0


@pytest.mark.parametrize(
    ("at", "reads", "of_a_short"),
    [
        (datetime(2025, 3, 31, 6, 59, tzinfo=UTC), "youtube.views", "youtube.short-views"),
        (datetime(2025, 3, 31, 7, 0, tzinfo=UTC), "youtube.views", "youtube.short-views/2025-03"),
        (datetime(2026, 8, 24, 6, 59, tzinfo=UTC), "youtube.views", "youtube.short-views/2025-03"),
        (
            datetime(2026, 8, 24, 7, 0, tzinfo=UTC),
            "youtube.views/2026-08",
            "youtube.short-views/2025-03",
        ),
    ],
)
def test_what_a_view_is_changes_at_midnight_in_california(
    at: datetime, reads: str, of_a_short: str
) -> None:
    posts = [post(IDS[0]), post(IDS[1], url=f"https://youtube.com/shorts/{IDS[1]}")]
    given = replace(answer(CONTENT), received_at=at)
    reading = YOUTUBE.adapter.read(YOUTUBE.account, posts, given)
    codes = {
        each.external_id: each.definition for each in reading.values if each.metric is Metric.READS
    }
    assert codes == {IDS[0]: reads, IDS[1]: of_a_short}


def test_definitions_follow_each_other_without_a_gap() -> None:
    days = {
        code: (each.valid_from, each.valid_until)
        for code in (
            "youtube.views",
            "youtube.views/2026-08",
            "youtube.short-views",
            "youtube.short-views/2025-03",
        )
        if (each := by_code(code)) is not None
    }
    assert days == {
        "youtube.views": (None, date(2026, 8, 23)),
        "youtube.views/2026-08": (date(2026, 8, 24), None),
        "youtube.short-views": (None, date(2025, 3, 30)),
        "youtube.short-views/2025-03": (date(2025, 3, 31), None),
    }


def test_a_days_quota_is_its_projects_and_ends_at_midnight_in_california() -> None:
    adapter = YOUTUBE.adapter
    rule = adapter.budget(YOUTUBE.account)
    assert (rule.calls, rule.zone) == (10_000, ZoneInfo("America/Los_Angeles"))
    assert window_of(rule, NOW).ends_at == datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    same_key = replace(YOUTUBE.account, id=99, external_id="UC99")
    assert adapter.budget(same_key) == rule
    other_key = replace(YOUTUBE.account, secrets={"access_token": "another"})
    assert adapter.budget(other_key).scope != rule.scope
    generous = replace(YOUTUBE.account, options={"units_per_day": 1_000_000})
    assert adapter.budget(generous).units == 1_000_000
    caught = failure(lambda: YOUTUBE.read(envelope("quotaExceeded", 403), 403))
    assert isinstance(caught, Throttled)
    assert caught.until == datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def test_batch_statistics_have_a_quota_of_their_own_and_probes_do_not_use_it() -> None:
    adapter = SHORTS.adapter
    batch, probe = adapter.budget(SHORTS.account), adapter.probe_budget(SHORTS.account)
    assert batch.scope != probe.scope
    assert probe == adapter.budget(replace(SHORTS.account, options={}))
    request = adapter.build_probe(SHORTS.account, SHORTS.posts[0], ASKING)
    assert (
        request.shown() == f"GET https://www.googleapis.com/youtube/v3/videos?part=id&id={IDS[0]}"
    )


def test_a_video_that_nobody_can_see_is_gone() -> None:
    assert YOUTUBE.probe({"items": []}) is False
    caught = failure(lambda: YOUTUBE.probe({"items": [{"id": "another"}]}))
    assert type(caught) is Retryable
    assert type(failure(lambda: YOUTUBE.probe({}))) is Retryable
